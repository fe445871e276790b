"""Tools that only look: how something stands, what happened, why it is due, and what is owed.

Answers are bounded, and what a client wrote is marked as theirs.
"""

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, create_model
from sqlalchemy import Engine

from activities.adapters.database import DatabaseReadModel
from domain.contract.values import Message, Number
from domain.entity import iso
from portal.agents.callers import Caller
from portal.agents.tools import Answer, Tool
from portal.api.command_service import TIMELINE_KEPT, CommandService
from portal.api.contract import KINDS, Kind
from portal.api.lists import ASKED, page
from portal.api.security import Scope
from portal.context import PortalContext
from portal.pages.obligations import Described, StaffDashboard, described, staff_dashboard

PAGE = 50
"""At most so many in one answer."""
FRESH = 2.0
"""Seconds for which one look at what is owed serves all callers."""
_CLIENT_WRITTEN = frozenset({"subject"})
"""Fields of an answer that hold what a client wrote, word for word."""


class Numbered(Message):
    """About one of them."""

    number: Number


class TimelineAsked(Numbered):
    """The end of what happened."""

    last: int = Field(default=50, ge=1, le=TIMELINE_KEPT, description="How many facts.")


class OwedAsked(Message):
    """How far ahead."""

    hours: int = Field(default=24, ge=1, le=14 * 24, description="How far ahead to look.")


def query_tools(context: PortalContext) -> Iterator[Tool]:
    """All of them."""
    yield _owed(context)
    for kind in KINDS:
        yield _list(context, kind)
        yield _status(context, kind)
        yield _timeline(context, kind)
        if "explain" in kind.queries:
            yield _explain(context, kind)


def _list(context: PortalContext, kind: Kind) -> Tool:
    async def find(_caller: Caller, given: dict[str, Any]) -> Answer:
        asked = ASKED[kind.name].model_validate(given)
        return await asyncio.to_thread(page, DatabaseReadModel(context.engine), kind, asked)

    fields: dict[str, Any] = {
        name: (field.rebuild_annotation(), field)
        for name, field in ASKED[kind.name].model_fields.items()
    }
    fields["limit"] = (int, Field(default=20, ge=1, le=PAGE))
    return Tool(
        name=f"{kind.name}_list",
        words=f"The {kind.plural} by number, a page at a time, as they stood a moment ago. "
        "`next` of an answer is the `after` of the next page.",
        takes=create_model(f"{kind.name}_list", __base__=Message, **fields),
        scopes=(kind.read,),
        act=find,
    )


def _status(context: PortalContext, kind: Kind) -> Tool:
    return _query(
        context, kind, "status", f"Status of a {kind.name}: its state, and what is due when."
    )


def _explain(context: PortalContext, kind: Kind) -> Tool:
    words = f"Why everything that is due for a {kind.name} is due then, as data and in words."
    return _query(context, kind, "explain", words)


def _query(context: PortalContext, kind: Kind, query: str, words: str) -> Tool:
    """A query of the contract that is answered as it stands."""

    async def ask(caller: Caller, given: dict[str, Any]) -> Answer:
        service = CommandService(context, caller.name)
        answer: Answer = await service.query(kind, given["number"], query)
        return answer

    return Tool(
        name=f"{kind.name}_{query}", words=words, takes=Numbered, scopes=(kind.read,), act=ask
    )


def _timeline(context: PortalContext, kind: Kind) -> Tool:
    async def timeline(caller: Caller, given: dict[str, Any]) -> Answer:
        facts = await CommandService(context, caller.name).query(kind, given["number"], "timeline")
        return {"facts": facts[-given["last"] :], "earlier": max(0, len(facts) - given["last"])}

    return Tool(
        name=f"{kind.name}_timeline",
        words=f"What happened to a {kind.name} and who did it, oldest first, without texts.",
        takes=TimelineAsked,
        scopes=(kind.read,),
        act=timeline,
    )


class _CachedDashboard:
    """One look at everything that is open serves all who ask within moments, and one at a time.

    It takes as long as much is open, and threads are few: whoever asks often must not keep others
    from being recognised.
    """

    def __init__(self, context: PortalContext) -> None:
        self._context = context
        self._turn = asyncio.Lock()
        self._seen: tuple[float, datetime, StaffDashboard] | None = None

    async def __call__(self) -> tuple[datetime, StaffDashboard]:
        """When it was, and what was seen."""
        async with self._turn:
            if self._seen is None or time.monotonic() - self._seen[0] > FRESH:
                now = self._context.now()
                dashboard = await asyncio.to_thread(staff_dashboard, self._context.engine, now)
                self._seen = time.monotonic(), now, dashboard
            return self._seen[1:]


def _owed(context: PortalContext) -> Tool:
    cached = _CachedDashboard(context)

    async def owed(_caller: Caller, given: dict[str, Any]) -> Answer:
        now, dashboard = await cached()
        ahead = timedelta(hours=given["hours"])
        return await asyncio.to_thread(_shown, context.engine, dashboard, now, ahead)

    return Tool(
        name="owed",
        words="What is owed over all cases, defects and releases: overdue, due within the next "
        "hours, undecided; messages that could not be delivered; what needs attention.",
        takes=OwedAsked,
        scopes=(Scope.STAFF_READ,),
        act=owed,
    )


def _shown(engine: Engine, dashboard: StaffDashboard, now: datetime, ahead: timedelta) -> Answer:
    due = [o for o in dashboard.due if o.is_since or o.at <= now + ahead]
    return {
        "at": iso(now),
        "until": iso(now + ahead),
        "overdue": [_obligation(o) for o in described(engine, dashboard.overdue[:PAGE])],
        "overdue_count": len(dashboard.overdue),
        "due": [_obligation(o) for o in described(engine, due[:PAGE])],
        "due_count": len(due),
        # Numbers and events: addresses are nothing an agent needs.
        "failing_deliveries": [
            {"number": d.entity, "event": d.event, "attempts": d.attempts, "state": d.state.value}
            for d in dashboard.failing[:PAGE]
        ],
        "waiting_deliveries": dashboard.waiting,
        "attention": [
            {"number": c.number, "kind": c.kind, "state": c.state, "severity": c.severity}
            for c in dashboard.attention[:PAGE]
        ],
        "attention_count": len(dashboard.attention),
        "open_defects": dict(dashboard.open_by_severity),
        "open_cases": dashboard.open_cases,
    }


def _obligation(one: Described) -> Answer:
    owed = one.owed
    return {
        "number": owed.number,
        "kind": owed.kind,
        "what": one.what,
        "since" if owed.is_since else "due_at": iso(owed.at),
        "missed": owed.is_missed,
        "severity": owed.severity,
        # What a case is called is what its client wrote.
        "subject" if owed.kind == "case" else "title": one.title,
    }


def marked(answer: Any) -> Any:
    """The answer, each text of a client's as `{"from_client": …}`: material, no instruction."""
    if isinstance(answer, list):
        return [marked(part) for part in answer]
    if not isinstance(answer, dict):
        return answer
    return {
        name: {"from_client": part}
        if name in _CLIENT_WRITTEN and isinstance(part, str)
        else marked(part)
        for name, part in answer.items()
    }
