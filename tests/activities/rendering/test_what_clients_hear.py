"""What may be said to clients, and what follows from the policy."""

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from activities.languages import ENGLISH, TEMPLATES, known_languages
from activities.ports import Letter, Preference
from activities.rendering import Renderer
from domain.case.intake import PARTICIPANTS, REQUIRED
from domain.case.labelled import answered_by_label
from domain.contract.events import ClientEvent, StaffEvent
from domain.contract.values import Severity
from domain.policy import SeverityRules
from domain.promise_guard import promises
from tests.activities.rendering.letters import (
    AT,
    BEFORE,
    BEFORE_AT,
    CLIENT_FACTS,
    DEPLOY_AT,
    DEPLOYED,
    IMPACT,
    POLICY,
    Page,
    client_letter,
    client_letters,
    staff_letter,
)

TELL_A_DATE = {
    *("defect.confirmed", "defect.update"),
    *("defect.merged", "release.notice", "call.booked", "call.reminder", "call.cancelled"),
    *("defect.release_scheduled", "defect.release_rescheduled", "defect.release_reminder"),
}

TELL_A_LENGTH = {
    *(("call.booked", "length"), ("call.reminder", "length"), ("call.cancelled", "length")),
    *(("release.notice", "length"), ("release.notice", "release of a season")),
}
"""How long a call or a maintenance is, and the title of a release."""


@pytest.mark.parametrize("letter", client_letters(), ids=lambda letter: letter.subject)
def test_no_promise(letter: Letter) -> None:
    """No words for clients promise a time, but for the date of a release or a call (D7)."""
    lines = [line for line in letter.text.splitlines() if not line.strip().startswith("Sent ")]
    words = " ".join(" ".join(lines).split())
    if letter.headers["X-Event"] in TELL_A_DATE:
        words = words.replace(DEPLOYED, "that date").replace(BEFORE, "that date")

    assert promises(f"{letter.subject}. {words}", date(2026, 11, 20)) == []


@pytest.mark.parametrize("language", sorted(set(known_languages()) - {ENGLISH}))
def test_no_promise_in_any_language(language: str) -> None:
    """D7: what the check of promises knows of a language holds for our own letters in it."""
    zone, said = ZoneInfo("America/Chicago"), known_languages()[language].local_time
    dates = [said(datetime.fromisoformat(at), zone) for at in (DEPLOY_AT, BEFORE_AT)]
    dates += [said(AT, zone), said(datetime(2026, 11, 19, 15, 12, tzinfo=UTC), zone)]
    found = []
    for kind, facts in CLIENT_FACTS:
        letter = client_letter(kind, facts, language=language)
        words = re.sub(r"(?<!\n)\n *(?!\n)", " ", f"{letter.subject}\n\n{letter.text}")
        for told in dates:
            words = words.replace(told, "X")
        promised = promises(words, date(2026, 11, 20))
        found += [(kind.value, p) for p in promised if (kind.value, p.kind) not in TELL_A_LENGTH]

    assert found == []


@pytest.mark.parametrize(("kind", "facts"), CLIENT_FACTS)
def test_internal_facts(kind: ClientEvent, facts: dict[str, Any]) -> None:
    """A fact that is not for clients changes nothing in their letters (D8)."""
    internal = {
        name: f"INTERNAL-{name}"
        for name in (
            *("title", "functional_area", "internal_description", "internal_note", "reason"),
            *("resolution", "owner", "clients", "cases", "budget", "spent", "description_internal"),
        )
    }

    assert client_letter(kind, internal | facts) == client_letter(kind, facts)


def test_daily_updates_are_announced() -> None:
    """Clients of an S1, and only they, are told that they get an update every day."""
    promise = "You will get an update every day until it is resolved."
    told = {
        (kind, facts["severity"])
        for kind, facts in CLIENT_FACTS
        if promise in client_letter(kind, facts).text
    }

    assert {
        (ClientEvent.DEFECT_CONFIRMED, "S1"),
        (ClientEvent.DEFECT_UPDATE, "S1"),
        (ClientEvent.DEFECT_SEVERITY_CHANGED, "S1"),
    } == told


def test_nothing_new() -> None:
    """An update without text says that work continues and nothing is new (T6)."""
    letter = client_letter(ClientEvent.DEFECT_UPDATE, {"severity": "S1", "stage": "fixing"})

    assert letter.subject == "[DEF-000045] Daily update: we are still working on it"
    assert "There is nothing new to report on DEF-000045" in letter.text


def test_missing_items() -> None:
    """Exactly what is missing is asked for, with where to find it (C3)."""
    letter = client_letter(
        ClientEvent.CASE_INFORMATION_REQUESTED,
        {"items": ["who_am_i", "a picture"], "reminder": 0},
    )

    assert [line for line in letter.text.splitlines() if line.startswith("- ")] == [
        "- Who am I – your enterprise and site: double-click the ETO logo in the",
        "- a picture",
    ]
    assert Page(letter.html).tags.count("li") == 2
    assert Page(letter.html).tags.count("ul") == 1


@pytest.mark.parametrize("language", sorted(known_languages()))
def test_what_is_asked_for_can_be_answered_by_the_name_it_has_in_the_letter(language: str) -> None:
    """C3; and a letter that is sent back whole answers nothing."""
    items = [*REQUIRED, PARTICIPANTS]
    letter = client_letter(
        ClientEvent.CASE_INFORMATION_REQUESTED,
        {"items": items, "reminder": 0},
        preference=Preference("token", language=language),
    )
    asked = [line.removeprefix("- ") for line in letter.text.splitlines() if line[:2] == "- "]
    names = [line.partition(" – ")[0] for line in asked]

    assert answered_by_label(letter.text) == {}
    assert list(answered_by_label("\n".join(f"{name}: 1" for name in names))) == items


def test_daily_updates_end() -> None:
    """Clients are told that the daily updates end when the defect is no longer an S1."""
    letter = client_letter(ClientEvent.DEFECT_SEVERITY_CHANGED, {"before": "S1", "severity": "S2"})

    assert "The daily updates end with this message." in letter.text


def test_planned_already() -> None:
    """A fix that is planned already is not announced for later."""
    facts = {"before": "S2", "severity": "S3"}
    announced = "when the fix is planned for a release"

    planned = client_letter(ClientEvent.DEFECT_SEVERITY_CHANGED, facts, release="REL-2026.4")
    unplanned = client_letter(ClientEvent.DEFECT_SEVERITY_CHANGED, facts)

    assert announced not in " ".join(planned.text.split())
    assert announced in " ".join(unplanned.text.split())


def under(**updates: dict[str, Any] | None) -> Renderer:
    """A writer of letters under the policy with other updates for some severities."""
    severities = POLICY.severities | {
        Severity(name): SeverityRules.model_validate({"updates": cadence})
        for name, cadence in updates.items()
    }
    policy = POLICY.model_copy(update={"severities": severities})
    return Renderer(policy, "support@vendor.example")


DAILY = {"mode": "fixed_hour", "local_time": "09:00"}


def test_updates_follow_from_the_policy() -> None:
    """Which severities get daily updates is the policy's to say, in what is told of them too."""
    writer = under(S1=None, S2=DAILY)
    promise = "You will get an update every day until it is resolved."
    told = {
        severity: client_letter(
            ClientEvent.DEFECT_UPDATE, {"severity": severity, "stage": "fixing"}, writer=writer
        )
        for severity in ("S1", "S2")
    }

    assert [promise in letter.text for letter in told.values()] == [False, True]
    assert ["Daily" in letter.subject for letter in told.values()] == [False, True]


@pytest.mark.parametrize(
    ("before", "severity", "ends", "goes_on"),
    [("S1", "S2", False, True), ("S2", "S3", True, False), ("S3", "S2", False, True)],
)
def test_updates_end_when_the_policy_owes_none(
    before: str, severity: str, ends: bool, goes_on: bool
) -> None:
    """Where the policy updates S2 daily, the end comes with S3, not with S2."""
    facts = {"before": before, "severity": severity}

    text = client_letter(ClientEvent.DEFECT_SEVERITY_CHANGED, facts, writer=under(S2=DAILY)).text

    assert ("The daily updates end with this message." in text) == ends
    assert ("You will get an update every day" in text) == goes_on


@pytest.mark.parametrize(
    ("cadence", "promise", "ending"),
    [
        (DAILY | {"business_days_only": True}, "an update every business day", "regular"),
        ({"mode": "elapsed"}, "an update every day", "daily"),
        (
            {"mode": "elapsed", "every_local_date": False, "max_gap_hours": 72},
            "regular updates",
            "regular",
        ),
    ],
)
def test_cadence_in_words(cadence: dict[str, Any], promise: str, ending: str) -> None:
    """No more is said to clients and engineering than the cadence keeps."""
    writer, about = under(S2=cadence), {"severity": "S2", "before": "S3"}
    began = client_letter(ClientEvent.DEFECT_SEVERITY_CHANGED, about, writer=writer)
    ended = client_letter(
        ClientEvent.DEFECT_SEVERITY_CHANGED, {"severity": "S3", "before": "S2"}, writer=writer
    )
    urgent = staff_letter(StaffEvent.DEFECT_URGENT, IMPACT | {"severity": "S2"}, writer=writer)

    assert f"You will get {promise} until it is resolved." in began.text
    assert f"The {ending} updates end with this message." in ended.text
    assert f"Attached clients get {promise}" in " ".join(urgent.text.split())


def test_urgent_without_updates() -> None:
    """Engineering is not told of updates that the policy does not owe."""
    letter = staff_letter(StaffEvent.DEFECT_URGENT, IMPACT, writer=under(S1=None))

    assert "Please post progress for the attached clients." in letter.text


def test_no_letter_names_a_severity_of_its_own() -> None:
    """What follows from a severity is asked of the policy: no template names one."""
    sources = {path: path.read_text("utf-8") for path in TEMPLATES.rglob("*.j2")}

    assert [path.name for path, text in sources.items() if re.search(r"\bS[1-4]\b", text)] == []
