"""`adopt-policy`: moves open defects to the present policy, and says which due instants move."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import typer

from activities.adapters.policy_files import PolicyFiles, UnknownPolicy
from commands import show
from commands.versions import OPEN
from domain.policy import PinnedPolicy
from runtime.client import CommandRefused, DefectsClient, NoSuchNumber
from runtime.connection import connect
from runtime.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What became of one defect."""

    number: str
    outcome: Literal["adopted", "would adopt", "has it", "closed", "refused"]
    severity: str | None = None
    before: str | None = None
    """Version of the policy it had."""
    moves: list[dict[str, Any]] = field(default_factory=list)
    """What is due at another instant: `what`, `to` whom, `before`, `after`."""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be adopted, by whom and how fast."""

    policy: str
    actor: str
    dry_run: bool = False
    per_second: float = 5


async def run(
    settings: Settings, numbers: Sequence[str] | None, asked: Asked, as_json: bool
) -> int:
    """Go through the numbers, or all open defects; answers the exit code."""
    try:
        policy = PolicyFiles(settings.policy_file).load(asked.policy, datetime.now(UTC).year)
    except UnknownPolicy as error:
        raise CommandRefused(f"policy: {error}") from None
    pinned = policy.pinned()
    client = DefectsClient(await connect(settings))
    found: list[Adoption] = []
    async for adoption in adopt(client, numbers, pinned, asked):
        found.append(adoption)
        if not as_json:
            typer.echo("\n".join(lines(adoption, pinned)))
    if as_json:
        show.as_json({"version": pinned.version, "defects": [asdict(each) for each in found]})
    else:
        counts = Counter(each.outcome for each in found)
        typer.echo(", ".join(f"{n} {outcome}" for outcome, n in counts.items()) or "none is open")
    return 1 if any(each.outcome == "refused" for each in found) else 0


async def adopt(
    client: DefectsClient, numbers: Sequence[str] | None, pinned: PinnedPolicy, asked: Asked
) -> AsyncIterator[Adoption]:
    """One defect after another, no faster than asked for; without numbers, all that are open.

    Raises:
        NoAnswer: no worker answers for one; those before it are done.
    """
    clock = asyncio.get_running_loop()
    free_at = clock.time()
    for number in await _open(client) if numbers is None else numbers:
        await asyncio.sleep(free_at - clock.time())
        free_at = max(free_at, clock.time()) + 1 / asked.per_second
        try:
            yield await _adopt(client, number, pinned, asked)
        except CommandRefused as error:
            yield Adoption(number=number, outcome="refused", problem=str(error))
        except NoSuchNumber:
            if numbers is not None:
                raise
            yield Adoption(number=number, outcome="closed")


async def _open(client: DefectsClient) -> list[str]:
    defects = f'{OPEN} AND WorkflowType = "DefectWorkflow"'
    return sorted([found.id async for found in client.temporal.list_workflows(defects)])


async def _adopt(
    client: DefectsClient, number: str, pinned: PinnedPolicy, asked: Asked
) -> Adoption:
    payload = {"policy": pinned.model_dump(mode="json"), "at": datetime.now(UTC).isoformat()}
    answer = await client.query(number, "preview_policy", payload)
    seen = Adoption(
        number=number,
        outcome="would adopt" if answer["differs"] else "has it",
        # A worker of an older version does not say it.
        severity=answer.get("severity"),
        before=answer["policy"]["version"],
        moves=answer["moves"] if answer["differs"] else [],
    )
    if asked.dry_run or not answer["differs"]:
        return seen
    # No key: who adopts a policy, its successor and the first again means it each time.
    said = {"actor": asked.actor, "policy": asked.policy, "version": pinned.version}
    await client.update(number, "adopt_policy", said)
    return replace(seen, outcome="adopted")


def lines(adoption: Adoption, pinned: PinnedPolicy) -> Iterator[str]:
    """What became of one defect, and a line for each instant that moves, in the calendar's zone."""
    of = f"  {adoption.severity}" if adoption.severity else ""
    said = f"{adoption.number}{of}  {adoption.problem or adoption.outcome}"
    if adoption.outcome in {"adopted", "would adopt"}:
        said += f"  {adoption.before} -> {pinned.version}"
    yield said
    zone = ZoneInfo(pinned.calendar.time_zone)
    for move in adoption.moves:
        before, after = (_local(move[when], zone) for when in ("before", "after"))
        yield f"  {move['what']}: {before} -> {after}"


def _local(text: str | None, zone: ZoneInfo) -> str:
    if text is None:
        return "not due"
    return f"{datetime.fromisoformat(text).astimezone(zone):%a %Y-%m-%d %H:%M %Z}"
