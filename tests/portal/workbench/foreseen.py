"""What a page said would happen beside what then did: who heard what, in which words."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from activities.adapters.database import DatabaseStatusPage
from activities.ports import TELEPHONE, Letter
from domain.views.preview import NEW_DEFECT
from portal.pages.forms import Form
from portal.pages.local_time import Times
from portal.workbench.actions import KIND_OF, action_of
from portal.workbench.fields import payload_of
from portal.workbench.follow_ons import Told
from portal.workbench.foresight import Foreseer, Foresight
from portal.workbench.letters import THEIR_OWN
from tests.domain.builders import CHICAGO
from tests.portal.pages.installation import Browser, Forms, Pages

_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_TOKEN = re.compile(r"((?:un|des)?subscribe (?:newsletter|progress) )[\w-]+")
_SECONDS = re.compile(r"(?<=T\d\d:\d\d):[\d.]+Z")
_BEGUN = re.compile(r"DEF-\d{6}")
"""Numbers that are issued; those of these tests are shorter."""


@dataclass
class Heard:
    """Everything that leaves the house, by what it is about."""

    mails: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Events with addresses."""
    calls: Counter[str] = field(default_factory=Counter)
    """Events that somebody is to be told by telephone."""
    posts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Stages and words of the status page."""


def foretold(ahead: Foresight) -> Heard:
    """What was said that everybody would hear, here and elsewhere.

    Of several defects of a release a person hears in one email, as the page says.
    """
    heard, jointly = Heard(), set[tuple[str, str]]()
    for one in _all(ahead):
        assert one.refused is None, one.refused
        for message in one.clients:
            for person in message.people:
                if "@" in person and (message.event, person) not in jointly:
                    heard.mails[message.event, person] += 1
                if message.jointly:
                    jointly.add((message.event, person))
            if message.by_telephone:
                heard.calls[message.event] += message.by_telephone
        for notice in one.staff:
            heard.mails[notice.event, notice.letter.to] += 1
        for post in one.status_page:
            heard.posts[post.stage, post.body] += 1
    return heard


def letters(ahead: Foresight) -> Iterator[Letter]:
    """All mails that were shown, one for each language."""
    for one in _all(ahead):
        yield from (mail.letter for message in one.clients for mail in message.letters)
        yield from (notice.letter for notice in one.staff)


def plain(text: str) -> str:
    """Without what differs: the clock, a number that is not issued yet, and a token of theirs."""
    text = _CLOCK.sub("00:00", text).replace(NEW_DEFECT, "DEF-new")
    text = _TOKEN.sub(rf"\1{THEIR_OWN}", " ".join(text.split()))
    return " ".join(_BEGUN.sub("DEF-new", text).split())


def steady(said: Any) -> str:
    """A value of a status, to the minute, once all were told."""
    return plain(_SECONDS.sub("", str(said)).replace("deploying", "deployed"))


@dataclass
class Ears:
    """Listens from now on."""

    pages: Pages

    def __post_init__(self) -> None:
        self._mails = len(self.pages.world.mailbox.letters)
        self._rows = self._spoken()
        self._posted = self._posts()

    @property
    def mails(self) -> list[Letter]:
        """Everything that was mailed since."""
        return self.pages.world.mailbox.letters[self._mails :]

    def heard(self) -> Heard:
        """What was heard since."""
        return Heard(
            Counter((mail.headers["X-Event"], mail.to) for mail in self.mails),
            Counter(event for _, event, _ in self._spoken() - self._rows),
            self._posts() - self._posted,
        )

    def _spoken(self) -> set[tuple[str, str, str]]:
        rows = self.pages.world.ledger.deliveries()
        return {(r.effect_key, r.event, r.recipient) for r in rows if r.channel == TELEPHONE}

    def _posts(self) -> Counter[tuple[str, str]]:
        found = DatabaseStatusPage(self.pages.context.engine).incidents(100)
        return Counter((said.stage, said.body) for one in found for said in one.updates)


@dataclass
class Looked:
    """What was foreseen of an action, how things were to stand then, and what was heard."""

    ahead: Foresight
    after: dict[str, Any]
    ears: Ears


async def look_and_do(
    pages: Pages, browser: Browser, address: str, typed: dict[str, str], **known: Any
) -> Looked:
    """Look at what an action will do, do it, and let everything settle.

    `known` is what the database adds to what was typed.
    """
    _, _, plural, number, _, name = address.split("/")
    action = action_of(KIND_OF[plural], name)
    assert action is not None
    times = Times(CHICAGO)
    payload = payload_of(action.fields, Form(typed), times) | known | {"actor": "lead-1"}
    told = Told(number, action.command.name, payload)
    asked = {"command": told.command, "payload": payload, "at": pages.context.now().isoformat()}
    after = (await pages.context.client.query(number, "preview", asked))["after"]
    ahead = await Foreseer(pages.context, pages.context.now()).of_command(told)
    ears = Ears(pages)
    response = await browser.send(address, address, step="look", **typed)
    assert response.status_code == 200, response.text
    seen = Forms(response.text).to(address)
    response = await browser.http.post(address, data=seen | typed | {"step": "do"})
    assert response.status_code == 303, response.text
    stands = await pages.world.status(number)
    pages.world.numbers += list(_BEGUN.findall(str(stands)))
    await pages.tick()
    return Looked(ahead, after, ears)


def _all(ahead: Foresight) -> Iterator[Foresight]:
    yield ahead
    for other in ahead.elsewhere:
        if other.foresight is not None:
            yield from _all(other.foresight)
