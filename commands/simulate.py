"""`simulate`: real histories under the policy, through real workflows or the machines alone."""

import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from activities.adapters.database import DatabaseLedger, DatabaseReadModel
from activities.adapters.policy_files import PolicyFiles
from activities.ports import DeliveryState
from commands import show
from commands.clock import Clock
from commands.histories import Story, read_stories
from commands.play import ACTOR, Outcome, Rehearsal, commands_of, end_of
from commands.talk import CommandRefused, Line, NoSuchNumber
from domain.audit import Figures, audit
from domain.events import ClientEvent, StaffEvent
from domain.history import Delivered, History, Said
from domain.messages import (
    ChangeSeverity,
    Command,
    DefectStart,
    PostProgress,
    Reopen,
    Resolve,
    ScheduleRelease,
    parse,
)
from domain.policy import Policy
from runtime.plugin import DefectsPlugin
from runtime.servers import time_skipping_server
from runtime.settings import Settings
from worker import Outside, outside, workers

POLICY = "eto"
ON_RECORD: dict[type[Command], set[str]] = {
    ChangeSeverity: {"defect.severity_changed"},
    PostProgress: {"defect.progress"},
    Reopen: {"defect.reopened"},
    Resolve: {"defect.resolved"},
    ScheduleRelease: {"defect.release_scheduled", "defect.release_rescheduled"},
}
"""The facts by which a command of a story shows that it was applied."""
SETTLING = timedelta(days=1)
"""Between the server's present and the week the stories begin in."""


async def run(
    settings: Settings, file: Path, *, fast: bool, as_json: bool, limit: int | None
) -> int:
    """Play a file's stories; 0 where every promise was kept, else 1. Raises HistoryError."""
    stories, left_out = read_stories(file)
    stories = stories[:limit]
    with _progress(as_json) as progress:
        if fast:
            outcomes = rehearse(stories, next_base(datetime.now(UTC)), progress)
        else:
            outcomes = await perform(settings, stories, progress)
    _report(outcomes, left_out, as_json)
    return 1 if any(outcome.audit.broken for outcome in outcomes) else 0


def next_base(now: datetime) -> datetime:
    """The Monday, 00:00 UTC, on or after which stories are shifted to begin."""
    day = (now + SETTLING).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return day + timedelta(days=(7 - day.weekday()) % 7)


def rehearse(stories: Sequence[Story], base: datetime, progress: Progress) -> list[Outcome]:
    """On the machines alone, one after another."""
    policies = PolicyFiles()
    task = progress.add_task("stories", total=len(stories))
    outcomes = []
    for story in stories:
        shifted = story.shifted(base)
        policy = policies.load(POLICY, shifted.at.year).pinned()
        outcomes.append(Rehearsal(policy).play(shifted))
        progress.advance(task)
    return outcomes


async def perform(
    settings: Settings, stories: Sequence[Story], progress: Progress, base: datetime | None = None
) -> list[Outcome]:
    """Through the real workflows, all at once on one virtual clock."""
    async with _stage(settings) as (clock, world):
        base = base or next_base(await clock.now())
        shifted = [story.shifted(base) for story in stories]
        performance = _Performance(clock, world, shifted)
        scenes = sorted(performance.scenes(), key=lambda scene: (scene.at, scene.order))
        task = progress.add_task("scenes", total=len(scenes))
        for scene in scenes:
            await clock.until(scene.at)
            await performance.act(scene)
            progress.advance(task)
    return [performance.outcomes[story.number] for story in shifted]


@asynccontextmanager
async def _stage(settings: Settings) -> AsyncIterator[tuple[Clock, Outside]]:
    with tempfile.TemporaryDirectory() as folder:
        world = outside(
            settings.model_copy(
                update={
                    "database_url": SecretStr(f"sqlite:///{folder}/simulate.db"),
                    "smtp_url": None,
                    "statuspage_url": None,
                    "outbound_per_second": 10_000.0,
                }
            )
        )
        async with (
            time_skipping_server(DefectsPlugin.of(settings)) as env,
            workers(env.client, world, settings),
        ):
            yield Clock(env, Line(env.client)), world
        world.engine.dispose()


@dataclass(frozen=True)
class _Scene:
    """One thing to do at one time; `command` None begins the story, `end` True ends it."""

    at: datetime
    order: int
    story: Story
    command: Command | None = None
    end: bool = False


class _Performance:
    """Stories on stage, and what was said and told."""

    def __init__(self, clock: Clock, world: Outside, stories: Sequence[Story]) -> None:
        self._clock = clock
        self._world = world
        self._stories = stories
        self._said: dict[str, list[Said]] = {story.number: [] for story in stories}
        self._refused: Counter[str] = Counter()
        self.outcomes: dict[str, Outcome] = {}

    def scenes(self) -> Iterator[_Scene]:
        """Everything to do, in the order of each story."""
        for story in self._stories:
            yield _Scene(story.at, 0, story)
            for order, (at, command) in enumerate(commands_of(story), 1):
                yield _Scene(at, order, story, command)
            yield _Scene(end_of(story), len(story.steps) + 1, story, end=True)

    async def act(self, scene: _Scene) -> None:
        """Do it."""
        if scene.end:
            await self._end(scene.story)
        elif scene.command is None:
            line = self._clock.line
            await line.start("DefectWorkflow", scene.story.number, scene.story.start)
        else:
            await self._say(scene.story.number, scene.command)

    async def _say(self, number: str, command: Command) -> None:
        now = await self._clock.now()
        try:
            await self._clock.line.tell(
                number, command.name, command.model_dump(mode="json", exclude_none=True)
            )
        except (CommandRefused, NoSuchNumber):
            self._refused[number] += 1
            return
        self._said[number].append(Said(now, command))
        await self._clock.settle([number])

    async def _end(self, story: Story) -> None:
        number = story.number
        await self._clock.settle([number])
        status = await self._clock.line.ask(number, "status")
        handle = self._clock.line.client.get_workflow_handle(number)
        workflow_history = await handle.fetch_history()
        if status["state"] != "closed":
            await handle.terminate("the story ends here")
        start = parse(DefectStart, story.start)
        policy = self._world.policies.load(POLICY, story.at.year)
        history = History(
            start,
            datetime.fromisoformat(status["confirmed_at"]),
            end_of(story),
            list(self._accepted(number)),
            list(self._delivered(number, policy)),
        )
        self.outcomes[number] = Outcome(
            number,
            history,
            audit(history, policy.pinned()),
            self._refused[number],
            len(workflow_history.events),
        )

    def _accepted(self, number: str) -> Iterator[Said]:
        """What was said, at the instants the workflow put on record."""
        facts = DatabaseReadModel(self._world.engine).timeline(number, public_only=False)
        on_record = [fact for fact in facts if fact["actor"] == ACTOR]
        for said in self._said[number]:
            events = ON_RECORD[type(said.command)]
            at = next((i for i, f in enumerate(on_record) if f["event"] in events), None)
            if at is None:
                yield said  # It changed nothing, and so is on no record.
                continue
            yield Said(on_record[at]["at"], said.command)
            del on_record[: at + 1]

    def _delivered(self, number: str, policy: Policy) -> Iterator[Delivered]:
        roles = {address.lower(): role.value for role, address in policy.contacts.items()}
        told = {*ClientEvent, *StaffEvent}
        for row in DatabaseLedger(self._world.engine).deliveries(number):
            if row.state is DeliveryState.SENT and row.sent_at and row.event in told:
                recipient = roles.get(row.recipient, row.recipient)
                yield Delivered(row.sent_at, row.event, row.effect_key, recipient, row.decided_at)


# --- the report -----------------------------------------------------------------------------------


def _progress(as_json: bool) -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=as_json or not console.is_terminal,
        transient=True,
    )


def summed(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The sums of all figures."""
    figures = [outcome.audit.figures for outcome in outcomes]
    names = [name for name in asdict(figures[0]) if name != "messages"] if figures else []
    sums: dict[str, Any] = {name: sum(getattr(f, name) for f in figures) for name in names}
    sums["messages"] = sum(sum(f.messages.values()) for f in figures)
    events = [outcome.events for outcome in outcomes if outcome.events is not None]
    sums["history_events"] = sum(events) if events else None
    sums["steps_refused"] = sum(outcome.refused for outcome in outcomes)
    return sums


def _report(outcomes: Sequence[Outcome], left_out: int, as_json: bool) -> None:
    broken = [(outcome.number, broken) for outcome in outcomes for broken in outcome.audit.broken]
    if as_json:
        show.as_json(
            {
                "defects": {outcome.number: _row(outcome) for outcome in outcomes},
                "sum": summed(outcomes),
                "left_out": left_out,
                "broken": [
                    {"defect": number, "clause": b.clause, "at": b.at.isoformat(), "what": b.what}
                    for number, b in broken
                ],
            }
        )
        return
    show.console.print(_table(outcomes))
    show.console.print(f"{len(outcomes)} defects, {left_out} records left out by their severity.")
    for number, b in broken:
        show.console.print(f"[red]{b.clause}[/red] {number} {b.at:%Y-%m-%d %H:%M}: {b.what}")
    verdict = f"[red]{len(broken)} promises were broken" if broken else "[green]Every promise kept"
    show.console.print(f"{verdict}.")


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        **asdict(outcome.audit.figures),
        "history_events": outcome.events,
        "steps_refused": outcome.refused,
    }


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(title="Under the policy")
    table.add_column("defect", no_wrap=True)
    for name in (
        "updates owed",
        "sent",
        "late",
        "targets met",
        "missed",
        "escalations",
        "messages",
        "most to one client",
        "history events",
    ):
        table.add_column(name, justify="right")
    for outcome in outcomes:
        table.add_row(outcome.number, *_cells(outcome.audit.figures, outcome.events))
    sums = summed(outcomes)
    if outcomes:
        table.add_section()
        table.add_row(
            "in sum",
            *(
                str(sums[name])
                for name in (
                    "updates_owed",
                    "updates_sent",
                    "updates_late",
                    "targets_met",
                    "targets_missed",
                    "escalations",
                    "messages",
                )
            ),
            "",
            str(sums["history_events"] or "-"),
        )
    return table


def _cells(figures: Figures, events: int | None) -> list[str]:
    numbers = [
        figures.updates_owed,
        figures.updates_sent,
        figures.updates_late,
        figures.targets_met,
        figures.targets_missed,
        figures.escalations,
        sum(figures.messages.values()),
        max(figures.messages.values(), default=0),
    ]
    return [*map(str, numbers), "-" if events is None else str(events)]
