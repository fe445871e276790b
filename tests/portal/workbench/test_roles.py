"""What a specialist may do and client success may not, and the other way round (C7, C9, D1, D4)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from domain.contract.defect import ChangeSeverity, DecideReclassification, DefectStart, Resolve
from portal.api.contract import CASES, DEFECTS, KINDS, RELEASES
from portal.api.security import Scope
from portal.roles import SCOPES, scopes_of
from portal.workbench.actions import ACTIONS
from runtime.oidc import StaffRole
from tests.portal.pages.installation import Browser, Forms, Pages, on_case, pages_installation
from tests.portal.workbench.test_from_queue_to_resolution import specialist

SPECIALIST, SUCCESS = StaffRole.SPECIALIST, StaffRole.CLIENT_SUCCESS
SEVERITY, DECISION = (
    "/staff/defects/DEF-1/do/change_severity",
    ("/staff/defects/DEF-1/do/decide_reclassification"),
)


def allowed(role: StaffRole) -> set[str]:
    """The commands of cases and defects that a role may send."""
    kinds = (CASES, DEFECTS)
    scopes = SCOPES[role]
    return {c.name for k in kinds for c in k.commands if k.lacking(c, scopes) is None}


def test_each_of_the_two_has_what_the_policy_gives_to_it() -> None:
    """Everything else is common to them."""
    assert allowed(SPECIALIST) - allowed(SUCCESS) == {
        "assess_critical",
        "change_severity",
        "confirm_defect",
    }
    assert allowed(SUCCESS) - allowed(SPECIALIST) == {"decide_reclassification"}
    everything = {command.name for kind in (CASES, DEFECTS) for command in kind.commands}
    assert allowed(SPECIALIST) | allowed(SUCCESS) == everything
    assert DEFECTS.lacking(DefectStart, SCOPES[SUCCESS]) is Scope.DEFECTS_ASSESS


def test_who_has_both_roles_may_do_all_of_it() -> None:
    """As any of them may; but releases are for others."""
    scopes = scopes_of([SPECIALIST, SUCCESS])

    assert DEFECTS.lacking(ChangeSeverity, scopes) is None
    assert DEFECTS.lacking(DecideReclassification, scopes) is None
    assert RELEASES.lacking(RELEASES.begins, scopes) is Scope.RELEASES_WRITE


def test_only_what_is_judged_needs_more_than_to_write() -> None:
    """A scope to write is enough for every other command."""
    assert DEFECTS.needed(Resolve) == (Scope.DEFECTS_WRITE,)
    more = {c.name for kind in KINDS for c in kind.commands if len(kind.needed(c)) > 1}
    assert more == {
        *("assess_critical", "change_severity", "confirm_defect", "decide_reclassification"),
    }
    assert set(ACTIONS) == {kind.name for kind in KINDS}


@pytest_asyncio.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """A defect whose client asks for another severity."""
    async with pages_installation(tmp_path) as standing:
        await standing.world.defect("DEF-1", "S3", on_case("CASE-1"))
        asked = {"severity": "S2", "justification": "we cannot bill"}
        await standing.world.tell("DEF-1", "request_reclassification", client="river", **asked)
        await standing.tick()
        yield standing


async def _as(pages: Pages, role: StaffRole) -> Browser:
    return await specialist(pages, *(scope.value for scope in SCOPES[role]))


@pytest.mark.parametrize(
    ("role", "offered", "withheld", "lacks"),
    [
        (SPECIALIST, SEVERITY, DECISION, "defects:decide"),
        (SUCCESS, DECISION, SEVERITY, "defects:assess"),
    ],
)
async def test_a_role_is_offered_its_own_and_turned_away_from_the_other(
    pages: Pages, role: StaffRole, offered: str, withheld: str, lacks: str
) -> None:
    """Also where the address is typed, or the form is forged."""
    browser = await _as(pages, role)
    page = await browser.get("/staff/defects/DEF-1")
    assert offered in page
    assert withheld not in page

    hidden = Forms(await browser.get(withheld)).to(withheld)
    said = {"severity": "S1", "reason": "It is so.", "approve": "yes", "step": "do"}
    answer = await browser.http.post(withheld, data=hidden | said)
    assert answer.status_code == 403
    assert f"lacks the scope {lacks}" in answer.text
    status = await pages.world.status("DEF-1")
    assert status["severity"] == "S3"
    assert status["reclassification"] is not None


@pytest.mark.parametrize(("extra", "status"), [((), 200), (("defects:assess",), 403)])
async def test_a_token_that_names_no_part_may_do_all_as_before(
    pages: Pages, extra: tuple[str, ...], status: int
) -> None:
    """The scope to write was all there was; one that names a part lacks the other."""
    token = pages.token("defects:write", *extra)
    answer = await pages.browser().http.post(
        "/api/v1/defects/DEF-1/decide_reclassification",
        json={"approve": False, "reason": "There is a workaround."},
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["detail"] == "the token lacks defects:decide"
