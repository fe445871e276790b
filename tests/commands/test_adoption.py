"""`adopt-policy`: how it is asked, how fast it goes, and what it prints."""

import asyncio
from typing import Any, cast

import pytest
from typer.testing import CliRunner

import starter
from commands.adoption import Adoption, Asked, adopt, lines
from commands.policy_preview import Seen, answer, summary
from domain.views.policy_differences import Difference
from runtime.client import CommandRefused, DefectsClient, NoSuchNumber
from tests.domain.builders import ETO

MOVED = {"what": "target", "before": "2027-03-08T18:00:00Z", "after": "2027-03-09T18:00:00Z"}


class Answers:
    """Defects that answer what they are told to, and note when they were asked."""

    def __init__(self, **updates: str | Exception) -> None:
        self.updates = {number.replace("_", "-"): answer for number, answer in updates.items()}
        self.asked_at: list[float] = []

    async def query(self, number: str, query: str, payload: dict[str, Any]) -> dict[str, Any]:
        """A preview, or what went wrong."""
        assert (query, payload["policy"]["name"]) == ("preview_policy", "eto")
        self.asked_at.append(asyncio.get_running_loop().time())
        answer = self.updates[number]
        if isinstance(answer, NoSuchNumber):
            raise answer
        return {"policy": {"version": "before"}, "differs": answer != "has it", "moves": [MOVED]}

    async def update(self, number: str, command: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The status after it."""
        said = {"actor": "agent-1", "policy": "eto", "version": ETO.version}
        assert (command, payload) == ("adopt_policy", said)
        answer = self.updates[number]
        if isinstance(answer, Exception):
            raise answer
        return {"policy": {"version": answer}}


async def adopted(answers: Answers, asked: Asked) -> list[Adoption]:
    """What became of each."""
    client = cast(DefectsClient, answers)
    return [each async for each in adopt(client, list(answers.updates), ETO, asked)]


async def test_it_goes_no_faster_than_it_is_asked_to() -> None:
    """Twenty a second are one in fifty milliseconds."""
    answers = Answers(DEF_1="has it", DEF_2="has it", DEF_3="has it")
    await adopted(answers, Asked("eto", "agent-1", per_second=20))
    first, _, last = answers.asked_at
    assert last - first >= 0.099


async def test_one_that_refuses_stops_nobody_else() -> None:
    """T8: it is named with its reason."""
    answers = Answers(DEF_1=CommandRefused("policy: no"), DEF_2=ETO.version)
    refused, done = await adopted(answers, Asked("eto", "agent-1", per_second=100))
    assert (refused.outcome, refused.problem) == ("refused", "policy: no")
    assert (done.outcome, done.before, done.moves) == ("adopted", "before", [MOVED])


async def test_a_number_that_nothing_runs_under_is_an_error_where_it_was_named() -> None:
    """Exit code 5, as of any other command."""
    answers = Answers(DEF_1=NoSuchNumber("DEF-1"))
    with pytest.raises(NoSuchNumber):
        await adopted(answers, Asked("eto", "agent-1", per_second=100))


def test_people_read_what_moves_in_the_calendars_zone() -> None:
    """T8: from when to when; what comes or goes is not due on the other side."""
    moves: list[dict[str, Any]] = [
        MOVED,
        {"what": "status update to clients", "before": MOVED["before"], "after": None},
    ]
    one = Adoption(
        number="DEF-1", severity="S1", outcome="would adopt", before="before", moves=moves
    )
    assert list(lines(one, ETO)) == [
        f"DEF-1  S1  would adopt  before -> {ETO.version}",
        "  target: Mon 2027-03-08 12:00 CST -> Tue 2027-03-09 12:00 CST",
        "  status update to clients: Mon 2027-03-08 12:00 CST -> not due",
    ]
    assert list(lines(Adoption(number="DEF-2", outcome="has it"), ETO)) == ["DEF-2  has it"]


@pytest.mark.parametrize("arguments", [[], ["DEF-1", "--all"], ["--all", "--per-second", "0"]])
def test_all_or_some_and_how_fast_has_to_be_said_rightly(arguments: list[str]) -> None:
    """Exit code 2."""
    assert CliRunner().invoke(starter.app, ["adopt-policy", *arguments]).exit_code == 2


# --- policy preview ------------------------------------------------------------------------------

WARNED = {"what": "defect.target_warning to engineering", "to": "engineering"}
SEEN = Seen(
    ETO,
    [
        Adoption(
            number="DEF-1",
            outcome="would adopt",
            severity="S1",
            moves=[WARNED | {"before": MOVED["before"], "after": None}],
        ),
        Adoption(number="DEF-2", outcome="would adopt", severity="S4"),
        Adoption(number="DEF-3", outcome="refused", problem="no such query"),
    ],
    {"cases": 3, "releases": 1},
)
ADDRESS = Difference(part="Contacts", key="contacts.coo", change="changed", sentence="The COO …")


def test_a_preview_ends_with_who_hears_otherwise_and_the_counts() -> None:
    """T8: cases and releases keep theirs; addresses count at once."""
    assert list(summary(SEEN, [ADDRESS])) == [
        "",
        "Who would hear otherwise",
        "  Engineering: defect.target_warning, 1 not any more.",
        "",
        "For all that is open, adopted or not",
        "  The COO …",
        "",
        "Defects: 1 would have due instants moved, 1 would adopt it and have none moved, "
        "1 cannot be asked.",
        "Due instants: 1 not any more.",
        "Open, and keep the policy they began under: 3 cases, 1 release.",
    ]
    assert list(summary(Seen(ETO, [], {"cases": 0, "releases": 0}), [])) == [
        "",
        "Defects: none is open.",
        "Due instants: none moves.",
        "Open, and keep the policy they began under: 0 cases, 0 releases.",
    ]


def test_a_preview_answers_as_json() -> None:
    """The shape of the contract."""
    assert answer(SEEN, [ADDRESS]) == {
        "policy": {"name": "eto", "version": ETO.version},
        "moves": [
            WARNED
            | {
                "number": "DEF-1",
                "severity": "S1",
                "before": MOVED["before"],
                "after": None,
                "direction": "gone",
            }
        ],
        "notified": [
            {"to": "engineering", "event": "defect.target_warning", "numbers": {"gone": 1}}
        ],
        "at_once": [ADDRESS.model_dump()],
        "refused": [{"number": "DEF-3", "problem": "no such query"}],
        "counts": {
            "defects": {"moved": 1, "unmoved": 1, "refused": 1},
            "moves": {"gone": 1},
            "kept": {"cases": 3, "releases": 1},
        },
    }
