"""What may be said: fields, limits, and what a wrong payload is answered (contract, Messages)."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.contract.case import (
    BookCall,
    CancelCall,
    CaseStart,
    ConfirmDefect,
    DefectMerged,
    DefectResolved,
    ProvideInformation,
    RequestInformation,
    SetPreferences,
)
from domain.contract.defect import (
    AttachCase,
    ChangeSeverity,
    DefectStart,
    OfferWorkaround,
    PostProgress,
    ScheduleRelease,
)
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.release import (
    AreaWorkStart,
    AttachDefect,
    AttachDefects,
    DetachDefect,
    ReleaseStart,
    Reschedule,
    ReviewStart,
)
from domain.contract.values import (
    Address,
    Command,
    InternalText,
    Line,
    Message,
    Number,
    Opaque,
    Phone,
    PublicText,
    Reason,
)
from tests.domain.builders import attachment, case_start, defect_start, release_start


def refusal(model: type[Message], payload: object) -> InvalidCommand:
    """What a payload is answered."""
    with pytest.raises(InvalidCommand) as refused:
        parse(model, payload)
    return refused.value


def severity(**fields: Any) -> dict[str, Any]:
    """A payload of `change_severity` with something in it changed."""
    return {"actor": "agent-1", "severity": "S1", "reason": "worse"} | fields


def call(**fields: Any) -> dict[str, Any]:
    """A payload of `book_call` with something in it changed."""
    return {"actor": "agent-1", "at": "2027-03-08T16:00:00Z", "minutes": 30} | fields


@pytest.mark.parametrize(
    ("model", "payload", "field", "reason"),
    [
        (ChangeSeverity, {"severity": "S1", "reason": "x"}, "actor", "is required"),
        (ChangeSeverity, {"actor": "a", "severity": "S1"}, "reason", "is required"),
        (ChangeSeverity, severity(severity="S5"), "severity", "'S1', 'S2', 'S3' or 'S4'"),
        (ChangeSeverity, severity(reason=" "), "reason", "must not be empty"),
        (ChangeSeverity, severity(reason="x" * 20_001), "reason", "at most 20000 characters"),
        (ChangeSeverity, severity(actor=" "), "actor", "must not be empty"),
        (ChangeSeverity, severity(actor=7), "actor", "valid string"),
        (
            AttachCase,
            {"actor": "a"} | attachment("webhook-163a9558de48"),
            "case",
            "is kept for a workflow",
        ),
        (
            AttachCase,
            {"actor": "a"} | attachment("impact-review-1"),
            "case",
            "is kept for a workflow",
        ),
        (ConfirmDefect, {"actor": "a", "defect": "webhook-1"}, "defect", "is kept"),
        (ChangeSeverity, severity(key="k" * 129), "key", "at most 128 characters"),
        (ChangeSeverity, None, "payload", "must be one JSON object, not nothing"),
        (ChangeSeverity, [severity()], "payload", "not a list"),
        (ChangeSeverity, "S1", "payload", "not text"),
        (ChangeSeverity, True, "payload", "not true or false"),
        (ChangeSeverity, 1, "payload", "not a number"),
        (
            PostProgress,
            {"actor": "a", "public_text": "x" * 2_001},
            "public_text",
            "2000 characters",
        ),
        (PostProgress, {"actor": "a", "internal_note": "x" * 20_001}, "internal_note", "20000"),
        (PostProgress, {"actor": "a", "stage": "asleep"}, "stage", "'investigating'"),
        (OfferWorkaround, {"actor": "a", "description": "d"}, "effort", "is required"),
        (
            OfferWorkaround,
            {"actor": "a", "description": "d", "effort": "some"},
            "effort",
            "'easy' or 'laborious'",
        ),
        (RequestInformation, {"actor": "a", "items": []}, "items", "must not be empty"),
        (RequestInformation, {"actor": "a", "items": ["ok", "\n"]}, "items.1", "must not be empty"),
        (RequestInformation, {"actor": "a", "items": ["x" * 201]}, "items.0", "at most 200"),
        (DefectStart, defect_start(title=""), "title", "must not be empty"),
        (DefectStart, defect_start(title="x" * 201), "title", "at most 200 characters"),
        (DefectStart, defect_start(title="\r\n\t"), "title", "must not be empty"),
        (DefectStart, defect_start("S1", {"case": "C 1"}), "cases.0.case", "A-Z a-z 0-9 . _ -"),
        (DefectStart, defect_start("S1", attachment("C" * 65)), "cases.0.case", "1 to 64"),
        (DefectStart, defect_start(workaround={"effort": "easy"}), "workaround.description", "is"),
        (CaseStart, case_start(channel="fax"), "channel", "'chat'"),
        (CaseStart, case_start(client=" "), "client", "must not be empty"),
        (CaseStart, case_start(contact={}), "contact", "must have an email, or a name"),
        (CaseStart, case_start(participant_case_numbers=["1", 2]), "participant_case", "string"),
        (
            CaseStart,
            case_start(participant_case_numbers=["1"] * 1_001),
            "participant_case_numbers",
            "must have at most 1000 items",
        ),
        (CaseStart, case_start(past={}), "past.opened_at", "is required"),
        (CaseStart, case_start(past={"opened_at": "2027-01-01"}), "past.opened_at", "time zone"),
        (BookCall, {"actor": "a", "at": "2027-03-08T16:00:00Z"}, "minutes", "is required"),
        (BookCall, call(minutes=0), "minutes", "greater than or equal to 1"),
        (BookCall, call(minutes=481), "minutes", "less than or equal to 480"),
        (BookCall, call(at="2027-03-08T10:00:00"), "at", "must carry a time zone"),
        (CancelCall, {"actor": "a", "reason": " "}, "reason", "must not be empty"),
        (SetPreferences, {"actor": "a", "progress": "never"}, "progress", "boolean"),
        (SetPreferences, {"actor": "a", "language": "x" * 36}, "language", "at most 35 characters"),
        (ReleaseStart, release_start(kind="minor"), "kind", "'major', 'maintenance' or 'hotfix'"),
        (ReleaseStart, release_start(title="\n"), "title", "must not be empty"),
        (ReleaseStart, release_start(deploy_at="2027-03-26"), "deploy_at", "time zone"),
        (ReleaseStart, release_start(window_minutes=0), "window_minutes", "greater than or equal"),
        (
            ReleaseStart,
            release_start(functional_areas=["a"] * 101),
            "functional_areas",
            "100 items",
        ),
        (ReleaseStart, release_start(public_notes="x" * 2_001), "public_notes", "2000 characters"),
        (AttachDefect, {"actor": "a", "defect": "DEF 1"}, "defect", "A-Z a-z 0-9 . _ -"),
        (AttachDefects, {"actor": "a", "defects": []}, "defects", "must not be empty"),
        (AttachDefects, {"actor": "a", "defects": ["D"] * 501}, "defects", "at most 500 items"),
        (DetachDefect, {"actor": "a", "defect": "DEF-1"}, "reason", "is required"),
        (Reschedule, {"actor": "a", "reason": "late"}, "deploy_at", "is required"),
        (AreaWorkStart, {"actor": "a"}, "functional_area", "is required"),
        (ReviewStart, {"policy": ""}, "policy", "must not be empty"),
    ],
)
def test_a_wrong_payload_is_refused_naming_field_and_reason(
    model: type[Message], payload: object, field: str, reason: str
) -> None:
    """Contract: `InvalidCommand`, the message names field and reason."""
    refused = refusal(model, payload)
    assert refused.field.startswith(field)
    assert reason in refused.reason
    assert str(refused) == f"{refused.field}: {refused.reason}"


def test_a_refusal_never_repeats_what_was_said() -> None:
    """D8: it may be client text, and refusals are logged."""
    for model, payload in (
        (ChangeSeverity, severity(severity="my secret")),
        (CaseStart, case_start(contact={"email": "my secret"})),
        (ScheduleRelease, {"actor": "a", "release": "R", "deploy_at": "my secret"}),
        (AttachCase, {"actor": "a"} | attachment("my secret")),
    ):
        assert "secret" not in str(refusal(model, payload))


def test_unknown_fields_are_ignored() -> None:
    """Contract: it changes only by addition, so newer senders are understood."""
    assert parse(ChangeSeverity, severity(mood="bad")) == parse(ChangeSeverity, severity())


# --- lines that may end in a mail header ---------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Login fails\r\nBcc: all@example.org", "Login fails Bcc: all@example.org"),
        ("a\nb", "a b"),
        ("a\rb", "a b"),
        ("a\x00b\x1bc\x7fd", "a b c d"),
        ("a\x85b", "a b"),  # next line
        ("a\u2028b\u2029c", "a b c"),  # line and paragraph separators
        ("a\x0bb\x0cc", "a b c"),
        ("  a \t  b ", "a b"),
        ("Übersicht: 報告", "Übersicht: 報告"),
    ],
)
def test_a_line_is_one_line(written: str, kept: str) -> None:
    """D8: no header can be planted in a subject, a title or a name."""
    assert parse(CaseStart, case_start(subject=written)).subject == kept
    assert parse(DefectStart, defect_start(title=written)).title == kept
    contact = {"email": "a@example.org", "name": written}
    assert parse(CaseStart, case_start(contact=contact)).contact.name == kept


KINDS: list[Any] = [Line, Opaque, PublicText, InternalText, Reason, Address, Phone]


def _accepted(kind: Any, text: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "kind", KINDS, ids=["line", "id", "public", "internal", "reason", "address", "phone"]
)
def test_a_limit_counts_what_is_sent(kind: Any) -> None:
    """Contract: blanks count that are folded or trimmed, so that a caller's schema can tell."""
    most: int = TypeAdapter(kind).json_schema()["maxLength"]
    text = {Address: "ada@example.org", Phone: "+1 312 555 0123"}.get(kind, "x")

    assert _accepted(kind, text.ljust(most))
    assert not _accepted(kind, text.ljust(most + 1))
    assert _accepted(kind, " ") == (kind is InternalText)


@pytest.mark.hypothesis
@given(text=st.text(st.characters(codec="utf-8"), max_size=70) | st.from_regex(r"\s*[A-Z]+\s*"))
def test_schema_and_machine_agree_on_numbers(text: str) -> None:
    """What the schema of a number refuses, a message refuses too, and the other way round."""
    schema = TypeAdapter(Number).json_schema()

    assert _accepted(Number, text) == (re.search(schema["pattern"], text) is not None)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@example.org",
        "a@",
        "a@b@c",
        "a b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "a@exam\x00ple.org",
        "Ada <a@example.org>",
        "a@example.org, b@example.org",
        "a;b@example.org",
        '"a"@example.org',
        "x" * 250 + "@example.org",
    ],
)
def test_an_address_is_one_plain_address(address: str) -> None:
    """D8: one message goes to one person."""
    refused = refusal(CaseStart, case_start(contact={"email": address}))
    assert refused.field == "contact.email"


def test_an_address_may_be_anything_plain() -> None:
    """As long as it is one."""
    for address in ("a.b+c@example.org", "ä@bücher.example", "O'Neil@example.org"):
        assert parse(CaseStart, case_start(contact={"email": f" {address} "})).contact.email == (
            address
        )


def test_text_that_is_no_text_is_refused() -> None:
    """A lone surrogate cannot be written to any mail or database."""
    half = "a\ud800b"
    for field in ("title", "public_summary", "internal_description", "owner", "functional_area"):
        assert refusal(DefectStart, defect_start(**{field: half})).field == field
    contact = {"email": "a@example.org", "name": half}
    assert refusal(CaseStart, case_start(contact=contact)).field == "contact.name"


# --- instants ------------------------------------------------------------------------------------


def plan(deploy_at: object) -> dict[str, Any]:
    """A payload of `schedule_release`."""
    return {"actor": "a", "release": "REL-1", "deploy_at": deploy_at}


@pytest.mark.parametrize(
    "deploy_at",
    ["2027-06-01T12:00:00", "2027-06-01 12:00", datetime(2027, 6, 1, 12)],  # noqa: DTZ001
)
def test_an_instant_needs_a_zone(deploy_at: object) -> None:
    """T1."""
    refused = refusal(ScheduleRelease, plan(deploy_at))
    assert str(refused) == "deploy_at: must carry a time zone, for example 2026-12-01T18:00:00Z"


@pytest.mark.parametrize(
    "deploy_at", ["2027-06-01T12:00:00Z", "2027-06-01T07:00:00-05:00", "2027-06-01T17:45:00+05:45"]
)
def test_an_instant_is_kept_in_utc(deploy_at: str) -> None:
    """T1."""
    said = parse(ScheduleRelease, plan(deploy_at))
    assert said.deploy_at == datetime(2027, 6, 1, 12, tzinfo=UTC)
    assert said.deploy_at.tzinfo is UTC


@pytest.mark.parametrize(
    "deploy_at",
    [
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "9999-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        0,
    ],
)
def test_an_instant_no_calendar_can_reckon_with_is_refused(deploy_at: object) -> None:
    """T1: it would stall the defect for ever."""
    refused = refusal(ScheduleRelease, plan(deploy_at))
    assert str(refused) == "deploy_at: must be between the years 1971 and 2199"


# --- numbers, keys, and what depends on several fields -------------------------------------------


@pytest.mark.parametrize("number", ["SF-00123", "ETO-1234", "REL-2026.4", "a", "_" * 64, " X-1 "])
def test_a_callers_own_number_is_taken_as_it_is(number: str) -> None:
    """Contract, Identity."""
    assert parse(AttachCase, {"actor": "a"} | attachment(number)).case == number.strip()


@pytest.mark.parametrize("number", ["", "a b", "ä", "a/b", "a\n b", "a:1", "x" * 65])
def test_a_number_of_other_characters_is_refused(number: str) -> None:
    """Contract, Identity."""
    assert refusal(AttachCase, {"actor": "a"} | attachment(number)).field == "case"


def test_every_command_has_the_name_of_the_contract() -> None:
    """The message types other programs send."""
    assert {model.name for model in Command.__subclasses__()} >= {
        *("respond", "request_information", "provide_information", "assess_critical"),
        *("confirm_defect", "answer", "close", "defect_resolved"),
        *("change_severity", "attach_case", "detach_case", "post_progress", "offer_workaround"),
        *("draft_update", "assign"),
        *("schedule_release", "withdraw_release", "release_deployed", "hold", "resume"),
        *("record_severity_feedback", "resolve", "reopen", "adopt_policy", "retry_deliveries"),
        *("book_call", "cancel_call", "set_preferences", "defect_merged"),
        *("attach_defect", "attach_defects", "detach_defect", "reschedule", "announce", "freeze"),
        *("unfreeze", "deploy", "cancel"),
    }


def test_a_defect_is_described_in_full_or_not_at_all() -> None:
    """C10: with the number of an open defect the other fields are not needed."""
    attached = parse(ConfirmDefect, {"actor": "a", "defect": "DEF-1", "severity": "S1"})
    assert attached.fields() is None
    described = {"actor": "a", "severity": "S1", "title": "t", "functional_area": "login"}
    fields = parse(ConfirmDefect, described).fields()
    assert fields is not None
    assert (fields.severity, fields.material, fields.blocks_access) == ("S1", True, False)


def test_what_was_said_cannot_be_changed_afterwards() -> None:
    """Commands are tried on a copy of the state that shares them."""
    said = parse(ProvideInformation, {"actor": "a", "note": "here"})
    with pytest.raises(ValueError, match="frozen"):
        said.note = "there"  # type: ignore[misc]


def test_signals_of_a_defect_need_no_actor_of_their_own() -> None:
    """C9: the defect itself is who says it."""
    assert parse(DefectResolved, {"defect": "DEF-1"}).actor == "defect"


def test_signals_of_a_merge_need_no_actor_of_their_own_either() -> None:
    """C9: and by which numbers a defect went before is said where there are any."""
    assert parse(DefectMerged, {"defect": "DEF-1", "into": "DEF-2"}).actor == "defect"
    assert parse(DefectResolved, {"defect": "DEF-1"}).formerly == []


def test_what_is_left_out_of_preferences_was_not_chosen() -> None:
    """False is a choice, nothing is none."""
    said = parse(SetPreferences, {"actor": "a", "progress": False, "language": None})
    assert said.chosen == {"progress": False}


def test_a_review_that_a_schedule_starts_says_by_itself_who_it_is() -> None:
    """Contract, `ImpactReviewWorkflow`: started without any payload of its own."""
    assert parse(ReviewStart, {}).actor == "impact-review"


def test_a_payload_of_an_older_sender_is_read_as_it_was_meant() -> None:
    """Contract: it changes only by addition; nothing is imported by default."""
    assert parse(CaseStart, case_start()).past is None
    assert parse(DefectStart, defect_start()).past is None
    planned = parse(ScheduleRelease, plan("2027-06-01T12:00:00Z"))
    assert (planned.plan_version, planned.moved, planned.watched) == (None, False, False)
