"""Which mails are the same, what they answer, and which numbers they name."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.inbound.judging import judge
from portal.inbound.parts import Unreadable
from portal.inbound.reading import read
from tests.portal.api.mails import a_mail

SECONDS = 1


def digest(body: str = "It fails.", **headers: str | None) -> str:
    """Of a mail with these headers."""
    return read(a_mail(body, headers={k.replace("_", "-"): v for k, v in headers.items()})).digest


def test_a_delivery_tried_again_is_the_same_mail() -> None:
    """With a Message-ID or without, whatever the systems on the way have added."""
    for message_id in ("<1@river.example>", None):
        first = digest(Message_ID=message_id, Date="Mon, 4 May 2026 09:00:00 +0000", Received="a")
        again = digest(
            "It fails.\r\n",
            Message_ID=message_id,
            Date="Mon, 4 May 2026 09:00:00 +0000",
            Received="b",
            Return_Path="<ada@river.example>",
            X_Spam="no",
        )
        assert first == again


def test_the_same_mail_in_another_transfer_encoding_is_the_same() -> None:
    """A relay may encode it anew."""
    encoded = {"Content_Transfer_Encoding": "quoted-printable", "Content_Type": "text/plain"}

    assert digest("h=C3=A4ngt", **encoded) == digest("hängt")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Subject": "Report B"}, "It fails."),
        ({}, "It fails again."),
        ({"From": "eve@evil.example"}, "It fails."),
        ({"From": "nobody"}, "It fails."),
    ],
)
def test_another_mail_is_another(headers: dict[str, str], body: str) -> None:
    """Also under one Message-ID, as scanners and copiers have it."""
    for message_id in ("<fixed@scanner.example>", None):
        assert digest(Message_ID=message_id) != digest(body, Message_ID=message_id, **headers)


def test_without_an_id_the_date_tells_mails_apart() -> None:
    """The same words may be written on two days."""
    dates = ("Mon, 4 May 2026 09:00:00 +0000", "Tue, 5 May 2026 09:00:00 +0000")

    assert len({digest(Message_ID=None, Date=date) for date in dates}) == 2
    assert len({digest(Date=date) for date in dates}) == 1


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ("<a@x.example>", ("<a@x.example>",)),
        ("a@x.example", ("<a@x.example>",)),
        ("\r\n a@x.example", ("<a@x.example>",)),
        ("\r\n\t<a@x.example>", ("<a@x.example>",)),
        ("<a-long-\r\n id@x.example>", ("<a-long-id@x.example>",)),
        ('Your message of "Mon, 4 May" <a@x.example>', ("<a@x.example>",)),
        ("<a@x.example> (Ada's message)", ("<a@x.example>",)),
        ("Monday", ()),
    ],
)
def test_what_it_answers(said: str, answers: tuple[str, ...]) -> None:
    """With brackets or without, folded or not."""
    assert read(a_mail(headers={"In-Reply-To": said})).answers == answers


def test_the_newest_references_win() -> None:
    """However many there are."""
    ids = [f"<{n}.{'x' * 60}@vendor.example>" for n in range(500)]
    mail = read(a_mail(headers={"References": "\r\n ".join(ids), "In-Reply-To": "<a@x.example>"}))

    assert mail.answers[:3] == ("<a@x.example>", ids[-1], ids[-2])


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: [CASE-000001] more", ("CASE-000001",)),
        ("re: [case-000001] more", ("CASE-000001",)),
        ("Re: CASE-000001 and [DEF-000002]", ("CASE-000001", "DEF-000002")),
        ("关于CASE-000001的问题", ("CASE-000001",)),
        ("[SF-00123] [ETO-1234]", ("SF-00123", "ETO-1234")),
        ("[REL-2026.4] comes", ("REL-2026.4",)),
        ("[CASE-000001] [case-000001]", ("CASE-000001",)),
        ("[=?utf-8?Q?CASE-0?= =?utf-8?Q?00001?=]", ("CASE-000001",)),
        ("[EXTERNAL] Totals", ()),
        ("[CRITICAL] [SPAM] [1.2.3] [7] [v2] [a-b]", ()),
        ("SF-00123 in no brackets, showcase-1, ucase-1.2", ()),
        ("uppercase-000001", ()),
    ],
)
def test_numbers_that_look_like_ours(subject: str, numbers: tuple[str, ...]) -> None:
    """In any case of letters; tags of gateways are none."""
    assert read(a_mail(headers={"Subject": subject})).numbers == numbers


PIECES = [
    *("From: a@b.example\r\n", "Subject: =?utf-8?Q?=FF", "?=", "\r\n", "\n", "\r", " ", "\t", ":"),
    *("Content-Type: multipart/mixed; boundary=b\r\n", "\r\n--b\r\n", "--b--", "boundary*0*=x''"),
    *("Content-Type: text/html\r\n", "Content-Type: message/rfc822\r\n", "charset=iso-2022-jp"),
    *(
        "Content-Type: multipart/alternative; boundary=b\r\n",
        "Content-Transfer-Encoding: base64\r\n",
    ),
    *("<blockquote type=cite>", "<p", ">", "<!--", "</pre>", "<a href='", "&#x110000;", "\x1b$B"),
    *("On 1.1.2026 a@b wrote:", "> ", "begin 644 a\n", "`\nend\n", "\ufeff", "\u2028", "\x00", "é"),
    *("(", ")", '"', "\\", "<", "@", ",", ";", "=", "QUJD", "=\r\n", "-----Original Message-----"),
]


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=60), st.booleans())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_whatever_it_is_made_of_it_is_read_or_refused(
    pieces: list[str | bytes], headed: bool
) -> None:
    """Without another error, and soon; the same every time."""
    made = b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)
    raw = (b"From: ada@river.example\r\n" if headed else b"") + made
    began = time.process_time()
    try:
        mail = read(raw)
    except Unreadable:
        return

    assert time.process_time() - began < SECONDS
    assert mail == read(raw)
    assert judge(mail, "support@vendor.example").grade in {"machine", "doubtful", "person"}
    assert not {"\x00", "\x1b"} & {*mail.text, *mail.quoted, *mail.subject, *mail.sender_name}
    assert (mail.sender is None) == (mail.sender_problem is not None)
