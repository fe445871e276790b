"""Lists from the read model, a page at a time."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from activities.adapters.database import DatabaseReadModel
from domain.contract.status import CaseState, DefectState, ReleaseState
from domain.contract.values import NUMBER_PATTERN, Severity
from portal.api.contract import Kind

_Attention = Annotated[bool | None, Field(description="Those that need attention, or the others.")]
_Filter = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class PageAsked(BaseModel):
    """Which page; a parameter that is none is refused, since a misspelt filter would list all."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[str, Field(pattern=NUMBER_PATTERN)] | None = Field(
        default=None, description="The number behind which the page begins."
    )
    limit: int = Field(default=100, ge=1, le=500, description="How many at most.")


class CasesAsked(PageAsked):
    """Which cases."""

    client: _Filter | None = Field(default=None, description="Of this client.")
    state: list[CaseState] = Field(default_factory=list, description="One of these.")


class DefectsAsked(PageAsked):
    """Which defects."""

    client: _Filter | None = Field(default=None, description="With a case attached to it now.")
    state: list[DefectState] = Field(default_factory=list, description="One of these.")
    severity: list[Severity] = Field(default_factory=list, description="One of these.")
    functional_area: _Filter | None = Field(
        default=None, description="In this area, letter by letter."
    )
    release: _Filter | None = Field(default=None, description="In this release.")
    needs_attention: _Attention = None


class ReleasesAsked(PageAsked):
    """Which releases."""

    state: list[ReleaseState] = Field(default_factory=list, description="One of these.")
    needs_attention: _Attention = None


ASKED: dict[str, type[PageAsked]] = {
    "case": CasesAsked,
    "defect": DefectsAsked,
    "release": ReleasesAsked,
}
_SEVERAL = {"state": "states", "severity": "severities"}


def page(read_model: DatabaseReadModel, kind: Kind, asked: PageAsked) -> dict[str, Any]:
    """The page, and what comes after it."""
    filters = {_SEVERAL.get(name, name): value for name, value in asked if value is not None}
    # One more than asked for tells whether there are more.
    found = list(read_model.find(kind.name, **(filters | {"limit": asked.limit + 1})))
    items = found[: asked.limit]
    more = len(found) > asked.limit
    return {"items": items, "next": items[-1]["number"] if more else None}
