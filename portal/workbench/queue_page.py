"""The queue, which stays fresh without moving what one is about to click, and the search."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from activities.adapters.database.work_items import Place
from portal.pages.auth import ASKS_BY_ITSELF, Staff
from portal.pages.page_renderer import context_of, look_of
from portal.workbench.queue import Filter, Part, Queue, Urgency
from portal.workbench.search import find

router = APIRouter()

SHOWN = 50
"""Entries of one part on one page."""
_LONGEST_QUERY = 1_000
_TITLES = {
    Urgency.NOW: "Now",
    Urgency.NEXT: "Next",
    Urgency.OPEN: "Open",
    Urgency.WAITING: "Waiting for clients",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the queue somebody wants to see."""

    given: Mapping[str, str]
    actor: str

    @property
    def wanted(self) -> Filter:
        """What it is filtered by."""
        return Filter(
            severity=self.given.get("severity", ""),
            functional_area=self.given.get("area", ""),
            client=self.given.get("client", ""),
            owner=self.actor if self.given.get("mine") else "",
        )

    @property
    def urgency(self) -> Urgency | None:
        """The one part that is wanted, page by page; None for the beginning of each."""
        given = self.given.get("part", "")
        return Urgency(given) if given in set(Urgency) else None

    @property
    def behind(self) -> Place | None:
        """Behind what a page of a part begins."""
        at, _, rest = self.given.get("after", "").partition(" ")
        number, _, why = rest.partition(" ")
        try:
            when = datetime.fromisoformat(at)
        except ValueError:
            return None
        return Place(when, number, why) if when.tzinfo and why else None

    def parts(self, queue: Queue) -> list[Part]:
        """What the page shows."""
        if self.urgency is not None:
            return [queue.part(self.urgency, self.wanted, self.behind, SHOWN)]
        return [queue.part(urgency, self.wanted, None, SHOWN) for urgency in Urgency]

    def address(self, part: Part) -> str:
        """Of the next page of a part."""
        last = part.entries[-1].place
        filters = {name: self.given[name] for name in _FILTERS if self.given.get(name)}
        after = f"{last.at.isoformat()} {last.number} {last.why}"
        return f"/staff/queue?{urlencode(filters | {'part': part.urgency.value, 'after': after})}"


_FILTERS = ("severity", "area", "client", "mine")


@router.get("/staff/queue")
def queue_page(request: Request, staff: Staff) -> Response:
    """Everything that needs somebody, by when it is due."""
    context, asked = context_of(request), Asked(request.query_params, staff.actor)
    queue = Queue(context.engine, context.now())
    return look_of(request).show(
        request,
        "workbench/queue.html.j2",
        scripted=True,
        area="staff",
        staff=staff,
        queue=queue,
        parts=asked.parts(queue),
        titles=_TITLES,
        asked=asked,
        query=request.url.query[:_LONGEST_QUERY],
    )


@router.get(ASKS_BY_ITSELF)
def changes_page(request: Request, staff: Staff) -> Response:
    """What has changed since a page was opened: how many entries are new, and which are done."""
    context, asked = context_of(request), Asked(request.query_params, staff.actor)
    queue = Queue(context.engine, context.now())
    shown = set(request.query_params.getlist("shown")[: SHOWN * len(Urgency)])
    new, done = sum(_new(part, shown) for part in asked.parts(queue)), sorted(queue.gone(shown))
    said = hashlib.sha256(f"{new} {done}".encode()).hexdigest()[:16]
    if request.query_params.get("said") == said:
        return Response(status_code=204)  # What is read aloud again and again is no news.
    return look_of(request).show(
        request,
        "workbench/changes.html.j2",
        area="staff",
        staff=staff,
        new=new,
        done=done,
        said=said,
    )


@router.get("/staff/search")
def search_page(request: Request, staff: Staff) -> Response:
    """Cases, defects and releases by number, client or word."""
    words = request.query_params.get("q", "")[:200]
    return look_of(request).show(
        request,
        "workbench/search.html.j2",
        area="staff",
        staff=staff,
        looked_for=words,
        hits=find(context_of(request).engine, words),
    )


def _new(part: Part, shown: set[str]) -> int:
    """How many entries came since; not those that moved up from the next page."""
    idents = [entry.ident for entry in part.entries]
    while part.more and idents and idents[-1] not in shown:
        idents.pop()
    return len(set(idents) - shown)
