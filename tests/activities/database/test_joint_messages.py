"""Whose turn it is to tell a person what several defects say, and whom the message names."""

from datetime import timedelta

from sqlalchemy import Engine

from activities.adapters.database import DatabaseJointMessages, DatabaseReadModel
from activities.adapters.database.joint_messages import LONGEST_TRY
from activities.joint_ports import Claim, Turn
from domain.contract.effects import Fact, Joint, Lane, MemberChange, UpdateReadModel
from tests.activities.database.rows import NOW, at_once, attach, change, project
from workflows.options import for_lane

RELEASE, ADA = "REL-1", "ada@river.example"
PLANNED = Joint(release=RELEASE, says="planned", change=5, deploy_at=NOW)
DEPLOYED = Joint(release=RELEASE, says="deployed", change=9)
REMINDER = Joint(release=RELEASE, says="reminder", deploy_at=NOW)
PLAN = {"id": RELEASE, "deploy_at": NOW.isoformat().replace("+00:00", "Z")}
LATER = LONGEST_TRY + timedelta(seconds=1)


def claim(
    engine: Engine, *cases: str, holder: str = "DEF-1", after: timedelta | None = None
) -> Claim:
    """Ask for a turn to tell Ada."""
    messages = DatabaseJointMessages(engine)
    return messages.claim(PLANNED, ADA, cases, holder, NOW + (after or timedelta()))


def told(engine: Engine, part: int, *cases: str) -> None:
    """The message went out."""
    DatabaseJointMessages(engine).told(PLANNED, ADA, part, cases)


def test_one_of_all_who_ask_at_once_has_the_turn(engine: Engine) -> None:
    """The others come again, and find who was named."""
    claims = at_once(lambda n: claim(engine, f"CASE-{n}", holder=f"DEF-{n}"))
    assert sorted(each.turn.name for each in claims) == ["ANOTHERS"] * 7 + ["OURS"]

    told(engine, 1, *(f"CASE-{n}" for n in range(6)))
    turns = [claim(engine, f"CASE-{n}", holder=f"DEF-{n}").turn for n in range(7)]
    assert turns == [Turn.TOLD] * 6 + [Turn.OURS]


def test_a_case_that_was_not_named_is_told_in_another_message(engine: Engine) -> None:
    """Of it alone: those that were named are known."""
    claim(engine, "CASE-1")
    told(engine, 1, "CASE-1", "CASE-2")

    named = frozenset({"CASE-1", "CASE-2"})
    assert claim(engine, "CASE-2", holder="DEF-2") == Claim(Turn.TOLD, 1, named)
    assert claim(engine, "CASE-2", "CASE-3", holder="DEF-2") == Claim(Turn.OURS, 2, named)
    told(engine, 2, "CASE-3")
    assert claim(engine, "CASE-3", holder="DEF-3").part == 2


def test_who_died_with_the_turn_has_it_again_and_others_once_no_try_can_last(
    engine: Engine,
) -> None:
    """Then whoever has it first, under the same part, and so with the same `Message-ID`."""
    claim(engine, "CASE-1")

    assert claim(engine, "CASE-1", after=timedelta(minutes=1)) == Claim(Turn.OURS, 1)
    assert claim(engine, "CASE-2", holder="DEF-2", after=LONGEST_TRY).turn is Turn.ANOTHERS
    assert claim(engine, "CASE-2", holder="DEF-2", after=LATER + LATER) == Claim(Turn.OURS, 1)
    assert claim(engine, "CASE-1", after=LATER + LATER).turn is Turn.ANOTHERS


def test_no_try_lasts_longer_than_a_turn() -> None:
    """Or two would be at it."""
    assert for_lane(Lane.CLIENTS)["start_to_close_timeout"] <= LONGEST_TRY


def test_a_turn_is_given_back_by_who_has_it_alone(engine: Engine) -> None:
    """And not after the message went out."""
    messages = DatabaseJointMessages(engine)
    claim(engine, "CASE-1")
    messages.back(PLANNED, ADA, 1, "DEF-2")
    assert claim(engine, "CASE-2", holder="DEF-2").turn is Turn.ANOTHERS
    messages.back(PLANNED, ADA, 1, "DEF-1")
    assert claim(engine, "CASE-2", holder="DEF-2").turn is Turn.OURS
    told(engine, 1, "CASE-2")
    messages.back(PLANNED, ADA, 1, "DEF-2")
    assert claim(engine, "CASE-2", holder="DEF-3").turn is Turn.TOLD


# --- companions -----------------------------------------------------------------------------------


def defect(
    engine: Engine, number: str, *cases: str, facts: tuple[Fact, ...] = (), **snapshot: object
) -> None:
    """A defect with cases of Ada, and one of Bob."""
    theirs = [attach(case, ADA) for case in cases]
    people = change(1, *theirs, attach(f"BOB-{number}", "bob@lake.example"))
    stands = {
        "number": number,
        "state": "open",
        "release": PLAN,
        "public_summary": f"It is {number}",
    }
    projection = project(1, people, entity=number, snapshot=stands | snapshot)
    DatabaseReadModel(engine).project(projection.model_copy(update={"facts": list(facts)}))


def members(engine: Engine, *changes: MemberChange) -> None:
    """Who is in the release."""
    for each in changes:
        DatabaseReadModel(engine).project(
            UpdateReadModel(
                key=f"{RELEASE}/{each.sequence}/project",
                entity=RELEASE,
                sequence=each.sequence,
                at=NOW,
                kind="release",
                snapshot={"number": RELEASE},
                members=[each],
            )
        )


def joined(sequence: int, *defects: str, attached: bool = True) -> MemberChange:
    """Defects that join or leave."""
    return MemberChange(sequence=sequence, at=NOW, defects=list(defects), attached=attached)


def named(engine: Engine, joint: Joint, known: tuple[str, ...] = (), limit: int = 9) -> list[str]:
    """The companions of DEF-1 in a message to Ada."""
    messages = DatabaseJointMessages(engine)
    found = messages.companions(joint, ADA, "DEF-1", frozenset(known), limit)
    return [companion.defect for companion in found]


def test_those_who_joined_together_are_named_and_no_others(engine: Engine) -> None:
    """Each with the person's own cases, by number, as many as may be."""
    for n in range(1, 6):
        defect(engine, f"DEF-{n}", f"CASE-{n}", f"CASE-{n}0", release=None)
    members(engine, joined(4, "DEF-5"), joined(5, "DEF-1", "DEF-2", "DEF-3", "DEF-4"))
    found = DatabaseJointMessages(engine).companions(PLANNED, ADA, "DEF-1", frozenset(), 9)

    assert [(c.defect, c.summary, c.cases) for c in found[:1]] == [
        ("DEF-2", "It is DEF-2", ("CASE-2", "CASE-20"))
    ]
    assert named(engine, PLANNED) == ["DEF-2", "DEF-3", "DEF-4"]
    assert named(engine, PLANNED, limit=2) == ["DEF-2", "DEF-3"]
    assert named(engine, PLANNED, known=("CASE-2", "CASE-20", "CASE-3")) == ["DEF-3", "DEF-4"]


def test_another_date_is_told_of_all_that_are_in_it(engine: Engine) -> None:
    """But not of one that has left, is over, or is planned for another release by now."""
    for n in range(1, 5):
        defect(engine, f"DEF-{n}", f"CASE-{n}")
    defect(engine, "DEF-5", "CASE-5", state="resolved")
    defect(engine, "DEF-6", "CASE-6", release={"id": "REL-2", "deploy_at": PLAN["deploy_at"]})
    defect(engine, "DEF-7", "CASE-7")
    everyone = [f"DEF-{n}" for n in range(1, 8)]
    members(engine, joined(2, *everyone[:3]), joined(3, *everyone[3:]))
    members(engine, joined(4, "DEF-7", attached=False))

    assert named(engine, PLANNED) == ["DEF-2", "DEF-3", "DEF-4"]
    assert named(engine, REMINDER) == ["DEF-2", "DEF-3", "DEF-4"]
    another = REMINDER.model_copy(update={"deploy_at": NOW + timedelta(days=1)})
    assert named(engine, another) == []


def test_what_a_release_took_out_is_told_together(engine: Engine) -> None:
    """Whether single fixes were taken out of it, or it was cancelled with all of them."""
    for n in range(1, 5):
        defect(engine, f"DEF-{n}", f"CASE-{n}", release=None if n == 2 else PLAN)
    members(engine, joined(2, "DEF-1", "DEF-2", "DEF-3", "DEF-4"))
    members(engine, joined(5, "DEF-1", "DEF-2", attached=False))
    taken_out = Joint(release=RELEASE, says="withdrawn", change=5)
    cancelled = Joint(release=RELEASE, says="withdrawn", change=7)

    assert named(engine, taken_out) == ["DEF-2"]
    assert named(engine, cancelled) == ["DEF-3", "DEF-4"]


def test_a_deployment_names_what_it_resolves_and_has_resolved(engine: Engine) -> None:
    """Not what was resolved otherwise."""
    by_it, by_hand = (
        Fact(sequence=8, at=NOW, event="defect.resolved", details=details)
        for details in ({"release": RELEASE}, {"release": None})
    )
    defect(engine, "DEF-1", "CASE-1")
    defect(engine, "DEF-2", "CASE-2")
    defect(engine, "DEF-3", "CASE-3", state="resolved", facts=(by_it,))
    defect(engine, "DEF-4", "CASE-4", state="resolved", facts=(by_hand,))
    members(engine, joined(2, "DEF-1", "DEF-2", "DEF-3", "DEF-4"))

    assert named(engine, DEPLOYED) == ["DEF-2", "DEF-3"]
