"""What is read of delivery reports and complaints, and that nothing else is taken for one."""

from datetime import UTC, datetime

import pytest

from activities.ports import Letter
from portal.inbound.reports import Report, read_report
from tests.portal.api.delivery_reports import bounce, complaint, old_bounce
from tests.portal.api.mails import a_mail, of_parts, part

ADA = "ada@river.example"
LETTER = Letter("<1@v.example>", ADA, None, "s", "t", "h", {}, datetime(2026, 3, 2, tzinfo=UTC))
IDS, TO = ("<1@v.example>",), frozenset({ADA})


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        ({"status": "5.1.1"}, "permanent", "5.1.1"),
        ({"status": "5.7.26 (policy)"}, "permanent", "5.7.26"),
        ({"status": None}, "permanent", "5.0.0"),
        ({"action": "error"}, "permanent", "5.1.1"),
        ({"action": "Failed (gave up)"}, "permanent", "5.1.1"),
        ({"status": "4.4.7"}, "temporary", "4.4.7"),
        ({"status": "4.2.2", "action": "delayed"}, "temporary", "4.2.2"),
        ({"status": None, "action": "delayed"}, "temporary", "4.0.0"),
    ],
)
def test_a_standard_report(said: dict[str, str], kind: str, code: str, returned: str) -> None:
    """RFC 3464: which letter, to whom, and whether it may still arrive."""
    report = read_report(bounce(LETTER, returned=returned, **said))

    assert report == Report(kind, TO, IDS, code)  # type: ignore[arg-type]


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_good_news_is_no_report(action: str) -> None:
    """Some mail systems report that too."""
    assert read_report(bounce(LETTER, action=action, status="2.0.0")) is None


def test_addresses_in_letters() -> None:
    """RFC 6533."""
    letters = "utf-8; ädä@käse.example"
    raw = bounce(LETTER).replace(b"rfc822; ada@river.example", letters.encode())
    for spelled in (b"message/delivery-status", b"message/global-delivery-status"):
        report = read_report(raw.replace(b"message/delivery-status", spelled))

        assert report is not None
        assert report == Report("permanent", frozenset({"ädä@käse.example"}), IDS, "5.1.1")


def test_reports_from_before_there_was_a_standard() -> None:
    """The words of a program, and the letter as text."""
    assert read_report(old_bounce(LETTER)) == Report("permanent", TO, IDS, "5.0.0")


def test_the_letter_that_a_report_answers() -> None:
    """Where nothing came back with it."""
    kind, body = of_parts(
        part(
            f"\r\nFinal-Recipient: rfc822; {ADA}\r\nAction: failed\r\nStatus: 5.1.1\r\n",
            "message/delivery-status",
        ),
        kind="report",
    )
    headers = {"Content-Type": kind, "In-Reply-To": "<1@v.example>", "References": "<2@v.example>"}
    report = read_report(a_mail(body, headers=headers))

    assert report is not None
    assert report.message_ids == ("<1@v.example>", "<2@v.example>")


def test_a_complaint() -> None:
    """RFC 5965; not what mail systems report of forgeries, or take back."""
    report = read_report(complaint(LETTER))

    assert report == Report("complaint", frozenset(), IDS, "abuse")
    assert read_report(complaint(LETTER, "not-spam")) is None
    assert read_report(complaint(LETTER, "auth-failure")) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        a_mail("It does not work."),
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
            for n in range(2_000)
        ),
        b"Content-Type: message/rfc822\r\n\r\n" * 3_000,
        b"Content-Type: multipart/report; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 20_000,
        b"Content-Type: message/delivery-status\r\n\r\n" + b"A: b\r\n\r\n" * 20_000,
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 9.9\r\n\r\n\xff",
        bounce(LETTER)[:400],
    ],
    ids=["empty", "client's", "nested", "letters", "parts", "blocks", "broken", "cut"],
)
def test_what_is_no_report_is_read_in_bounded_time(raw: bytes) -> None:
    """And never an error: whoever wrote it would only send it again."""
    report = read_report(raw)

    assert report is None or not report.message_ids
