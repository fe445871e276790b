"""What an action will do, before anybody takes it: who is told what, what falls due, what follows.

The workflow itself tries the command on a copy (the query `preview`); what it would have others do
is asked of them in turn.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.adapters.database.consultation import DatabaseConsultation
from activities.consultation import booked
from activities.entities import start_of
from domain.contract.defect import GiveBack
from domain.contract.effects import (
    BookMinutes,
    NotifyClients,
    NotifyStaff,
    OpenDefect,
    PostStatus,
)
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Start
from domain.defect import DEFECT
from domain.entity import Behaviour
from domain.views.preview import NEW_DEFECT, DueMove, Preview, preview_start
from portal.context import PortalContext
from portal.pages.page_renderer import POLICY
from portal.workbench.follow_ons import Told, follow_ons
from portal.workbench.letters import Letters, ToClients, ToStaff
from runtime.client import CommandRefused, NoAnswer, NoSuchNumber
from runtime.connection import NoServer

DEPTH = 2
"""How far it is followed: a release tells its defects, and these close their cases."""
PATIENCE = 3.0
"""Seconds in which an entity has to answer where no worker was seen lately."""
LONGEST = 8.0
"""Seconds after which nobody waits for an answer any more."""
_SHOWN_CHANGES = ("state", "severity", "stage", "priority", "owner", "missing", "update_draft")
"""Fields of a status whose change is worth saying; the others follow from messages and clocks."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field of the status that would read differently."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another case, defect or release would do."""

    number: str
    foresight: "Foresight | None"
    """None where it does not run here."""
    is_away: bool = False
    """Nobody answers for it: what it would do is not known."""
    decides: bool = False
    """Where it refuses, the action is refused."""

    @property
    def refusal(self) -> str | None:
        """Why it would not do its part."""
        return "does not run here" if self.foresight is None else self.foresight.refused


@dataclass(frozen=True, slots=True)
class Foresight:
    """Everything that would come of an action."""

    refused: str | None = None
    field: str | None = None
    """What is at fault, where it is refused."""
    clients: Sequence[ToClients] = ()
    staff: Sequence[ToStaff] = ()
    status_page: Sequence[PostStatus] = ()
    moves: Sequence[DueMove] = ()
    changes: Sequence[Change] = ()
    elsewhere: Sequence[Elsewhere] = ()
    more: int = 0
    """Others that it reaches and that were not asked."""

    @property
    def in_short(self) -> str:
        """In a sentence, as it is read aloud to whoever cannot see it."""
        everywhere = [*self._everywhere()]
        mails = sum(one.count for each in everywhere for one in each.clients)
        calls = sum(one.by_telephone for each in everywhere for one in each.clients)
        counted = (
            (mails, "email to clients", "emails to clients"),
            (calls, "person to be told by telephone", "people to be told by telephone"),
            (sum(len(each.staff) for each in everywhere), "message to staff", "messages to staff"),
            (sum(len(each.status_page) for each in everywhere), "post", "posts"),
        )
        said = [f"{count} {one if count == 1 else more}" for count, one, more in counted if count]
        more = f", and {self.more} more are reached" if self.more else ""
        return f"What will happen: {', '.join(said) or 'nobody is told'}{more}."

    def _everywhere(self) -> Iterator["Foresight"]:
        yield self
        for other in self.elsewhere:
            if other.foresight is not None:
                yield from other.foresight._everywhere()

    @property
    def tells_nobody(self) -> bool:
        """Whether neither clients nor staff nor the public hear anything, here or elsewhere."""
        others = (one.foresight for one in self.elsewhere if one.foresight is not None)
        here = self.clients or self.staff or self.status_page or self.more
        return not here and all(other.tells_nobody for other in others)


class Foreseer:
    """Asks for one page, as of one instant."""

    def __init__(self, context: PortalContext, at: datetime) -> None:
        self._context = context
        self._at = at
        policy = context.policies.load(POLICY, at.year)
        self._letters = Letters(context.engine, policy, context.settings)

    async def of_command(self, told: Told, depth: int = DEPTH) -> Foresight:
        """What a command would do, and what would follow elsewhere.

        Raises:
            NoSuchNumber: nothing of that number runs here.
            NoServer: nobody answers.
        """
        seen = await self._asked(told)
        if receipts := await asyncio.to_thread(self._receipts, seen):
            seen = await self._asked(told, receipts)
        return await self._of(seen, depth)

    async def _asked(self, told: Told, receipts: Mapping[str, Any] | None = None) -> Preview:
        asked = {
            "command": told.command,
            "payload": told.payload,
            "at": self._at.isoformat(),
            "receipts": receipts or {},
        }
        query = self._context.client.query(told.number, "preview", asked, patience=PATIENCE)
        try:
            async with asyncio.timeout(LONGEST):
                return Preview.model_validate(await query)
        except TimeoutError:
            raise NoAnswer(f"{told.number} does not answer") from None

    def _receipts(self, seen: Preview) -> dict[str, Any]:
        """What the database knows that the entity does not, and that changes what comes of it."""
        receipts: dict[str, Any] = {}
        for effect in seen.effects:
            if isinstance(effect, BookMinutes):
                booking = DatabaseConsultation(self._context.engine).would_book(effect)
                receipts[effect.key] = booked(effect, booking).model_dump(mode="json")
            elif isinstance(effect, NotifyClients) and effect.people is None:
                receipt = self._letters.readers(effect, seen.audience).receipt(effect.key)
                if receipt.by_telephone:
                    receipts[effect.key] = receipt.model_dump(mode="json")
        return receipts

    async def of_start(
        self,
        behaviour: Behaviour[Any],
        number: str,
        payload: Mapping[str, Any],
        depth: int = DEPTH,
    ) -> Foresight:
        """What beginning something would do."""
        try:
            seen = await asyncio.to_thread(self._begun, behaviour, number, payload)
        except InvalidCommand as error:
            return Foresight(refused=str(error), field=error.field)
        return await self._of(seen, depth)

    def _begun(self, behaviour: Behaviour[Any], number: str, payload: Mapping[str, Any]) -> Preview:
        start: Start = parse(behaviour.start, payload)
        policy = self._context.starts.policy(start.policy, self._at.year)
        return preview_start(behaviour, number, start, policy, self._at)

    async def _of(self, seen: Preview, depth: int) -> Foresight:
        if seen.refused is not None:
            return Foresight(refused=seen.refused, field=seen.field)
        clients, staff = await asyncio.to_thread(self._written, seen)
        follow = await asyncio.to_thread(follow_ons, self._context.engine, seen)
        elsewhere: list[Elsewhere] = []
        if depth:
            asked = [self._elsewhere(told, depth - 1) for told in follow.told]
            begun = [self._begins(effect, depth - 1) for effect in follow.begun]
            elsewhere = await asyncio.gather(*asked, *begun)
        for other in elsewhere:
            if other.decides and (refusal := other.refusal) is not None:
                return Foresight(refused=f"defect: {other.number}: {refusal}", field="defect")
        return Foresight(
            clients=clients,
            staff=staff,
            status_page=[effect for effect in seen.effects if isinstance(effect, PostStatus)],
            moves=seen.moves,
            changes=[*_changes(seen)],
            elsewhere=elsewhere,
            more=follow.more,
        )

    def _written(self, seen: Preview) -> tuple[list[ToClients], list[ToStaff]]:
        return (
            [
                self._letters.to_clients(effect, seen.audience, self._at)
                for effect in seen.effects
                if isinstance(effect, NotifyClients)
            ],
            [
                self._letters.to_staff(effect, self._at)
                for effect in seen.effects
                if isinstance(effect, NotifyStaff)
            ],
        )

    async def _elsewhere(self, told: Told, depth: int) -> Elsewhere:
        try:
            seen = await self.of_command(told, depth)
        except (NoSuchNumber, CommandRefused):
            decides = told.decides and told.command != GiveBack.name  # Gone: nothing to give.
            return Elsewhere(told.number, None, decides=decides)
        except NoServer:
            return Elsewhere(told.number, None, is_away=True)
        return Elsewhere(told.number, seen, decides=told.decides)

    async def _begins(self, effect: OpenDefect, depth: int) -> Elsewhere:
        number = effect.defect or NEW_DEFECT
        return Elsewhere(number, await self.of_start(DEFECT, number, start_of(effect), depth))


def _changes(seen: Preview) -> Iterator[Change]:
    if not seen.before:
        return
    for name in _SHOWN_CHANGES:
        before, after = seen.before.get(name), seen.after.get(name)
        if before != after:
            yield Change(name, before, after)
