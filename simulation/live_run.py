"""Plays parts through the real workflows, all at once on one virtual clock."""

import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from rich.progress import Progress
from sqlalchemy import Engine, event

from activities.adapters.database import DatabaseLedger, DatabaseReadModel
from activities.ports import DeliveryState, Letter, Mailbox, MailSession
from domain.contract.defect import (
    ChangeSeverity,
    DefectStart,
    PostProgress,
    ReleaseDeployed,
    Reopen,
    Resolve,
    ScheduleRelease,
    WithdrawRelease,
)
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.parsing import parse
from domain.contract.release import AttachDefect, DetachDefect
from domain.contract.values import Command
from domain.policy import Policy
from runtime.client import CommandRefused, DefectsClient, NoSuchNumber
from runtime.plugin import DefectsPlugin
from runtime.servers import time_skipping_server
from runtime.settings import Settings
from simulation.dry_run import ACTOR, Outcome, Script
from simulation.oracle.audit import audit
from simulation.oracle.expected_state import Delivered, History, Said
from simulation.virtual_clock import Clock
from worker import Adapters, build_adapters, workers

POLICY = "eto"
RELEASE_ACTOR = "release-manager"
"""Who speaks to releases, and through them to their defects."""
ON_RECORD: dict[type[Command], set[str]] = {
    ChangeSeverity: {"defect.severity_changed"},
    PostProgress: {"defect.progress"},
    Reopen: {"defect.reopened"},
    Resolve: {"defect.resolved"},
    ScheduleRelease: {"defect.release_scheduled", "defect.release_rescheduled"},
}
"""The facts by which a command of a part shows that it was applied."""
ENDED = {"closed", "deployed", "cancelled"}
"""How a workflow stands that came to its end by itself."""


@dataclass
class ReleaseOutcome:
    """What came of one release."""

    number: str
    said: list[Said]
    delivered: list[Delivered]
    """What the release itself told: its notices, and whom of the staff it asked."""
    refused: int
    events: int


@dataclass
class LiveRun:
    """What came of all parts, in the order in which they were given."""

    defects: list[Outcome] = field(default_factory=list)
    releases: list[ReleaseOutcome] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    """Every letter handed to the mail system, repeats too."""


async def live_run(settings: Settings, parts: Sequence[Script], progress: Progress) -> LiveRun:
    """Everything at its time; what is due on the way happens."""
    letters: list[Letter] = []
    async with _stage(settings, letters) as (clock, world):
        performance = _Stage(clock, world, parts)
        scenes = sorted(performance.scenes(), key=lambda scene: (scene.at, scene.order))
        task = progress.add_task("scenes", total=len(scenes))
        for scene in scenes:
            await clock.until(scene.at)
            await performance.act(scene)
            progress.advance(task)
    return LiveRun(
        [performance.defects[part.number] for part in parts if not _is_release(part)],
        [performance.releases[part.number] for part in parts if _is_release(part)],
        letters,
    )


@asynccontextmanager
async def _stage(
    settings: Settings, letters: list[Letter]
) -> AsyncIterator[tuple[Clock, Adapters]]:
    """A virtual clock, workers, and an outside that keeps everything in one new database."""
    with tempfile.TemporaryDirectory() as folder:
        world = build_adapters(
            settings.model_copy(
                update={
                    "database_url": SecretStr(f"sqlite:///{folder}/simulate.db"),
                    "smtp_url": None,
                    "statuspage_url": None,
                    "outbound_per_second": 10_000.0,
                }
            )
        )
        _write_lightly(world.engine)
        world = replace(world, mailbox=_RecordingMailbox(world.mailbox, letters))
        async with (
            time_skipping_server(DefectsPlugin.of(settings)) as env,
            workers(env.client, world, settings),
        ):
            yield Clock(env, DefectsClient(env.client)), world
        world.engine.dispose()


def _write_lightly(engine: Engine) -> None:
    """Wait for no disk: nobody needs this database once the power is cut."""
    engine.dispose()
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))


class _RecordingMailbox:
    """A mailbox that notes what is handed over, since a ledger forgets repeats."""

    def __init__(self, mailbox: Mailbox, letters: list[Letter]) -> None:
        self._mailbox = mailbox
        self._letters = letters

    def open(self) -> MailSession:
        return _RecordingSession(self._mailbox.open(), self._letters)


class _RecordingSession:
    def __init__(self, session: MailSession, letters: list[Letter]) -> None:
        self._session = session
        self._letters = letters

    def __enter__(self) -> MailSession:
        self._session.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._session.__exit__(*exc)

    def send(self, letter: Letter) -> None:
        self._session.send(letter)
        self._letters.append(letter)


def _is_release(part: Script) -> bool:
    return part.workflow == "ReleaseWorkflow"


@dataclass(frozen=True)
class _Step:
    """One thing to do at one time; `command` None begins the part, `end` True ends it."""

    at: datetime
    order: int
    part: Script
    command: Command | None = None
    end: bool = False


class _Stage:
    """Parts on stage, and what was said and told."""

    def __init__(self, clock: Clock, world: Adapters, parts: Sequence[Script]) -> None:
        self._clock = clock
        self._world = world
        self._parts = parts
        self._said: dict[str, list[Said]] = {part.number: [] for part in parts}
        self._refused: Counter[str] = Counter()
        self._begun: list[str] = []
        self.defects: dict[str, Outcome] = {}
        self.releases: dict[str, ReleaseOutcome] = {}

    def scenes(self) -> Iterator[_Step]:
        """Everything to do, in the order of each part."""
        for part in self._parts:
            yield _Step(part.at, 0, part)
            for order, (at, command) in enumerate(part.commands, 1):
                yield _Step(at, order, part, command)
            yield _Step(part.until, len(part.commands) + 1, part, end=True)

    async def act(self, scene: _Step) -> None:
        """Do it."""
        part = scene.part
        if scene.end:
            await self._end(part)
        elif scene.command is None:
            await self._clock.client.start(part.workflow, part.number, part.start)
            if not _is_release(part):
                self._begun.append(part.number)
        else:
            await self._say(part.number, scene.command)

    async def _say(self, number: str, command: Command) -> None:
        now = await self._clock.now()
        try:
            await self._clock.client.update(
                number, command.name, command.model_dump(mode="json", exclude_none=True)
            )
        except (CommandRefused, NoSuchNumber):
            self._refused[number] += 1
            return
        self._said[number].append(Said(now, command))
        await self._clock.settle([number, *self._touched(number, command)])

    def _touched(self, number: str, command: Command) -> Sequence[str]:
        """The defects that hear of it from their release."""
        if number in self._begun:
            return []
        if isinstance(command, AttachDefect | DetachDefect):
            return [command.defect]
        return [defect for defect in self._begun if defect not in self.defects]

    async def _end(self, part: Script) -> None:
        number = part.number
        await self._clock.settle([number])
        status = await self._clock.client.query(number, "status")
        handle = self._clock.client.temporal.get_workflow_handle(number)
        events = len((await handle.fetch_history()).events)
        if status["state"] not in ENDED:
            await handle.terminate("the story ends here")
        policy = self._world.policies.load(POLICY, part.at.year)
        delivered = list(self._delivered(number, policy))
        if _is_release(part):
            said, refused = self._said[number], self._refused[number]
            self.releases[number] = ReleaseOutcome(number, said, delivered, refused, events)
            return
        history = History(
            parse(DefectStart, part.start),
            datetime.fromisoformat(status["confirmed_at"]),
            part.until,
            sorted(self._accepted(number), key=lambda said: said.at),
            delivered,
        )
        self.defects[number] = Outcome(
            number, history, audit(history, policy.pinned()), self._refused[number], events
        )

    def _accepted(self, number: str) -> Iterator[Said]:
        """What was said, at the instants the workflow put on record."""
        facts = list(DatabaseReadModel(self._world.engine).timeline(number, public_only=False))
        on_record = [fact for fact in facts if fact["actor"] == ACTOR]
        for said in self._said[number]:
            events = ON_RECORD[type(said.command)]
            at = next((i for i, f in enumerate(on_record) if f["event"] in events), None)
            if at is None:
                yield said  # It changed nothing, and so is on no record.
                continue
            yield Said(on_record[at]["at"], said.command)
            del on_record[: at + 1]
        yield from (said for fact in facts for said in _by_release(fact))

    def _delivered(self, number: str, policy: Policy) -> Iterator[Delivered]:
        roles = {to.lower(): role.value for role in Role for to in policy.recipients(role)}
        told = {*ClientEvent, *StaffEvent}
        for row in DatabaseLedger(self._world.engine).deliveries(number):
            if row.state is DeliveryState.SENT and row.sent_at and row.event in told:
                recipient = roles.get(row.recipient, row.recipient)
                yield Delivered(row.sent_at, row.event, row.effect_key, recipient, row.decided_at)


def _by_release(fact: dict[str, Any]) -> Iterator[Said]:
    """What a release said to its defect, read from the fact it left there."""
    if fact["actor"] != RELEASE_ACTOR:
        return
    at, event, about = fact["at"], fact["event"], fact["details"]
    said: dict[str, Any] = {"actor": RELEASE_ACTOR, "release": about.get("release")}
    if event in ON_RECORD[ScheduleRelease]:
        planned = {"deploy_at": about["deploy_at"], "watched": True}
        yield Said(at, parse(ScheduleRelease, said | planned))
    elif event == "defect.release_withdrawn":
        yield Said(at, parse(WithdrawRelease, said | {"reason": fact["internal_text"]}))
    elif event == "defect.resolved":
        yield Said(at, parse(ReleaseDeployed, said))
