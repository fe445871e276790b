"""What an entity carries stays small, whatever is said to it in whatever outage."""

import json
import typing
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.case import CASE
from domain.contract.catalogue import COMMANDS
from domain.contract.effects import Lane
from domain.contract.parsing import MOST_BYTES, Busy, InvalidCommand, parse
from domain.contract.status import View
from domain.contract.values import Command, Value
from domain.defect import DEFECT
from domain.outbox import PIECE
from domain.release import RELEASE
from domain.runner import MOST_WAITING, Runner
from domain.state import Part
from simulation.case_world import CaseWorld
from simulation.release_world import ReleaseWorld
from simulation.world import World
from tests.domain.builders import ETO, FRIDAY, attachment, case_start, defect_start, release_start
from tests.soak import lives

EVER, ORDINARY = 1_000_000, 256_000
"""Bytes of a payload: never more, and not more in ordinary life."""
WIDE = "\U0001f6a7"
"""Four bytes."""
STARTS: dict[str, Any] = {
    "case": (CASE, case_start()),
    "defect": (DEFECT, defect_start("S1")),
    "release": (RELEASE, release_start()),
}


def a_world(kind: str) -> World:
    """An entity that has just begun."""
    behaviour, start = STARTS[kind]
    runner = Runner.begin(behaviour, "NO-1", parse(behaviour.start, start), ETO, FRIDAY)
    return {"defect": World, "case": CaseWorld, "release": ReleaseWorld}[kind](runner, FRIDAY)


def carried(runner: Runner[Any]) -> int:
    """Bytes of what a run hands to the next."""
    return len(runner.entity.model_dump_json()) + len(runner.outbox.model_dump_json())


def said(kind: str, n: int) -> Iterator[dict[str, Any]]:
    """Commands as large as the contract takes them."""
    actor, key = WIDE * 128, f"{n}".rjust(128, WIDE)
    large: dict[str, dict[str, dict[str, Any]]] = {
        "defect": {
            "attach_case": attachment(f"{n}".rjust(64, "C"), f"{n}".rjust(128, WIDE)),
            "post_progress": {
                "internal_note": WIDE * 20_000,
                "public_text": WIDE * 2_000,
            },
            "offer_workaround": {"description": WIDE * 2_000, "effort": "easy"},
            "record_severity_feedback": {
                "client": "client-1",
                "agrees": False,
                "comment": WIDE * 2_000,
            },
            "change_severity": {"severity": f"S{1 + n % 4}", "reason": WIDE * 20_000},
            "schedule_release": {
                "release": f"{n}".rjust(64, "R"),
                "deploy_at": "2099-01-01T00:00:00Z",
            },
        },
        "case": {
            "request_information": {"items": [WIDE * 200] * 20},
            "respond": {"message": WIDE * 2_000},
            "suggest_severity": {},
        },
        "release": {
            "attach_defects": {"defects": [f"{n}-{i}".rjust(64, "D") for i in range(500)]},
            "reschedule": {"deploy_at": f"2099-01-01T00:00:{n % 60:02}Z", "reason": WIDE * 20_000},
        },
    }
    for name, fields in large[kind].items():
        if name in COMMANDS:
            yield {"name": name, "fields": {"actor": actor, "key": key} | fields}


def tell(world: World, name: str, fields: dict[str, Any]) -> str | None:
    """Send a command as a client does; answers the type of a refusal."""
    try:
        command: Command = parse(COMMANDS[name], fields)
        world.settle()
        world.runner.require_room(command)
        world.say(command)
    except InvalidCommand as error:
        return type(error).__name__
    return None


@pytest.mark.hypothesis
@settings(max_examples=lives(15), suppress_health_check=list(HealthCheck), deadline=None)
@given(
    kind=st.sampled_from(sorted(STARTS)),
    down=st.sets(st.sampled_from(list(Lane)), min_size=1),
    order=st.lists(st.integers(0, 5), min_size=1, max_size=12),
    rounds=st.integers(1, 15),
)
def test_whatever_is_said_in_whatever_outage_the_carried_state_is_bounded(
    kind: str, down: set[Lane], order: list[int], rounds: int
) -> None:
    """Refused in time, and everything is delivered when the outage is over."""
    world = a_world(kind)
    for lane in down:
        world.places[lane].down_until = FRIDAY + timedelta(days=5)
    for n in range(rounds):
        commands = list(said(kind, n))
        for i in order:
            command = commands[i % len(commands)]
            key = f"{n}/{i}".rjust(128, WIDE)
            tell(world, command["name"], command["fields"] | {"key": key})
        assert carried(world.runner) < EVER
        for waits in world.outbox.lanes.values():
            for effect in waits.waiting:
                assert len(effect.model_dump_json()) < EVER / 2
        world.wait(timedelta(minutes=7))
    world.wait_until(FRIDAY + timedelta(days=5, hours=12))
    assert carried(world.runner) < EVER
    assert world.idle


def test_a_full_queue_refuses_commands_and_keeps_what_time_owes() -> None:
    """The database is away for three days, and somebody goes on attaching cases."""
    world = a_world("defect")
    world.down(Lane.READ_MODEL, FRIDAY, FRIDAY + timedelta(days=3))
    refusals = []
    for n in range(2_000):
        case = attachment(f"CASE-{n + 2}", f"client-{n}")
        refusals.append(tell(world, "attach_case", {"actor": "agent-1"} | case))
    first = refusals.index("Busy")
    assert first > 400
    assert set(refusals[first:]) == {"Busy"}
    assert MOST_WAITING * 0.9 < world.outbox.weight < MOST_WAITING * 1.1
    assert carried(world.runner) < EVER / 2
    assert tell(world, "retry_deliveries", {"actor": "agent-1"}) is None

    world.wait_until(FRIDAY + timedelta(days=4))
    assert world.entity.updates.missed >= 2
    assert world.told("defect.escalated", to="coo") != []
    assert len(world.told("defect.confirmed")) == first + 1
    assert tell(world, "attach_case", {"actor": "agent-1"} | attachment("CASE-X", "x")) is None


def test_ten_thousand_cases_fit_into_an_ordinary_payload() -> None:
    """And what one more costs does not depend on how many there are."""
    world = a_world("defect")
    for n in range(10_000):
        case = attachment(f"CASE-{n:06}", f"client-{n % 700}")
        world.runner.apply(parse(COMMANDS["attach_case"], {"actor": "a"} | case), FRIDAY)
        if n % 50 == 0:
            world.settle()
    world.settle()
    status = world.runner.status(FRIDAY).model_dump(mode="json")
    assert (status["case_count"], status["affected_clients"]) == (10_001, 700)
    assert status["cases"][-1] == "CASE-009999"
    assert carried(world.runner) < ORDINARY


def test_a_defect_takes_no_more_cases_than_it_can_carry() -> None:
    """A clear word, where waiting would not help."""
    world = a_world("defect")
    refused = None
    for n in range(2_000):
        case = attachment(f"{n}".rjust(64, "C"), f"{n}".rjust(128, "c"))
        refused = tell(world, "attach_case", {"actor": "a"} | case)
        if refused:
            break
    assert refused == "InvalidCommand"
    assert 500 < n < 2_000
    assert carried(world.runner) < EVER / 2


def test_pieces_of_a_long_outage_stay_small() -> None:
    """The database gets them one by one."""
    world = a_world("defect")
    world.down(Lane.READ_MODEL, FRIDAY, FRIDAY + timedelta(hours=1))
    for n in range(4):
        note = {"actor": "a", "internal_note": "x" * 20_000, "key": f"{n}"}
        assert tell(world, "post_progress", note) is None
    pieces = world.outbox.lanes[Lane.READ_MODEL].waiting
    assert len(pieces) > 1
    assert all(len(piece.model_dump_json()) < PIECE for piece in pieces)


def test_a_payload_that_is_too_large_is_refused() -> None:
    """Before anything is made of it."""
    cases = [attachment(f"CASE-{n}", "c" * 128, name="n" * 200) for n in range(700)]
    with pytest.raises(InvalidCommand, match="payload: must have at most 256 kB"):
        parse(DEFECT.start, defect_start("S2", *cases))
    assert len(json.dumps(defect_start("S2", *cases[:400]))) < MOST_BYTES
    assert parse(DEFECT.start, defect_start("S2", *cases[:400]))


def test_busy_says_what_to_do() -> None:
    """It is no fault of the command."""
    assert str(Busy()).endswith("nothing was changed, send it again in some minutes")


PARTS = [behaviour.state for behaviour, _ in STARTS.values()]


def parts_of(model: type[Part]) -> Iterator[type[Part]]:
    """A state and the parts it is made of."""
    yield model
    for field in model.model_fields.values():
        for kind in (field.annotation, *typing.get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, Part):
                yield from parts_of(kind)


@pytest.mark.parametrize("state", PARTS)
def test_a_trial_can_share_whatever_containers_hold(state: type[Part]) -> None:
    """A command is tried on a copy of the containers, not of what is in them."""
    seen = 0
    for part in parts_of(state):
        for name, field in part.model_fields.items():
            if typing.get_origin(field.annotation) in (list, dict):
                for held in typing.get_args(field.annotation):
                    seen += 1
                    assert not isinstance(held, type) or issubclass(
                        held, str | int | float | datetime | None | Value | View
                    ), f"{part.__name__}.{name}"
    assert seen > 5
