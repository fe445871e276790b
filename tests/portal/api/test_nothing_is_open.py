"""Every address of the whole web application, and who gets to it."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from activities.adapters.database import make_engine
from activities.adapters.policy_files import PolicyFiles
from portal.api.security import PUBLIC, caller
from portal.app import create_app
from portal.context import PortalContext
from portal.pages.auth import signed_in_client, signed_in_staff
from tests.workflows.world import settings_of_tests

GUARDS = {caller, signed_in_client, signed_in_staff}
"""Dependencies that let nobody in whom they do not know."""


def test_every_route_knows_who_comes_or_is_listed_as_public(tmp_path: Path) -> None:
    """Nothing of the whole application is open by mistake, and the list names nothing else."""
    context = PortalContext(
        SimpleNamespace(),  # type: ignore[arg-type]
        make_engine(f"sqlite:///{tmp_path / 'none.db'}"),
        PolicyFiles(),
        settings_of_tests(),
    )

    opened = {path for path, guarded in _routes(create_app(context).routes, "") if not guarded}

    assert opened == PUBLIC


def _routes(routes: Any, prefix: str) -> Iterator[tuple[str, bool]]:
    for route in iter_route_contexts(routes):
        if isinstance(route.original_route, Mount):
            inner = route.original_route
            below = list(_routes(inner.routes or [], prefix + inner.path))
            yield from below or [(prefix + inner.path, False)]
        else:
            yield prefix + (route.path or ""), _guarded(getattr(route, "dependant", None))


def _guarded(dependant: Any) -> bool:
    """Whether a route depends on a guard, at whatever depth."""
    if dependant is None:
        return False
    return dependant.call in GUARDS or any(map(_guarded, dependant.dependencies))
