"""What the machines say fits the words: every event, with the facts a real life gives it.

A fact that a template needs and a machine does not give would hold up a lane for ever.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest

from activities.languages import known_languages
from activities.ports import Letter, Preference
from activities.rendering import Renderer
from domain.contract.case import (
    Answer,
    AssessCritical,
    BookCall,
    CancelCall,
    CloseCase,
    ProvideInformation,
    Respond,
)
from domain.contract.contacts import DeliveryBounced
from domain.contract.defect import (
    Absorb,
    AttachCase,
    ChangeSeverity,
    DecideReclassification,
    GiveBack,
    OfferWorkaround,
    Reopen,
    RequestReclassification,
    Resolve,
    ScheduleRelease,
    WithdrawRelease,
)
from domain.contract.effects import (
    AlignDefects,
    BookMinutes,
    Effect,
    NotifyClients,
    NotifyStaff,
    OpenDefect,
    Person,
    RankImpact,
)
from domain.contract.events import ClientEvent, StaffEvent
from domain.contract.parsing import parse
from domain.contract.receipts import DeliveryReceipt
from domain.contract.release import AttachDefect, Deploy, ReviewStart
from domain.contract.values import Command, Contact
from domain.impact_review import REVIEW, digest, rank
from tests.activities.rendering.letters import POLICY
from tests.domain.builders import (
    ETO,
    FRIDAY,
    Alone,
    a_case,
    a_defect,
    a_release,
    at,
    attachment,
    begin_alone,
    say,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVE = Person(contact=Contact(email="eve@example.org", name="Eve"), cases=["CASE-1"])


class Life:
    """One entity whose every wish comes true at once."""

    def __init__(self, opened: tuple[Alone, list[Effect]], now: datetime = FRIDAY) -> None:
        self.entity, effects = opened
        self.now = now
        self.told: list[Effect] = []
        self._bring_about(effects)

    def hear(self, command: type[Command], **fields: Any) -> None:
        """Say something now."""
        self._bring_about(say(self.entity, command, self.now, **fields))

    def cancel(self) -> None:
        """Somebody asks Temporal to cancel it."""
        self.entity.runner.refuse_cancel(self.now)
        self._bring_about(self.entity.taken())

    def wait(self, time: timedelta) -> None:
        """Let time pass, stopping at everything that falls due."""
        end = self.now + time
        while (due := self.entity.next_due()) is not None and due <= end:
            self.now = max(due, self.now)
            self._bring_about(self.entity.fire(self.now))
        self.now = end

    def _bring_about(self, effects: list[Effect]) -> None:
        for effect in effects:
            self.told.append(effect)
            receipt = effect.receipt.model_validate({"key": effect.key} | self._answer(effect))
            self._bring_about(self.entity.delivered(effect, receipt, self.now))

    def _answer(self, effect: Effect) -> dict[str, Any]:
        match effect:
            case OpenDefect():
                return {"defect": "DEF-9"}
            case BookMinutes():
                return {"balance": 20}
            case AlignDefects():
                return {"sent": 2, "attached": 2}
            case RankImpact():
                return {"ranking": a_ranking(self.now)}
        return {"sent": 1}


def a_ranking(now: datetime) -> dict[str, Any]:
    """What a review of two defects finds."""
    snapshots = [
        a_defect("S3", now=now - 9 * DAY)[0].snapshot(now) | {"number": number}
        for number in ("DEF-1", "DEF-2")
    ]
    said = {"DEF-1": [{"client": "client-1", "severity": "S1", "comment": "we cannot work"}]}
    before = [{"number": "DEF-2", "place": 1}, {"number": "DEF-3", "place": 2}]
    return digest(rank(snapshots), before, said, 20, now)


def a_life_of_a_defect() -> Life:
    """Confirmed as S1, missed, talked about, planned, merged, reopened; a letter comes back, and
    one is to be told by telephone."""
    life = Life(a_defect("S1", attachment(), public_summary="Nobody can log in."))
    life.hear(OfferWorkaround, description="Use the other door.", effort="laborious")
    life.wait(9 * DAY)
    life.hear(ChangeSeverity, severity="S2", reason="one site only")
    ask = {"client": "client-1", "severity": "S1", "justification": "we cannot bill"}
    life.hear(RequestReclassification, **ask)
    life.wait(5 * DAY)
    life.hear(DecideReclassification, approve=False, reason="One site can go on.")
    life.wait(121 * DAY)
    life.hear(ScheduleRelease, release="REL-1", deploy_at=(life.now + 9 * DAY).isoformat())
    life.hear(ScheduleRelease, release="REL-2", deploy_at=(life.now + 8 * DAY).isoformat())
    life.wait(12 * DAY)
    life.hear(WithdrawRelease, release="REL-2", reason="not ready")
    life.hear(ChangeSeverity, severity="S3", reason="worked around")
    life.hear(AttachCase, **attachment("CASE-2", "client-2"))
    cases = [attachment("CASE-3", "client-3")]
    life.hear(Absorb, defect="DEF-7", cases=cases)
    life.hear(GiveBack, defect="DEF-7", cases=["CASE-3"])
    life.hear(Resolve, resolution="fixed")
    life.hear(Reopen, reason="not fixed")
    refused = next(effect for effect in life.told if isinstance(effect, NotifyClients))
    receipt = DeliveryReceipt(key=refused.key, failed=1, problem="smtp-550")
    life._bring_about(life.entity.delivered(refused, receipt, life.now))
    came_back = {"effect": refused.key, "event": refused.event, "problem": "bounce-5.1.1"}
    told = DeliveryReceipt(key=refused.key, by_telephone=["CASE-1"])
    life._bring_about(life.entity.delivered(refused, told, life.now))
    life.hear(DeliveryBounced, address="client-1@example.org", cases=["CASE-1"], **came_back)
    life.cancel()
    return life


def lives_of_cases() -> Iterator[Life]:
    """Critical and missed; declined; unanswered; with calls; answered; closed."""
    missed = Life(a_case(channel="portal", priority="critical"))
    missed.wait(3 * HOUR)
    missed.hear(Respond, message="We look into it.")
    missed.hear(Answer, message="Press the other button.")
    yield missed
    declined = Life(a_case(channel="emergency_line"))
    declined.hear(AssessCritical, justified=False, reason="one user")
    declined.hear(CloseCase, reason="duplicate")
    yield declined
    unanswered = Life(a_case(steps=None, who_am_i=None))
    unanswered.wait(9 * DAY)
    unanswered.hear(ProvideInformation, steps="1. open", who_am_i="site 2")
    yield unanswered
    wrote = Life(a_case(steps=None))
    wrote.hear(ProvideInformation, note="On every page.")
    wrote.wait(4 * DAY)
    yield wrote
    called = Life(a_case(now=at("2027-03-08 10:00")), at("2027-03-08 10:00"))
    called.hear(BookCall, at=at("2027-03-11 10:00").isoformat(), minutes=20)
    called.hear(BookCall, at=at("2027-03-12 10:00").isoformat(), minutes=30)
    called.wait(3 * DAY + 23.5 * HOUR)
    called.hear(CancelCall, reason="ill")
    yield called


def a_life_of_a_release() -> Life:
    """Announced twice, overdue, deployed."""
    life = Life(a_release(window_minutes=90, functional_areas=["login"], public_notes="Faster."))
    life.hear(AttachDefect, defect="DEF-1")
    life.wait(24 * DAY)
    life.hear(Deploy)
    return life


@cache
def everything() -> list[Effect]:
    """What all these lives wanted told."""
    review = Life(begin_alone(REVIEW, "impact-review", parse(ReviewStart, {}), ETO, FRIDAY))
    lives = [a_life_of_a_defect(), *lives_of_cases(), a_life_of_a_release(), review]
    return [effect for life in lives for effect in life.told]


def rendered(effect: Effect, language: str) -> Letter | None:
    """The letter of an effect, where it has one."""
    renderer = Renderer(POLICY, "support@vendor.example", portal_url="https://portal.example")
    if isinstance(effect, NotifyClients):
        choice = Preference(token="t", language=language)
        return renderer.client_letter(effect, EVE, effect.at, choice)
    if isinstance(effect, NotifyStaff):
        return renderer.staff_letter(effect, "staff@vendor.example", effect.at)
    return None


@pytest.mark.parametrize("language", sorted(known_languages()))
def test_every_event_of_a_real_life_can_be_put_into_words(language: str) -> None:
    """Each event that exists is said by some machine here, and its letter has a subject."""
    letters = [
        letter for effect in everything() if (letter := rendered(effect, language)) is not None
    ]
    said = {letter.headers["X-Event"] for letter in letters}

    assert said == {*map(str, ClientEvent), *map(str, StaffEvent)}
    assert all(letter.subject.strip() and letter.text.strip() for letter in letters)
