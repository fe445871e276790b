"""Cases and defects are brought in with their past: once, and in silence."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.service import RPCError, RPCStatusCode
from typer.testing import CliRunner

import starter
from activities.adapters.policy_files import PolicyFiles
from commands.importer import AT_ONCE, Entry, ImportValidator, Report, start
from commands.records import read_records
from tests.domain.builders import attachment, case_start, defect_start
from tests.workflows.world import World, time_skipping_world

NOW = datetime(2026, 11, 2, tzinfo=UTC)
LONG_AGO = "2026-03-02T16:00:00Z"


def a_case(number: str, **past: Any) -> dict[str, Any]:
    """A line of a case."""
    past = {"opened_at": LONG_AGO} | past
    return {"type": "case", "number": number, "past": past, **case_start()}


def a_defect(number: str, severity: str = "S3", **past: Any) -> dict[str, Any]:
    """A line of a defect with one client."""
    past = {"confirmed_at": LONG_AGO} | past
    start = defect_start(severity, attachment(f"{number}-C", f"client-of-{number.lower()}"))
    return {"type": "defect", "number": number, "past": past, **start}


def a_file(folder: Path, *lines: dict[str, Any] | str) -> Path:
    """JSON Lines; what is text already stays as it is."""
    file = folder / "import.jsonl"
    said = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    file.write_text("\n".join(said))
    return file


def looked_at(file: Path) -> tuple[list[Entry], Report]:
    """What of a file may be started, and the report."""
    validator = ImportValidator(PolicyFiles(), NOW)
    return list(validator.entries(read_records(file), lambda _: None)), validator.report


def refused(report: Report) -> list[str]:
    """What is wrong, a line each."""
    return [str(refusal) for refusal in report.refused]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "payload: is not JSON"),
        ("[]", "payload: must be one JSON object"),
        ({"type": "case", "past": {}}, "number: is required"),
        ({"number": "DEF-1", "past": {}}, "type: is required"),
        (a_defect("DEF-1") | {"type": "release"}, "type: Input should be 'case' or 'defect'"),
        (a_defect("DEF 1"), "number: must be 1 to 64 of A-Z a-z 0-9 . _ -"),
        ({k: v for k, v in a_defect("DEF-1").items() if k != "past"}, "past: is required"),
        (a_defect("DEF-1") | {"past": {}}, "past.confirmed_at: is required"),
        (a_defect("DEF-1", "S5"), "severity: "),
        (a_defect("DEF-1", confirmed_at="2026-11-03T00:00:00Z"), "past.confirmed_at: "),
        (a_defect("DEF-1", resolved_at="2026-01-01T00:00:00Z"), "past.resolved_at: "),
        (a_case("CASE-1", opened_at="2027-01-01T00:00:00Z"), "past.opened_at: "),
        (a_case("CASE-1", opened_at="2026-01-01T00:00:00"), "past.opened_at: must carry"),
        (a_case("CASE-1") | {"contact": {"email": "nobody"}}, "contact.email: "),
        (a_defect("DEF-1") | {"policy": "none-such"}, "policy: 'none-such' is not one of"),
        (a_defect("DEF-1") | {"public_summary": "Fixed by Friday"}, "public_summary: "),
        (
            {"id": 1, "creation_time": LONG_AGO, "severity": "S1", "component": ""},
            "component: must not be empty",
        ),
    ],
)
def test_a_wrong_line_names_field_and_reason(
    tmp_path: Path, line: dict[str, Any] | str, said: str
) -> None:
    """Where it is and what to change; the lines around it may be started."""
    entries, report = looked_at(a_file(tmp_path, a_case("A-1"), line, a_case("A-2")))

    assert [entry.number for entry in entries] == ["A-1", "A-2"]
    (refusal,) = refused(report)
    assert refusal.startswith(f"line 2: {said}")


def test_a_number_stands_for_one_thing(tmp_path: Path) -> None:
    """The same again is harmless; something else under its number is refused, naming the first."""
    entries, report = looked_at(
        a_file(
            tmp_path,
            a_defect("DEF-1"),
            dict(reversed(a_defect("DEF-1").items())),
            a_defect("DEF-1", "S4"),
            a_case("DEF-1"),
        )
    )

    assert [entry.place for entry in entries] == ["line 1"]
    assert report.there_already == 1
    reason = "number: DEF-1 is used for something else in line 1"
    assert refused(report) == [f"line 3: {reason}", f"line 4: {reason}"]


def test_a_wrong_line_does_not_take_its_number(tmp_path: Path) -> None:
    """The right one after it counts."""
    entries, report = looked_at(a_file(tmp_path, a_defect("DEF-1", "S5"), a_defect("DEF-1")))

    assert [entry.place for entry in entries] == ["line 2"]
    assert len(report.refused) == 1


def test_bugs_are_defects_and_those_without_a_severity_are_left_out(tmp_path: Path) -> None:
    """A list of the REST API's bugs, and the records that `simulate` reads."""
    bug = {"id": 7, "severity": "S2", "component": "General", "creation_time": LONG_AGO}
    file = tmp_path / "bugs.json"
    file.write_text(json.dumps({"bugs": [bug, bug | {"id": 8, "severity": "--"}]}))
    entries, report = looked_at(file)

    assert [(e.number, e.workflow) for e in entries] == [("BZ-7", "DefectWorkflow")]
    assert (report.left_out, report.refused) == (1, [])

    entries, report = looked_at(Path(__file__).parents[1] / "data" / "bugs.jsonl")
    assert {entry.number[:3] for entry in entries} == {"BZ-"}
    assert (report.left_out, report.refused) == (1, [])


def test_many_lines_are_checked_quickly(tmp_path: Path) -> None:
    """Five thousand without a server, in seconds; exit code 0."""
    file = a_file(tmp_path, *(a_defect(f"DEF-{n}") for n in range(5_000)))
    began = time.monotonic()
    answer = CliRunner().invoke(starter.app, ["import", str(file), "--dry-run", "--json"])

    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout) == {"sound": 5_000, "left_out": 0, "refused": []}
    assert time.monotonic() - began < 30


def test_refusals_end_with_1_and_are_said_aside(tmp_path: Path) -> None:
    """Each on standard error; the summary on standard output."""
    file = a_file(tmp_path, a_case("CASE-1"), "{}")
    answer = CliRunner().invoke(starter.app, ["import", str(file), "--dry-run"])

    assert answer.exit_code == 1
    assert answer.stdout == "1 sound, 1 refused\n"
    assert answer.stderr == "line 2: type: is required\n"


def test_a_file_that_cannot_be_read_ends_with_2(tmp_path: Path) -> None:
    """It is named."""
    answer = CliRunner().invoke(starter.app, ["import", str(tmp_path / "no"), "--dry-run"])

    assert answer.exit_code == 2
    assert str(tmp_path / "no") in answer.stderr


# --- a server that fails --------------------------------------------------------------------------


class AServer:
    """Starts each number once; fails as it is told, once it has started so many."""

    def __init__(self, lasts: int = 1_000_000, status: RPCStatusCode | None = None) -> None:
        self.there: set[str] = set()
        self.at_once = self.most_at_once = self.tries = 0
        self._lasts = lasts
        self._status = status

    async def start_if_absent(self, workflow: str, number: str, payload: dict[str, Any]) -> bool:
        """What `DefectsClient.start_if_absent` does."""
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self._status is not None and len(self.there) >= self._lasts:
            raise RPCError("no", self._status, b"")
        new = number not in self.there
        self.there.add(number)
        self.tries += 1
        return new

    async def exists(self, number: str) -> bool:
        """What `DefectsClient.exists` does."""
        await asyncio.sleep(0)
        return number in self.there


def _validator(lines: int, folder: Path) -> tuple[ImportValidator, Iterator[Entry]]:
    file = a_file(folder, *(a_defect(f"DEF-{n}") for n in range(lines)))
    validator = ImportValidator(PolicyFiles(), NOW)
    return validator, validator.entries(read_records(file), lambda _: None)


async def test_so_many_are_started_at_once_and_no_more(tmp_path: Path) -> None:
    """The server is neither idle nor flooded."""
    server, (validator, entries) = AServer(), _validator(200, tmp_path)

    assert await start(entries, server, validator, asyncio.Event()) is None
    assert (validator.report.started, server.most_at_once) == (200, AT_ONCE)


async def test_after_a_lost_server_the_same_again_goes_on(tmp_path: Path) -> None:
    """It stops, says how far it came, and the second run starts only what is missing."""
    server = AServer(120, RPCStatusCode.UNAVAILABLE)
    validator, entries = _validator(300, tmp_path)
    lost = await start(entries, server, validator, asyncio.Event())

    assert lost is not None
    assert 120 <= validator.report.started < 120 + AT_ONCE
    assert validator.report.reached != "line 300"

    again = AServer()
    again.there = set(server.there)
    validator, entries = _validator(300, tmp_path)
    assert await start(entries, again, validator, asyncio.Event()) is None
    assert validator.report.started == 300 - len(server.there)
    assert validator.report.settled == len(again.there) == 300
    assert again.tries < validator.report.started + 2 * AT_ONCE


async def test_what_the_server_takes_for_wrong_is_refused(tmp_path: Path) -> None:
    """A payload too long for it, say: the rest goes on."""
    server = AServer(2, RPCStatusCode.INVALID_ARGUMENT)
    validator, entries = _validator(3, tmp_path)

    assert await start(entries, server, validator, asyncio.Event()) is None
    assert (validator.report.started, refused(validator.report)) == (2, ["line 3: payload: no"])


async def test_who_wants_to_stop_need_not_wait_for_the_end(tmp_path: Path) -> None:
    """What is under way is finished, and no more is begun."""
    server, (validator, entries) = AServer(), _validator(500, tmp_path)
    stop = asyncio.Event()
    stop.set()

    assert await start(entries, server, validator, stop) is None
    assert validator.report.started == len(server.there) == AT_ONCE


# --- real workflows -------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An installation under a virtual clock."""
    async with time_skipping_world(tmp_path) as installed:
        yield installed


def _lines() -> list[dict[str, Any] | str]:
    """Two dozen of each kind of past, and among them some that are wrong."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    lines: list[dict[str, Any] | str] = []
    for n in range(6):
        lines += [
            a_case(f"OPEN-{n}"),
            a_case(f"CLOSED-{n}", closed_at="2026-03-03T16:00:00Z"),
            a_case(f"ON-{n}", defect=f"S3-{n}"),
            a_defect(f"S3-{n}", "S3", severity_since="2026-04-01T00:00:00Z", stage="fixing"),
            a_defect(f"S2-{n}", "S2", held_since=yesterday),
            a_defect(f"DONE-{n}", "S1", resolved_at="2026-03-03T16:00:00Z"),
            "{" * n,
        ]
    return [*lines, a_defect("S3-0"), a_case("OPEN-0", closed_at=yesterday)]


async def _bring_in(file: Path, world: World) -> Report:
    validator = ImportValidator(PolicyFiles(), datetime.now(UTC))
    entries = validator.entries(read_records(file), lambda _: None)
    assert await start(entries, world.defects, validator, asyncio.Event()) is None
    return validator.report


async def test_a_file_is_brought_in_once_and_in_silence(world: World, tmp_path: Path) -> None:
    """Everything runs as it stood, nobody gets a mail, and a second run changes nothing."""
    file = a_file(tmp_path, *_lines())
    report = await _bring_in(file, world)
    world.numbers += [
        f"{kind}-{n}" for kind in ("OPEN", "CLOSED", "ON", "S3", "S2", "DONE") for n in range(6)
    ]
    await world.settle()

    assert (report.started, report.there_already, len(report.refused)) == (36, 0, 7)
    states = {number: (await world.status(number))["state"] for number in world.numbers}
    assert states["CLOSED-3"] == "closed"
    assert states["S2-3"] == "on_hold"
    assert (await world.status("S3-3"))["confirmed_at"] == LONG_AGO
    assert world.mailbox.letters == []

    before = [await _events(world, number) for number in world.numbers]
    again = await _bring_in(file, world)
    await world.settle()
    assert (again.started, again.there_already, again.refused) == (0, 36, report.refused)
    assert [await _events(world, number) for number in world.numbers] == before
    assert world.mailbox.letters == []


async def _events(world: World, number: str) -> int:
    return len((await world.handle(number).fetch_history()).events)
