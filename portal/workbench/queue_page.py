"""The queue, which stays fresh without moving what one is about to click, and the search."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from portal.pages.auth import ASKS_BY_ITSELF, Staff
from portal.pages.page_renderer import context_of, look_of
from portal.workbench.queue import Entry, Filter, KeptQueue, Queue, Urgency
from portal.workbench.search import find

router = APIRouter()

SHOWN = 50
"""Entries of one part; how many more there are is said."""
_LONGEST_QUERY = 200
_TITLES = {
    Urgency.NOW: "Now",
    Urgency.NEXT: "Next",
    Urgency.OPEN: "Open",
    Urgency.WAITING: "Waiting for clients",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the page."""

    urgency: Urgency
    title: str
    entries: Sequence[Entry]
    more: int


@router.get("/staff/queue")
def queue_page(request: Request, staff: Staff) -> Response:
    """Everything that needs somebody, by when it is due."""
    context = context_of(request)
    queue, wanted = _kept(request).fresh(context.now()), _filter(request, staff.actor)
    return look_of(request).show(
        request,
        "workbench/queue.html.j2",
        scripted=True,
        area="staff",
        staff=staff,
        queue=queue,
        parts=[_part(queue, urgency, wanted) for urgency in Urgency],
        wanted=wanted,
        query=request.url.query[:_LONGEST_QUERY],
        mine=wanted.owner == staff.actor,
    )


@router.get(ASKS_BY_ITSELF)
def changes_page(request: Request, staff: Staff) -> Response:
    """What has changed since a page was opened: how many entries are new, and which are done."""
    context = context_of(request)
    queue, wanted = _kept(request).recent(context.now()), _filter(request, staff.actor)
    shown = set(request.query_params.getlist("shown")[: SHOWN * len(Urgency)])
    there = {entry.ident for part in Urgency for entry in _part(queue, part, wanted).entries}
    return look_of(request).show(
        request,
        "workbench/changes.html.j2",
        area="staff",
        staff=staff,
        new=len(there - shown),
        done=sorted(shown - there),
    )


@router.get("/staff/search")
def search_page(request: Request, staff: Staff) -> Response:
    """Cases, defects and releases by number, client or word."""
    words = request.query_params.get("q", "")[:_LONGEST_QUERY]
    return look_of(request).show(
        request,
        "workbench/search.html.j2",
        area="staff",
        staff=staff,
        looked_for=words,
        hits=find(context_of(request).engine, words),
    )


def _kept(request: Request) -> KeptQueue:
    """That of the application."""
    kept: KeptQueue = request.app.state.queue
    return kept


def _part(queue: Queue, urgency: Urgency, wanted: Filter) -> Part:
    entries = queue.part(urgency, wanted)
    return Part(urgency, _TITLES[urgency], entries[:SHOWN], max(0, len(entries) - SHOWN))


def _filter(request: Request, actor: str) -> Filter:
    given = request.query_params
    return Filter(
        severity=given.get("severity", ""),
        functional_area=given.get("area", ""),
        client=given.get("client", ""),
        owner=actor if given.get("mine") else "",
    )
