"""What leaves as a webhook, and when a receiver is tried again: pure decisions."""

import ast
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from domain.contract.defect import RetryDeliveries
from domain.contract.effects import Effect, Fact, NotifyStaff
from domain.webhooks.events import (
    EVENTS,
    PATIENCE,
    PAUSES,
    Verdict,
    announced,
    checked_url,
    judge,
    pause_after,
    pause_while_down,
    payload,
    receiver_id,
    secret_key,
    unknown_patterns,
    wants,
)
from domain.webhooks.receiver import (
    RECEIVER,
    Report,
    Wake,
    WebhookStart,
    abandon_round,
    begin_round,
    end_round,
    round_failed,
)
from tests.domain.builders import ETO, Alone, begin_alone

NOW = datetime(2027, 5, 3, 15, 0, tzinfo=UTC)
WAKE = Wake(actor="project")
DOMAIN = Path(__file__).parents[3] / "domain"
RECORDS = (".record", "_change")
"""The methods by which receivers write facts."""


def fact(event: str, at: datetime = NOW, **details: object) -> Fact:
    """Something that happened, with texts and an actor that must not get out."""
    return Fact(
        sequence=1, at=at, event=event, actor="agent-7", details=details, internal_text="secret"
    )


# --- what leaves ---------------------------------------------------------------------------------


def recorded_events() -> set[str]:
    """The names of facts that the domain records by name."""
    recorded: set[str] = set()
    for path in DOMAIN.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(RECORDS):
                recorded |= {
                    found.value
                    for argument in node.args
                    for found in ast.walk(argument)
                    if isinstance(found, ast.Constant)
                    and isinstance(found.value, str)
                    and "." in found.value
                }
    return recorded


def test_every_event_written_anywhere_is_documented_or_kept_inside_on_purpose() -> None:
    """A new fact makes somebody decide; names that nothing records are no documentation."""
    inside = {
        "audience.complete",
        "audience.incomplete",
        "call.refused",
        "cancel.refused",
        "contact.corrected",
        "contact.notified",
        "contact.not_notified",
        "delivery.by_telephone",
        "defect.not_told",
        "delivery.bounced",
        "call.requested",
        "case.defect_confirmed",
        "case.defect_refused",
        "case.waits",
        "case.waits_no_more",
        "case.way_back_ended",
        "cases.absorbed",
        "cases.given_back",
        "defect.deployed_meanwhile",
        "defect.merge_refused",
        "defect.merge_requested",
        "defect.unmerge_requested",
        "deliveries.retried",
        "delivery.failing",
        "notice.acknowledged",
        "notice.not_acknowledged",
        "owner.assigned",
        "policy.adopted",
        "preferences.chosen",
        "reclassification.reminder",
        "release.defects_told",
        "reminder.snooze_ended",
        "reminder.snoozed",
        "review.began",
    }
    recorded = recorded_events()
    assert recorded - set(EVENTS) == inside
    named_elsewhere = {
        "defect.escalated",
        "defect.target_missed",
        "defect.target_warning",
        "defect.window_opened",
        "defect.release_scheduled",
        "defect.release_rescheduled",
        "defect.release_withdrawn",
    }
    assert set(EVENTS) - recorded == named_elsewhere


def test_a_payload_has_public_words_and_documented_details_only() -> None:
    """D8: no actor, no internal text, and no detail that nobody decided to show."""
    happened = fact("defect.resolved", release="REL-1", note="internal", number="X", public="y")
    body = payload(
        "defect", "DEF-1", happened.event, NOW, happened.details, "It works again: \u00fc"
    )

    assert json.loads(body) == {
        "type": "defect.resolved",
        "timestamp": "2027-05-03T15:00:00Z",
        "data": {
            "number": "DEF-1",
            "kind": "defect",
            "event": "defect.resolved",
            "release": "REL-1",
            "public_text": "It works again: \u00fc",
        },
    }


def test_no_documented_detail_takes_the_place_of_a_field_every_payload_has() -> None:
    """`number` is always the entity's, whatever a fact calls its details."""
    fixed = {"number", "kind", "event", "public_text", "actor", "internal_text", "at", "sequence"}

    assert [e for e, details in EVENTS.items() if fixed & set(details)] == []


def test_what_lies_in_an_imported_past_is_told_to_nobody() -> None:
    """An import brings facts of years: only that it came, and what happens from then on."""
    years_ago = NOW - timedelta(days=900)
    facts = [
        fact("defect.confirmed", years_ago),
        fact("defect.imported"),
        fact("defect.resolved", years_ago),
        fact("defect.update", NOW + timedelta(hours=1)),
        fact("deliveries.retried"),
    ]

    assert [f.event for f in announced(facts)] == ["defect.imported", "defect.update"]
    assert [f.event for f in announced(facts[:1])] == ["defect.confirmed"]


def test_filters_are_globs_and_a_slip_is_found() -> None:
    """`defect.*` lets every event of defects through; `defects.*` none at all."""
    assert wants(["case.closed", "defect.*"], "defect.update")
    assert not wants(["case.closed", "defect.*"], "case.opened")
    assert unknown_patterns(["defect.*", "defects.*", "*"]) == ["defects.*"]


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.TAKEN),
        (299, Verdict.TAKEN),
        (301, Verdict.DOWN),
        (307, Verdict.DOWN),
        (400, Verdict.REFUSED),
        (401, Verdict.DOWN),
        (404, Verdict.DOWN),
        (410, Verdict.GONE),
        (422, Verdict.REFUSED),
        (429, Verdict.DOWN),
        (500, Verdict.REFUSED),
        (503, Verdict.DOWN),
    ],
)
def test_an_answer_is_about_one_message_or_about_all(status: int, verdict: Verdict) -> None:
    """What concerns one message holds up no other; what concerns all is not tried with each."""
    assert judge(status) is verdict


@pytest.mark.parametrize("given", ["swordfish and more", "whsec_c3dvcmRmaXNo", "whsec_c3dvcmRmaXM"])
def test_a_secret_signs_alike_for_us_and_for_a_receiver_s_library(given: str) -> None:
    """Plain text is the key itself; `whsec_` is base64, padded or not."""
    key = secret_key(given)
    plain = Webhook(given) if given.startswith("whsec_") else Webhook(given.encode())

    assert Webhook(key).sign("id", NOW, "{}") == plain.sign("id", NOW, "{}")


@pytest.mark.parametrize("given", ["", "  ", "whsec_", "whsec_not base64!", "whsec_\u00fc"])
def test_a_secret_without_a_key_is_refused_and_not_shown(given: str) -> None:
    """Nothing is ever signed with nothing."""
    with pytest.raises(ValueError, match=r"secret|base64") as refused:
        secret_key(given)

    assert "not base64!" not in str(refused.value)


def test_urls_are_https_unless_private_receivers_are_allowed() -> None:
    """And one URL is one receiver, whose id tells nothing of it."""
    assert (
        checked_url(" https://a.example/x?token=1 ", private=False) == "https://a.example/x?token=1"
    )
    assert checked_url("http://10.0.0.1:8080/x", private=True) == "http://10.0.0.1:8080/x"
    for wrong in ("http://a.example/x", "ftp://a.example", "https://", "a.example", "https://a:x/"):
        with pytest.raises(ValueError, match="https"):
            checked_url(wrong, private=False)
    assert receiver_id("https://a.example/x") != receiver_id("https://a.example/y")
    assert receiver_id("https://a.example/x").isalnum()


# --- when it is tried again ----------------------------------------------------------------------


def test_pauses_follow_the_specification_and_span_more_than_five_days() -> None:
    """From seconds to a day, never shorter than said and at most a tenth longer."""
    assert [p.total_seconds() for p in PAUSES[:3]] == [5, 300, 1800]
    assert timedelta(days=5) < PATIENCE
    for failures, pause in enumerate(PAUSES, 1):
        spread = [pause_after(failures, f"receiver-{n}") for n in range(20)]
        assert all(p is not None and pause <= p <= pause * 1.1 for p in spread)
        assert len(set(spread)) > 10
    assert pause_after(len(PAUSES) + 1, "receiver") is None


def test_retry_after_is_heeded_within_bounds() -> None:
    """Longer or shorter than our own pause, but never more than a day or every second for ever."""
    day, minute = timedelta(days=1), timedelta(minutes=1)

    assert pause_while_down(1, "r", 2 * minute) == 2 * minute
    assert pause_while_down(7, "r", 20 * minute) == 20 * minute
    assert pause_while_down(7, "r", timedelta(seconds=1)) == 5 * minute
    assert pause_while_down(1, "r", timedelta(0)) == pause_while_down(1, "r", None)
    assert pause_while_down(1, "r", 400 * day) == day
    assert day <= pause_while_down(999, "r", None) < 1.1 * day


def a_receiver() -> Alone:
    """A receiver whose first round has found nothing."""
    receiver, _ = begin_alone(RECEIVER, "webhook-r", WebhookStart(receiver="r"), ETO, NOW)
    receiver.runner.act(begin_round, NOW)
    end(receiver, Report(), NOW)
    return receiver


def end(receiver: Alone, report: Report, now: datetime) -> list[Effect]:
    """A round is over."""
    receiver.runner.act(lambda entity: end_round(entity, report, now), now)
    return receiver.taken()


def down(**more: object) -> Report:
    """A round in which nothing got through."""
    return Report.model_validate({"down": True, "waiting": 3, "problem": "timeout"} | more)


def hold(receiver: Alone, report: Report, now: datetime) -> list[Effect]:
    """Let time come, and hold the round that is wanted then."""
    receiver.fire(now)
    assert receiver.wanted
    receiver.runner.act(begin_round, now)
    return end(receiver, report, now)


def test_a_receiver_that_is_down_is_left_alone_until_its_pause_is_over() -> None:
    """New messages wait with the others; each failure makes the pause longer."""
    receiver, now, pauses = a_receiver(), NOW, []
    receiver.handle(WAKE, now)
    for _ in PAUSES:
        hold(receiver, down(), now)
        receiver.handle(WAKE, now)
        assert not receiver.wanted
        due = receiver.next_due()
        assert due is not None
        pauses.append(due - now)
        now = due

    assert pauses[:9] == sorted(pauses[:9])
    assert receiver.state == "down"
    assert sum(pauses, timedelta()) >= PATIENCE
    hold(receiver, Report(sent=3), now)
    assert (receiver.state, receiver.failures, receiver.next_due()) == ("up", 0, None)


def test_support_hears_of_an_outage_once_and_of_the_next_one_again() -> None:
    """Not per message, and not before one is given up; an outage ends when all is through."""
    receiver = a_receiver()
    receiver.handle(WAKE, NOW)
    told = [hold(receiver, down(), NOW)]
    for given_up in (2, 0, 5):
        due = receiver.next_due()
        assert due is not None
        told.append(hold(receiver, down(given_up=given_up), due))
    assert [len(effects) for effects in told] == [0, 1, 0, 0]
    assert isinstance(told[1][0], NotifyStaff)
    assert told[1][0].facts["failed"] == 2
    assert told[1][0].facts["since"] == "2027-05-03T15:00:00Z"

    due = receiver.next_due()
    assert due is not None
    hold(receiver, Report(sent=1, waiting=1, troubled=1, next_at=due), due)
    assert receiver.told
    assert hold(receiver, Report(given_up=1), due) == []
    assert receiver.attention == []
    receiver.handle(WAKE, due)
    assert len(hold(receiver, Report(given_up=1), due)) == 1


def test_what_is_said_during_a_round_is_not_lost() -> None:
    """A message written after the round has looked brings another round."""
    receiver = a_receiver()
    receiver.handle(WAKE, NOW)
    receiver.runner.act(begin_round, NOW)
    receiver.handle(WAKE, NOW)
    end(receiver, Report(sent=1), NOW)

    assert receiver.wanted


def test_an_operator_need_not_wait_for_the_end_of_a_pause() -> None:
    """`retry_deliveries` makes everything due now."""
    receiver = a_receiver()
    receiver.handle(WAKE, NOW)
    hold(receiver, down(), NOW)
    receiver.handle(RetryDeliveries(actor="agent-1"), NOW)

    assert receiver.wanted
    asked = receiver.runner.act(begin_round, NOW)
    assert asked.at_once
    assert asked.down_since == NOW


def test_one_that_is_gone_ends_and_a_wake_brings_it_back() -> None:
    """Support hears of it; whoever enables it says so by waking it."""
    receiver = a_receiver()
    receiver.handle(WAKE, NOW)
    told = hold(receiver, Report(stopped="gone", waiting=4, problem="http-410"), NOW)

    assert [e.facts["failed"] for e in told if isinstance(e, NotifyStaff)] == [4]
    assert receiver.finished
    receiver.handle(WAKE, NOW)
    assert not receiver.finished


def test_a_round_that_could_not_be_held_is_held_later() -> None:
    """Our database was down, not the receiver: nothing is counted against it."""
    receiver = a_receiver()
    receiver.handle(WAKE, NOW)
    receiver.runner.act(begin_round, NOW)
    receiver.runner.act(lambda entity: round_failed(entity, NOW), NOW)

    assert receiver.failures == 0
    assert receiver.next_due() == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("command", [WAKE, RetryDeliveries(actor="agent-1")])
def test_a_round_that_was_left_behind_is_over_before_another_begins(
    command: Wake | RetryDeliveries,
) -> None:
    """The run had to leave; whatever is said meanwhile, two rounds never send side by side."""
    box, _ = begin_alone(RECEIVER, "webhook-r", WebhookStart(receiver="r"), ETO, NOW)
    until = NOW + timedelta(minutes=2)
    asked = box.runner.act(begin_round, NOW)
    box.runner.act(lambda receiver: abandon_round(receiver, asked, until), NOW)
    box.handle(command, NOW + timedelta(seconds=5))

    assert (box.wanted, box.due, box.finished) == (False, until, False)
    box.fire(until)
    assert (box.wanted, box.due, box.abandoned_until) == (True, None, None)
    assert box.runner.act(begin_round, until).at_once is isinstance(command, RetryDeliveries)


def test_what_an_operator_asked_of_a_round_left_behind_is_asked_of_the_next() -> None:
    """To try everything again at once."""
    box, _ = begin_alone(RECEIVER, "webhook-r", WebhookStart(receiver="r"), ETO, NOW)
    box.handle(RetryDeliveries(actor="agent-1"), NOW)
    asked = box.runner.act(begin_round, NOW)
    box.runner.act(lambda receiver: abandon_round(receiver, asked, NOW), NOW)
    box.fire(NOW)

    assert box.runner.act(begin_round, NOW).at_once
