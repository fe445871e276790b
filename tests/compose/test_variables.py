"""The variables of the compose file, and the example that lists them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.adapters.database import make_engine
from runtime.settings import PREFIX, Settings, read_settings
from tests.compose.files import _VARIABLE, COMPOSE, PRODUCT, ROOT, SERVICES, interpolated


def texts(node: object) -> Iterator[str]:
    """Every string of a YAML tree, keys apart."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)


def handed_on() -> set[str]:
    """Names that a service is given as they are set, or not at all."""
    given = [service.get("environment", {}) for service in SERVICES.values()]
    return {name for variables in given for name, value in variables.items() if value is None}


def variables() -> dict[str, set[str]]:
    """Every variable of the compose file with the forms of `${NAME…}` that it is used in."""
    found: dict[str, set[str]] = {name: set() for name in handed_on()}
    for text in texts(COMPOSE):
        for use in _VARIABLE.finditer(text):
            if use["name"]:
                found.setdefault(use["name"], set()).add(use[0])
    return found


def example() -> dict[str, str]:
    """What .env.example sets, and what it shows commented out."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return {
        found[1]: found[2]
        for line in lines
        if (found := re.fullmatch(r"(?:# ?)?([A-Z][A-Z0-9_]*)=(\S*)", line))
    }


def given_to_worker() -> set[str]:
    """The names of all variables the worker's process gets."""
    service = SERVICES["worker"]
    by_command = {word.partition("=")[0] for word in service["command"] if "=" in word}
    return set(service["environment"]) | by_command


def test_the_worker_gets_every_setting_and_no_other() -> None:
    """Each DEFECTS_ variable is a field of Settings and each field can be set."""
    fields = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    given = given_to_worker()
    assert {name for name in given if name.startswith(PREFIX)} == fields
    of_others = {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "OTEL_EXPORTER_OTLP_ENDPOINT"}
    assert given - fields - handed_on() == {"PGPASSWORD", "FORWARDED_ALLOW_IPS", *of_others}


def test_what_the_example_shows_is_a_working_configuration(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With nothing but passwords filled in the worker accepts its settings."""
    passwords = {name: "secret" for name in variables() if name.endswith("PASSWORD")}
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, text in SERVICES["worker"]["environment"].items():
        if text is not None:
            monkeypatch.setenv(name, interpolated(text, {**example(), **passwords}))
    settings = read_settings()
    assert settings.log == "json"
    assert settings.smtp_url is None
    engine = make_engine(settings.database_url.get_secret_value())
    assert engine.dialect.name == "postgresql"
    assert engine.url.password is None


def test_the_example_lists_exactly_the_variables_in_use() -> None:
    """What can be set is in .env.example, and what is there can be set."""
    assert set(example()) == set(variables())


def test_the_example_shows_the_defaults() -> None:
    """A commented line of .env.example says what happens without it."""
    for name, shown in example().items():
        for use in variables()[name]:
            if ":?" not in use:
                assert interpolated(use, {}) == shown, name


def test_no_secret_has_a_default() -> None:
    """Passwords must be given, and nothing secret is written down in either file."""
    for name, uses in variables().items():
        if re.search("PASSWORD|SECRET|KEY|SMTP", name):
            assert example()[name] == "", name
        if "PASSWORD" in name:
            for use in uses:
                with pytest.raises(LookupError, match=r"set it in \.env"):
                    interpolated(use, {})
    for service in SERVICES.values():
        for name, text in service.get("environment", {}).items():
            if text is not None and re.search("PASSWORD|PWD|SECRET|API_KEY", name):
                assert _VARIABLE.fullmatch(text), name


def test_what_attachments_need_is_handed_on() -> None:
    """Access to S3 comes by variables of AWS, which count as set where they are empty."""
    names = re.findall(r"\bAWS_[A-Z0-9_]+", (ROOT / "docs/operations.md").read_text("utf-8"))
    assert handed_on() == set(names)
    assert all(handed_on() <= set(SERVICES[name]["environment"]) for name in PRODUCT)


def test_folders_that_are_mounted_exist() -> None:
    """Compose would create a missing one, empty and owned by root."""
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = interpolated(volume, {}).partition(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).is_dir(), source
