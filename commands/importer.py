"""`import`: cases and defects with their own past become workflows, without a notification.

Nothing has to be remembered between two runs: a number is a workflow's id, so the server knows what
is there already. A run that was interrupted goes on by being started again.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import typer
from rich.progress import DownloadColumn
from temporalio.service import RPCError, RPCStatusCode

from activities.adapters.database import DatabaseRecords
from activities.adapters.policy_files import PolicyFiles
from commands import show
from commands.bugzilla import as_defect, is_bug
from commands.database import database
from commands.records import Record, RecordError, read_records
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Message, Number
from runtime.client import DefectsClient
from runtime.connection import NoServer, connect
from runtime.settings import Settings
from runtime.shutdown import stop_on_signals
from runtime.start_check import StartCheck

AT_ONCE = 50
"""Starts under way at the same time."""
REFUSED = 1
INTERRUPTED = 130


class Server(Protocol):
    """What an import needs of a `DefectsClient`."""

    async def start_if_absent(self, workflow: str, number: str, payload: dict[str, Any]) -> bool:
        """Start something unless the number was ever used; whether this call started it."""

    async def exists(self, number: str) -> bool:
        """Whether the number was ever used."""


class _Head(Message):
    """What makes a record an import."""

    type: Literal["case", "defect"]
    number: Number
    past: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One case or defect that may be started."""

    place: str
    workflow: str
    number: str
    payload: dict[str, Any]

    @property
    def digest(self) -> bytes:
        """The same for entries that say the same."""
        said = json.dumps([self.workflow, self.payload], sort_keys=True)
        return hashlib.blake2b(said.encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that cannot be brought in: where it is, the field to change and why."""

    place: str
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.field}: {self.reason}"


@dataclass
class Report:
    """What came of a file."""

    checked: int = 0
    """Records that may be started, whether or not they were."""
    started: int = 0
    there_already: int = 0
    left_out: int = 0
    """Bugs whose severity is none of ours."""
    refused: list[Refusal] = field(default_factory=list)
    reached: str = "the beginning"
    """The place of the last record that was read."""

    @property
    def settled(self) -> int:
        """How many are there now."""
        return self.started + self.there_already


class ImportValidator:
    """Looks at records one by one: what may be started, and what is wrong with the rest."""

    def __init__(self, policies: PolicyFiles, now: datetime) -> None:
        self._starts = StartCheck(policies)
        self._now = now
        self._seen: dict[str, tuple[str, bytes]] = {}
        self.report = Report()

    def entries(self, records: Iterator[Record], read: Callable[[int], None]) -> Iterator[Entry]:
        """What may be started, each number once; the rest goes into the report."""
        for record in records:
            read(record.read)
            self.report.reached = record.place
            try:
                entry = self._entry(record)
                if entry is None:
                    self.report.left_out += 1
                elif self._is_new(entry):
                    self.report.checked += 1
                    yield entry
                else:
                    self.report.there_already += 1
            except InvalidCommand as error:
                self.refuse(record.place, error.field, error.reason)

    def refuse(self, place: str, field: str, reason: str) -> None:
        """Put on the report what cannot be brought in."""
        self.report.refused.append(Refusal(place, field, reason))

    def _entry(self, record: Record) -> Entry | None:
        if isinstance(record.content, InvalidCommand):
            raise record.content
        content = as_defect(record.content) if is_bug(record.content) else record.content
        if content is None:
            return None
        head = parse(_Head, content)
        workflow = _WORKFLOWS[head.type]
        start = self._starts.check(workflow, head.number, content, self._now)
        payload = start.model_dump(mode="json", exclude_unset=True)
        return Entry(record.place, workflow, head.number, payload)

    def _is_new(self, entry: Entry) -> bool:
        """Whether its number comes for the first time; a repeat of the same is harmless."""
        digest = entry.digest
        place, known = self._seen.setdefault(entry.number, (entry.place, digest))
        if known != digest:
            raise InvalidCommand("number", f"{entry.number} is used for something else in {place}")
        return place == entry.place


_WORKFLOWS = {"case": "CaseWorkflow", "defect": "DefectWorkflow"}


async def run(settings: Settings, file: Path, *, dry_run: bool, as_json: bool) -> int:
    """Bring in a file: 0 if every record is there now, 1 if some were refused.

    Raises:
        RecordError: the file cannot be read.
        NoServer: the server does not answer, or not to the end.
    """
    validator = ImportValidator(PolicyFiles(settings.policy_file), datetime.now(UTC))
    stop = stop_on_signals(asyncio.get_running_loop())
    lost: RPCError | None = None
    async with _server(settings, dry_run) as client:
        with show.progress(as_json, DownloadColumn()) as progress:
            task = progress.add_task("import", total=_size(file))
            entries = validator.entries(
                read_records(file), lambda read: progress.update(task, completed=read)
            )
            if client is None:
                await check(entries, stop)
            else:
                lost = await start(entries, client, validator, stop)
    _tell(validator.report, as_json, dry_run)
    if lost is not None:
        raise NoServer(f"The server went away ({lost.message}). {_go_on(validator.report)}")
    if stop.is_set():
        typer.echo(_go_on(validator.report), err=True)
        return INTERRUPTED
    return REFUSED if validator.report.refused else 0


@asynccontextmanager
async def _server(settings: Settings, dry_run: bool) -> AsyncIterator[DefectsClient | None]:
    """Where entries are started, passing over numbers that only the database still knows."""
    if dry_run:
        yield None
        return
    with database(settings) as engine:
        yield DefectsClient(await connect(settings), records=DatabaseRecords(engine))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise RecordError(f"{file}: {error}") from None


async def check(entries: Iterator[Entry], stop: asyncio.Event) -> None:
    """Look at everything and start nothing."""
    for _ in entries:
        if stop.is_set():
            return
        await asyncio.sleep(0)  # Lets a signal in.


async def start(
    entries: Iterator[Entry], server: Server, validator: ImportValidator, stop: asyncio.Event
) -> RPCError | None:
    """Start what is not there yet, some at a time; the error where the server was lost.

    What the last record was the next one probably is. Where records are there already, a look costs
    the server a third of what a try does, so a run that goes on soon comes to where it was.
    """
    lost: RPCError | None = None
    there = False

    async def take() -> None:
        nonlocal lost, there
        for entry in entries:
            try:
                known = there and await server.exists(entry.number)
                begun = not known and await server.start_if_absent(
                    entry.workflow, entry.number, entry.payload
                )
            except RPCError as error:
                if error.status is not RPCStatusCode.INVALID_ARGUMENT:
                    lost = lost or error
                    return
                validator.refuse(entry.place, "payload", error.message)
            else:
                there = not begun
                validator.report.started += begun
                validator.report.there_already += not begun
            if lost is not None or stop.is_set():
                return

    await asyncio.gather(*(take() for _ in range(AT_ONCE)))
    return lost


def _go_on(report: Report) -> str:
    return (
        f"The file was read up to {report.reached}; {report.settled} records are in. "
        "Repeat the command to continue: existing entities stay unchanged."
    )


def _tell(report: Report, as_json: bool, dry_run: bool) -> None:
    counts = {"started": report.started, "there_already": report.there_already}
    if dry_run:
        counts = {"sound": report.checked}
    said = {**counts, "left_out": report.left_out, "refused": len(report.refused)}
    if as_json:
        show.as_json({**said, "refused": [asdict(refusal) for refusal in report.refused]})
        return
    for refusal in report.refused:
        typer.echo(str(refusal), err=True)
    words = {
        "started": "started",
        "there_already": "there already",
        "sound": "sound",
        "left_out": "left out for an unknown severity",
        "refused": "refused",
    }
    always = set(counts)
    typer.echo(", ".join(f"{n} {words[name]}" for name, n in said.items() if n or name in always))
