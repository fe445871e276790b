"""`policy preview`: what would move today if a policy file were adopted; changes nothing."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import typer

from activities.adapters.policy_files import BUILT_IN, PolicyFiles, read_policy_file
from commands import adoption, show
from commands.adoption import Adoption
from commands.versions import OPEN
from domain.policy import PinnedPolicy
from domain.views.policy_differences import Difference, differences
from domain.views.policy_moves import WORDS, Move, directions, notified
from runtime.client import DefectsClient
from runtime.connection import connect
from runtime.settings import Settings

KEPT = {"cases": "CaseWorkflow", "releases": "ReleaseWorkflow"}
"""What keeps the policy it began under, by the type of its workflow."""
_AT_ONCE = {"Preferences", "Contacts", "Texts"}
"""Parts that are not pinned."""


class Seen(NamedTuple):
    """What would become of all that is open."""

    pinned: PinnedPolicy
    found: list[Adoption]
    kept: Mapping[str, int]
    """How many cases and releases are open."""

    @property
    def moves(self) -> list[Move]:
        """Every due instant that would be another one."""
        return [
            Move(number=each.number, severity=each.severity, **move)
            for each in self.found
            for move in each.moves
        ]


async def run(settings: Settings, path: Path, per_second: float, as_json: bool) -> int:
    """Ask every open defect, and say what each answers; answers the exit code."""
    installed = read_policy_file(settings.policy_file or BUILT_IN)
    file = read_policy_file(path)
    pinned = PolicyFiles(path).load(file.name, datetime.now(UTC).year).pinned()

    def say(each: Adoption) -> None:
        if not as_json and (each.moves or each.problem):
            typer.echo("\n".join(adoption.lines(each, pinned)))

    client = DefectsClient(await connect(settings))
    seen = await look(client, pinned, per_second, say)
    at_once = [each for each in differences(installed, file) if each.part in _AT_ONCE]
    if as_json:
        show.as_json(answer(seen, at_once))
    else:
        typer.echo("\n".join(summary(seen, at_once)))
    return 1 if any(each.outcome == "refused" for each in seen.found) else 0


async def look(
    client: DefectsClient, pinned: PinnedPolicy, per_second: float, say: Callable[[Adoption], None]
) -> Seen:
    """What every open defect answers, one after another, each handed to `say` as it comes."""
    asked = adoption.Asked(pinned.name, "preview", dry_run=True, per_second=per_second)
    found: list[Adoption] = []
    async for each in adoption.adopt(client, None, pinned, asked):
        found.append(each)
        say(each)
    return Seen(pinned, found, await _kept(client))


async def _kept(client: DefectsClient) -> dict[str, int]:
    return {
        what: (
            await client.temporal.count_workflows(f'{OPEN} AND WorkflowType = "{workflow}"')
        ).count
        for what, workflow in KEPT.items()
    }


def answer(seen: Seen, at_once: Sequence[Difference]) -> dict[str, Any]:
    """What is seen, as JSON has it.

    `at_once` is what counts for everything open from the next message on, against the policy that
    is installed.
    """
    moves = seen.moves
    return {
        "policy": {"name": seen.pinned.name, "version": seen.pinned.version},
        "moves": [{**move.model_dump(mode="json"), "direction": move.direction} for move in moves],
        "notified": [each.model_dump(mode="json") for each in notified(moves)],
        "at_once": [each.model_dump() for each in at_once],
        "refused": [
            {"number": each.number, "problem": each.problem}
            for each in seen.found
            if each.outcome == "refused"
        ],
        "counts": {
            "defects": _outcomes(seen.found),
            "moves": directions(moves),
            "kept": dict(seen.kept),
        },
    }


def summary(seen: Seen, at_once: Sequence[Difference]) -> Iterator[str]:
    """Who would hear of what otherwise, and the counts, as people read them."""
    moves = seen.moves
    for heading, sentences in (
        ("Who would hear otherwise", [each.sentence for each in notified(moves)]),
        ("For all that is open, adopted or not", [each.sentence for each in at_once]),
    ):
        if sentences:
            yield from ("", heading, *(f"  {sentence}" for sentence in sentences))
    yield ""
    outcomes = {_OUTCOMES[name]: count for name, count in _outcomes(seen.found).items()}
    ways = {WORDS[way]: count for way, count in directions(moves).items()}
    yield f"Defects: {_counts(outcomes) or 'none is open'}."
    yield f"Due instants: {_counts(ways) or 'none moves'}."
    kept = {what.removesuffix("s") if n == 1 else what: n for what, n in seen.kept.items()}
    yield f"Open, and keep the policy they began under: {_counts(kept)}."


_OUTCOMES = {
    "moved": "would have due instants moved",
    "unmoved": "would adopt it and have none moved",
    "has it": "have it",
    "closed": "closed meanwhile",
    "refused": "cannot be asked",
}
"""What would become of a defect, and how it is said."""


def _outcomes(found: Sequence[Adoption]) -> dict[str, int]:
    adopting = {True: "moved", False: "unmoved"}
    counted = Counter(
        adopting[bool(each.moves)] if each.outcome == "would adopt" else each.outcome
        for each in found
    )
    return {name: counted[name] for name in _OUTCOMES if counted[name]}


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counted.items())
