"""Lets one workflow reach others: a case its defect, a defect its cases or another defect."""

import asyncio
from collections.abc import Sequence
from typing import Any

from temporalio import activity

from activities.ports import Audience
from activities.signals import PAGE, Signals
from domain.contract.case import DefectMerged, DefectResolved
from domain.contract.defect import Absorb, AttachCase, GiveBack
from domain.contract.effects import CloseCases, MoveCases, OpenDefect, SignalDefect
from domain.contract.receipts import CasesMoved, DefectOpened, Signalled
from domain.contract.values import Attachment
from domain.keys import own_key
from runtime.client import CommandRefused, DefectsClient, NoSuchNumber, Numbers

DEFECT = "DefectWorkflow"
MOVED_AT_ONCE = 100
"""Cases of one command: with the longest names they fit into a payload."""
_NOBODY = "does not run here"


class Entities:
    """The activities `open_defect`, `close_cases`, `tell_defect` and `move_cases`."""

    def __init__(
        self, client: DefectsClient, signals: Signals, numbers: Numbers, audience: Audience
    ) -> None:
        self._client = client
        self._signals = signals
        self._numbers = numbers
        self._audience = audience

    @activity.defn(name="open_defect")
    async def open_defect(self, effect: OpenDefect) -> DefectOpened:
        """Start the defect, or attach the case to the one that runs; a repeat changes nothing."""
        if effect.defect is None:
            number, _ = await self._client.start_numbered(
                DEFECT, "DEF", start_of(effect), self._numbers, effect.key, summary=_summary(effect)
            )
            return DefectOpened(key=effect.key, defect=number)
        if effect.fields is not None and await self._client.start_if_absent(
            DEFECT, effect.defect, start_of(effect), key=effect.key, summary=_summary(effect)
        ):
            return DefectOpened(key=effect.key, defect=effect.defect)
        return await self._attached(effect.defect, effect)

    async def _attached(self, number: str, effect: OpenDefect) -> DefectOpened:
        attachment = effect.attachment.model_dump(mode="json")
        command = {**attachment, "actor": effect.actor, "key": own_key(effect.key)}
        refused = await self._ask(number, AttachCase.name, command)
        if refused == _NOBODY:
            return DefectOpened(key=effect.key, refused=f"there is no open defect {number}")
        if refused is not None:
            return DefectOpened(key=effect.key, refused=f"{number}: {refused}")
        return DefectOpened(key=effect.key, defect=number)

    @activity.defn(name="close_cases")
    async def close_cases(self, effect: CloseCases) -> Signalled:
        """Signal every case attached to the defect; goes on behind the last page after a break.

        A case that does not run here, because a CRM owns it or it is closed, is passed over.
        """
        details = activity.info().heartbeat_details
        after: str | None = details[0] if details else None
        payload = {
            "defect": effect.entity,
            "resolution": effect.resolution,
            "formerly": effect.formerly,
            "key": own_key(effect.key),
        }
        sent = 0
        while cases := await asyncio.to_thread(
            self._audience.cases, effect.entity, effect.sequence, after, PAGE
        ):
            told = await self._signals.tell_all(
                (case, (DefectResolved.name, payload)) for case in cases
            )
            sent += sum(told.values())
            if len(cases) < PAGE:  # The last: a heartbeat would be billed, and say nothing.
                break
            after = cases[-1]
            activity.heartbeat(after)
        return Signalled(key=effect.key, sent=sent)

    @activity.defn(name="tell_defect")
    async def tell_defect(self, effect: SignalDefect) -> Signalled:
        """Tell the defect a case is on how the case stands."""
        runs = await self._signals.tell(effect.defect, (effect.signal, effect.payload))
        return Signalled(key=effect.key, sent=int(runs), missing=[] if runs else [effect.defect])

    @activity.defn(name="move_cases")
    async def move_cases(self, effect: MoveCases) -> CasesMoved:
        """Move the cases of a defect to another one, or back; each page is harmless to repeat.

        The other defect may refuse, at the first page or, if it is resolved meanwhile, at a later
        one: then it gives back what it had taken, and nothing has moved.
        """
        details = activity.info().heartbeat_details
        after: str | None = details[0] if details else None
        moved = 0
        while True:
            page = await asyncio.to_thread(
                self._audience.attachments, effect.entity, effect.sequence, after, MOVED_AT_ONCE
            )
            if not page and (moved or after is not None):
                return CasesMoved(key=effect.key, sent=moved)
            refused = await self._hand_over(effect, page)
            if refused is not None:
                if after is not None:
                    await self._take_back(effect, after)
                return CasesMoved(key=effect.key, refused=refused)
            if not page:
                return CasesMoved(key=effect.key)
            moved, after = moved + len(page), page[-1].case
            activity.heartbeat(after)

    async def _hand_over(self, effect: MoveCases, page: Sequence[Attachment]) -> str | None:
        """One page to the other defect or back; answers why not, where it is refused."""
        first = page[0].case if page else "none"
        command: dict[str, Any] = {
            "actor": effect.actor,
            "key": own_key(f"{effect.key}/{first}"),
            "defect": effect.entity,
        }
        if effect.back:
            name, command = GiveBack.name, command | {"cases": [a.case for a in page]}
        else:
            cases = [attachment.model_dump(mode="json") for attachment in page]
            feedback = [said.model_dump(mode="json") for said in effect.feedback]
            name = Absorb.name
            command |= {
                "cases": cases,
                "feedback": feedback,
                "severity": effect.severity,
                "formerly": effect.formerly,
            }
        refused = await self._ask(effect.other, name, command)
        if refused == _NOBODY and effect.back:
            refused = None  # The other defect has ended: there is nobody to take them from.
        if refused is not None:
            return f"{effect.other}: {refused}"
        before, now = effect.entity, effect.other
        if effect.back:
            before, now = now, before
        said = {"defect": before, "into": now, "key": command["key"]}
        await self._signals.tell_all((a.case, (DefectMerged.name, said)) for a in page)
        return None

    async def _take_back(self, effect: MoveCases, until: str) -> None:
        back = effect.model_copy(update={"back": not effect.back, "key": f"{effect.key}/undone"})
        after: str | None = None
        while after != until and (
            page := await asyncio.to_thread(
                self._audience.attachments, effect.entity, effect.sequence, after, MOVED_AT_ONCE
            )
        ):
            page = [attachment for attachment in page if attachment.case <= until]
            await self._hand_over(back, page)
            after = page[-1].case
            activity.heartbeat(until)

    async def _ask(self, number: str, update: str, command: dict[str, Any]) -> str | None:
        """Send an update another defect may refuse; answers why, None where it obeyed."""
        try:
            await self._client.update(number, update, command, update_id=command["key"])
        except CommandRefused as refused:
            if refused.kind == "InvalidCommand":
                return str(refused)
            here = await self._client.describe(number)
            if here is not None and here.type.name == DEFECT:
                raise
            return _NOBODY  # What has the number knows no such update, and never will.
        except NoSuchNumber:
            return _NOBODY
        return None


def start_of(effect: OpenDefect) -> dict[str, Any]:
    """What the defect of a case is started with."""
    return {
        **(effect.fields or {}),
        "actor": effect.actor,
        "policy": effect.policy,
        "cases": [effect.attachment.model_dump(mode="json")],
    }


def _summary(effect: OpenDefect) -> str:
    return f"defect, confirmed as {(effect.fields or {})['severity']}"
