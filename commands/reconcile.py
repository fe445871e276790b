"""`reconcile`: compares every workflow that runs with the database, and mends what can be mended.

Needed after the database went back to an older copy, or away. What histories had the database told
is told again; what Temporal has forgotten follows from the workflows themselves. Whoever writes
meanwhile is left alone: every change bears its own sequence, and older ones are void.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import typer
from sqlalchemy import Engine
from temporalio.client import WorkflowExecution

from activities.adapters.database import DatabaseAudience, DatabaseMembers
from activities.adapters.database.open_numbers import DatabaseOpenNumbers
from activities.adapters.database.restoring import DIGITS, DatabaseRestoring
from commands import show
from commands.database import database
from domain.contract.effects import AudienceChange, Detachment, UpdateReadModel
from domain.contract.values import Attachment
from domain.views.read_model import Owed
from runtime.client import CommandRefused, DefectsClient, NoAnswer, NoSuchNumber
from runtime.connection import connect
from runtime.histories import projections
from runtime.settings import Settings
from runtime.stray_numbers import running

SOMETHING_LEFT = 1
PREFIXES = ("CASE", "DEF", "REL", "AREA", "MAIL")
"""Of the numbers that the database issues."""
NEWEST = 1_000
"""Of each prefix, ended ones too, whose numbers are looked at."""
BUSY, LOOK_AGAIN = 5, 1.0
"""How often something is asked again that is being written, and after how many seconds."""
WORDS = {
    "numbers": "numbers that the database does not have",
    "older": "numbers that it has as they were before",
    "facts": "facts that it lacks",
    "cases": "cases that it does not have as attached",
    "detached": "cases that it has as attached, and nobody else",
    "members": "releases with fewer defects than they had",
    "sequences": "sequences that stand below a number that was used",
}
"""Kinds of differences."""


@dataclass
class Reconciliation:
    """What differs, by kind, and what of it nobody can mend."""

    compared: int = 0
    differences: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)


async def run(settings: Settings, *, yes: bool, per_second: float, as_json: bool) -> int:
    """Say what differs, and mend it where `yes` says so.

    0 where nothing differs or all was mended, 1 where something is left to do.
    """
    client = DefectsClient(await connect(settings))
    with database(settings) as engine:
        found = await Reconciler(client, engine, yes=yes, per_second=per_second).reconcile()
    if as_json:
        show.as_json(
            {"compared": found.compared, "differences": dict(found.differences)}
            | {"left": found.left, "done": yes}
        )
    else:
        _show(found, yes)
    nothing_left = not found.left and (yes or not found.differences)
    return 0 if nothing_left else SOMETHING_LEFT


@dataclass
class Reconciler:
    """Goes through everything that runs, one number after another."""

    client: DefectsClient
    engine: Engine
    yes: bool = False
    per_second: float = 20
    found: Reconciliation = field(default_factory=Reconciliation)

    def __post_init__(self) -> None:
        self.restoring = DatabaseRestoring(self.engine)
        self.members = DatabaseMembers(self.engine)
        self._highest: Counter[str] = Counter()

    async def reconcile(self) -> Reconciliation:
        """Everything that runs, releases last: what they lack is asked of their defects."""
        clock = asyncio.get_running_loop()
        free_at = clock.time()
        for kind in ("case", "defect", "area_work", "release"):
            async for run in self.client.temporal.list_workflows(running(kind)):
                await asyncio.sleep(free_at - clock.time())
                free_at = max(free_at, clock.time()) + 1 / self.per_second
                self._note_numbers([run.id])
                try:
                    await self._one(run)
                except NoSuchNumber:
                    continue  # It has ended meanwhile.
                except (NoAnswer, CommandRefused) as problem:
                    self.found.left.append(f"{run.id}: could not be asked ({problem})")
        await self._sequences()
        return self.found

    async def _one(self, run: WorkflowExecution) -> None:
        owed = await self._owed(run.id)
        self.found.compared += 1
        if owed is None:
            self.found.left.append(f"{run.id}: is being written all the time; try again later")
            return
        self._note_numbers([*owed.attached, *owed.attached.values()])
        differs = await asyncio.to_thread(self._compared, run.id, owed)
        if not differs:
            return
        self.found.differences.update(differs)
        told = await self._told_again(run)
        missing, extra = await asyncio.to_thread(self._cases, run.id, owed)
        people = await self._contacts(run.id, owed, [c for c in missing if c not in told])
        if self.yes:
            bare = _bare(run.id, owed, people, extra)
            await asyncio.to_thread(self.restoring.restore, bare)
        if "members" in differs:
            await asyncio.to_thread(self._adopt, run.id, owed)

    async def _owed(self, number: str) -> Owed | None:
        """What the database ought to have; None where it is being written all the time."""
        for _ in range(BUSY):
            owed = Owed.model_validate(await self.client.query(number, "read_model"))
            if not owed.unwritten:
                return owed
            await asyncio.sleep(LOOK_AGAIN)
        return None

    def _compared(self, number: str, owed: Owed) -> Counter[str]:
        """What the database lacks of a number, by kind of difference."""
        row = DatabaseOpenNumbers(self.engine).rows(owed.kind, [number]).get(number)
        facts = [fact.sequence for fact in owed.facts]
        missing, extra = self._cases(number, owed)
        return +Counter(
            {
                "numbers": int(row is None),
                "older": int(row is not None and row.sequence < max(facts, default=0)),
                "facts": len(self.restoring.unknown_facts(number, facts)),
                "cases": len(missing),
                "detached": len(extra),
                "members": int(self._lacks_members(number, owed)),
            }
        )

    def _cases(self, number: str, owed: Owed) -> tuple[list[str], list[str]]:
        """Cases that are attached and not known to be, and the other way round."""
        places = self.restoring.places(number)
        known = {case for case, place in places.items() if place.attached}
        missing = [case for case in owed.attached if case not in known]
        extra = [
            case
            for case in sorted(known - owed.attached.keys())
            if places[case].sequence <= owed.sequence
        ]
        return missing, extra

    def _lacks_members(self, number: str, owed: Owed) -> bool:
        if owed.kind != "release":
            return False
        known = self.members.progress_of(number, 0).attached
        return known < int(owed.snapshot["defects"]["attached"])

    async def _told_again(self, run: WorkflowExecution) -> set[str]:
        """Tell the database what histories say it was told; the cases attached by that."""
        cases = set[str]()
        async for projection in projections(self.client.temporal, run.id, run.run_id):
            if self.yes:
                await asyncio.to_thread(self.restoring.restore, projection)
            for change in projection.audience:
                cases |= {attachment.case for attachment in change.attach}
        return cases

    async def _contacts(self, number: str, owed: Owed, missing: list[str]) -> list[Attachment]:
        """The contacts of cases that no history names, from the cases themselves."""
        people = []
        for case in missing:
            person = await self._contact(case, owed.attached[case])
            if person is None:
                self.found.left.append(
                    f"{number}: nobody knows the contact of {case}; detach and attach it again"
                )
            else:
                people.append(person)
        return people

    async def _contact(self, case: str, client: str) -> Attachment | None:
        try:
            about = Owed.model_validate(await self.client.query(case, "read_model"))
        except (NoSuchNumber, NoAnswer, CommandRefused):
            about = None
        if about is not None and about.contact is not None:
            return Attachment(case=case, client=client, contact=about.contact)
        known = await asyncio.to_thread(
            DatabaseAudience(self.engine).attachments, case, 1 << 62, None, 1
        )
        return known[0] if known else None

    def _adopt(self, number: str, owed: Owed) -> None:
        """Take in the defects that are planned for a release, and name it if some are missing."""
        if self.yes:
            self.members.adopt(number)
            if self._lacks_members(number, owed):
                self.found.left.append(f"{number}: lacks defects; attach them again")

    # --- numbers ---------------------------------------------------------------------------------

    def _note_numbers(self, names: Iterable[str]) -> None:
        for name in names:
            prefix, _, digits = name.partition("-")
            if prefix in PREFIXES and len(digits) in DIGITS and re.fullmatch(r"[0-9]+", digits):
                self._highest[prefix] = max(self._highest[prefix], int(digits))

    async def _sequences(self) -> None:
        """Have each sequence go on above what either side knows."""
        for prefix in PREFIXES:
            query = f"WorkflowId STARTS_WITH '{prefix}-'"
            listed = self.client.temporal.list_workflows(query, limit=NEWEST)
            self._note_numbers([run.id async for run in listed])
            known = await asyncio.to_thread(self.restoring.highest, prefix)
            highest = max(self._highest[prefix], known)
            if await asyncio.to_thread(self.restoring.last_issued, prefix) >= highest:
                continue
            self.found.differences["sequences"] += 1
            if self.yes:
                await asyncio.to_thread(self.restoring.raise_to, prefix, highest)


def _bare(number: str, owed: Owed, people: list[Attachment], extra: list[str]) -> UpdateReadModel:
    """How it stands, as a projection that nothing has happened for."""
    at = owed.facts[-1].at if owed.facts else datetime.now(UTC)
    change = AudienceChange(
        sequence=owed.sequence,
        at=at,
        attach=people,
        detach=[Detachment(case=case) for case in extra],
    )
    return UpdateReadModel(
        key=f"{number}/{owed.sequence}/reconcile",
        entity=number,
        sequence=owed.sequence,
        at=at,
        kind=owed.kind,
        snapshot=owed.snapshot,
        facts=owed.facts,
        audience=[change] if people or extra else [],
    )


def _show(found: Reconciliation, done: bool) -> None:
    typer.echo(f"{found.compared} workflows compared with the database")
    for kind, words in WORDS.items():
        if found.differences[kind]:
            typer.echo(f"  {found.differences[kind]} {words}")
    for problem in found.left:
        typer.echo(problem, err=True)
    if not found.differences:
        typer.echo("Nothing differs.")
    elif done:
        typer.echo("Mended, but for what is named." if found.left else "Mended.")
    else:
        typer.echo("Say --yes to mend it.")
