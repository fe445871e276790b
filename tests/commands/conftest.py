"""The installation that commands are tried against."""

from tests.installation import up  # noqa: F401 - a fixture
