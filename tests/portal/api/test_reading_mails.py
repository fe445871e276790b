"""What is read of a mail, however it is made, and that no mail takes long."""

import base64
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from portal.inbound import hypertext
from portal.inbound.judging import judge
from portal.inbound.reading import MAIL_BYTES, Unreadable, read
from tests.portal.api.mails import CRLF, a_mail, of_parts, part

SECONDS = 3
"""Twice what any of them takes here; the standard library's parser takes minutes."""
OURS = "Support <support@vendor.example>"


def test_a_plain_mail() -> None:
    """Sender, subject, text and id."""
    mail = read(a_mail("Hello.\r\n\r\nIt fails.\r\n"))

    assert mail.sender is not None
    assert (mail.sender.email, mail.sender.name) == ("ada@river.example", "Ada Byron")
    assert (mail.subject, mail.message_id) == ("Saving does nothing", "<1@river.example>")
    assert mail.text == "Hello.\n\nIt fails."


@pytest.mark.parametrize(
    ("subject", "read_as"),
    [
        ("=?utf-8?B?w5xiZXJzaWNodA==?= fails", "Übersicht fails"),
        ("=?iso-8859-1?Q?=DCbersicht?=", "Übersicht"),
        ("Übersicht", "Übersicht"),
        ("a\r\n folded\r\n\tsubject", "a folded subject"),
        ("=?none?Q?x=FF?=", "x"),
        ("=?punycode?B?AAAA?=", ""),
        (None, ""),
    ],
)
def test_subjects(subject: str | None, read_as: str) -> None:
    """Encoded, raw, folded, unknown or absent."""
    assert read(a_mail(headers={"Subject": subject})).subject.startswith(read_as)


@pytest.mark.parametrize(
    "sender",
    [
        None,
        "",
        "nobody",
        "<>",
        "a@b.example, c@d.example",
        "Group: a@b.example, c@d.example;",
        "undisclosed-recipients:;",
        '"ada@river.example" <>',
        "(" * 3_000,
        "a@" + "b" * 5_000,
        "ada@river.example@evil.example",
    ],
)
def test_who_cannot_be_written_to_is_nobody(sender: str | None) -> None:
    """One address, or none: a mail from two people is a trick."""
    assert read(a_mail(headers={"From": sender})).sender is None


def test_two_senders_in_two_headers_are_nobody() -> None:
    """Other programs would show the other one."""
    raw = b"From: ada@river.example\r\nFrom: eve@evil.example\r\nSubject: x\r\n\r\n"

    assert read(raw).sender is None


def test_the_text_part_is_preferred_and_files_are_counted() -> None:
    """What is attached is not the text, be it text too."""
    both = part("plain words"), part("<p>hypertext</p>", "text/html")
    # The boundary of the whole is the beginning of that of the part.
    inner_type, inner = of_parts(*both, kind="alternative", boundary="b10")
    kind, body = of_parts(
        f"Content-Type: {inner_type}{CRLF}{CRLF}{inner}",
        part("log", Content_Disposition='attachment; filename="a.log"'),
        part("AAAA", "image/png", Content_Transfer_Encoding="base64"),
        part("Subject: a mail", "message/rfc822"),
    )

    mail = read(a_mail(body, headers={"Content-Type": kind}))

    assert (mail.text, len(mail.attachments)) == ("plain words", 3)


def test_hypertext_is_read_where_there_is_no_text() -> None:
    """Its words only: no script, no style, no comment, no markup."""
    source = (
        "<html><head><title>T</title><style>p{}</style></head><body><!-- c --><p>It <b>fails</b>"
        "<br>twice &amp; more &lt;b&gt;</p><script>alert('x')</script><SCRIPT>y</SCRIPT >"
        "<div>3 < 4</div><img src=x onerror=alert(1)>end"
    )

    mail = read(a_mail(source, headers={"Content-Type": "text/html"}))

    assert mail.text == "It fails\ntwice & more <b>\n\n3 < 4\nend"


@pytest.mark.parametrize(
    ("charset", "raw", "read_as"),
    [
        ("iso-8859-15", b"10 \xa4", "10 €"),
        ("windows-1252", b"\x93so\x94", "“so”"),
        ("shift_jis", "保存".encode("shift_jis"), "保存"),
        ("utf-8", b"\xff\xfe broken", "ÿþ broken"),
        ("no-such-charset", "ü".encode(), "ü"),
        ("rot13", b"uryyb", "uryyb"),
        ("zlib_codec", b"x", "x"),
        ("unicode_escape", b"\\u0041", "\\u0041"),
        ("utf-16", b"a", "a"),
        ("\x00", b"x", "x"),
    ],
)
def test_character_sets(charset: str, raw: bytes, read_as: str) -> None:
    """Those of mails; Python's other codecs count as unknown, and what cannot be is not."""
    kind = {"Content-Type": f"text/plain; charset={charset}"}

    assert read(a_mail(raw, headers=kind)).text == read_as


@pytest.mark.parametrize(
    ("encoding", "raw", "read_as"),
    [
        ("base64", base64.b64encode(b"hello there"), "hello there"),
        ("BASE64", b"aGVs\r\nbG8=\r\n!garbage", "hello"),
        ("base64", b"====", ""),
        ("quoted-printable", b"gr=C3=BC=\r\nn", "grün"),
        ("quoted-printable", b"100=% =ZZ", "100=% =ZZ"),
        ("x-none", b"as it is", "as it is"),
    ],
)
def test_transfer_encodings(encoding: str, raw: bytes, read_as: str) -> None:
    """Also where they are broken."""
    headers = {"Content-Transfer-Encoding": encoding}

    assert read(a_mail(raw, headers=headers)).text.startswith(read_as)


def test_control_characters_are_gone() -> None:
    """Nothing of a mail can end a header or drive a terminal."""
    mail = read(a_mail("a\x00b\x1b[31mc\u202e", headers={"Subject": "x\x07y =?utf-8?Q?a=0Ab?="}))

    assert (mail.text, mail.subject) == ("a b [31mc", "x y a b")


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\nbody", b"no header at all", b"\x00" * 100])
def test_what_is_no_mail_is_refused(raw: bytes) -> None:
    """Saying so."""
    with pytest.raises(Unreadable):
        read(raw)


def test_a_mail_that_is_too_large_is_refused() -> None:
    """Before anything of it is read."""
    with pytest.raises(Unreadable, match="mail: must have at most"):
        read(b"x" * (MAIL_BYTES + 1))


def _nested(depth: int) -> bytes:
    kind, body = "text/plain", "deep"
    for level in range(depth):
        kind, body = of_parts(part(body, kind), boundary=f"b{level}")
    return a_mail(body, headers={"Content-Type": kind})


def _inside_each_other(levels: int, kind: str) -> bytes:
    """As small as it gets: every level is a header, and none ends."""
    body = "".join(
        f"--b{n}\r\nContent-Type: multipart/{kind}; boundary=b{n + 1}\r\n\r\n"
        for n in range(levels)
    )
    return a_mail(body, headers={"Content-Type": f"multipart/{kind}; boundary=b0"})


def _html(source: str) -> bytes:
    return a_mail(source, headers={"Content-Type": "text/html"})


def _in_parts(count: int) -> bytes:
    kind, body = of_parts(*[part("x")] * count)
    return a_mail(body, headers={"Content-Type": kind})


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nested": lambda: _nested(500),
    "parts": lambda: _in_parts(100_000),
    "lines": lambda: a_mail("\n" * (MAIL_BYTES - 1_000)),
    "boundaries": lambda: a_mail(
        "--b\r\n" * 1_900_000, headers={"Content-Type": "multipart/mixed; boundary=b"}
    ),
    "boundaries inside lines": lambda: a_mail(
        "x--b" * 2_000_000, headers={"Content-Type": "multipart/mixed; boundary=b"}
    ),
    "same boundary within": lambda: a_mail(
        ("--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n") * 100_000,
        headers={"Content-Type": "multipart/mixed; boundary=b"},
    ),
    "parts with parameters": lambda: a_mail(
        ("--b\r\nContent-Type: text/plain" + "; a*0=b" * 600 + "\r\n\r\nx\r\n") * 1_000,
        headers={"Content-Type": "multipart/mixed; boundary=b"},
    ),
    "parts of tags": lambda: a_mail(
        ("--b\r\nContent-Type: text/html\r\n\r\n" + "<a>" * 100_000 + "\r\n") * 30,
        headers={"Content-Type": "multipart/mixed; boundary=b"},
    ),
    "one long header": lambda: a_mail(headers={"X-Long": "x" * 250_000}),
    "many headers": lambda: b"a: b\r\n" * 40_000 + b"\r\nbody",
    "folded for ever": lambda: b"Subject: x\r\n" + b" y\r\n" * 60_000 + b"\r\nbody",
    "comments": lambda: a_mail(headers={"From": "(" * 4_000 + "a@b.example"}),
    "quotes": lambda: a_mail(headers={"From": '"' * 4_000 + "a@b.example"}),
    "addresses": lambda: a_mail(headers={"From": "a@b.example," * 400}),
    "parameters": lambda: a_mail(headers={"Content-Type": "text/plain" + "; a*0=b" * 600}),
    "encoded words": lambda: a_mail(headers={"Subject": "=?utf-8?Q?x?=" * 500}),
    "punycode": lambda: a_mail(headers={"Subject": "=?punycode?Q?" + "a" * 3_900 + "?="}),
    "references": lambda: a_mail(headers={"References": "<a@b>" * 800 + "<" * 500}),
    "tags": lambda: a_mail("<" * 5_000_000, headers={"Content-Type": "text/html"}),
    "comments in hypertext": lambda: a_mail(
        "<!--" * 1_000_000, headers={"Content-Type": "text/html"}
    ),
    "scripts": lambda: a_mail("<script>" * 250_000, headers={"Content-Type": "text/html"}),
    "entities": lambda: a_mail("&" * 2_000_000, headers={"Content-Type": "text/html"}),
    "base64": lambda: a_mail("A" * 9_000_000, headers={"Content-Transfer-Encoding": "base64"}),
    "quoted-printable": lambda: a_mail(
        "=\r\n" * 3_000_000, headers={"Content-Transfer-Encoding": "quoted-printable"}
    ),
    "150,000 levels": lambda: _inside_each_other(150_000, "mixed"),
    "150,000 alternatives": lambda: _inside_each_other(150_000, "alternative"),
    "mails in mails": lambda: a_mail(
        "Content-Type: message/rfc822\r\n\r\n" * 300_000, headers={"Content-Type": "message/rfc822"}
    ),
    "cells": lambda: _html("<td>a" * 200_000),
    "ends that nothing begins": lambda: _html("<div>" * 80_000 + "</p>" * 120_000),
    "quotes in tags": lambda: _html('<a "<a" ' * 130_000),
    "blanks": lambda: _html("<p>" + " " * 1_000_000),
    "quotes in brackets": lambda: a_mail(headers={"From": '<"a' * 1_300}),
    "unclosed comments": lambda: a_mail(headers={"From": "(a" * 1_900}),
    "attributions": lambda: a_mail("On Mon wrote:\n" * 19_999),
    "headers in text": lambda: a_mail("From: a@b\n" * 19_999),
    "files in text": lambda: a_mail("begin 644 a\n" * 800_000),
    "enriched": lambda: a_mail("<param>" * 1_400_000, headers={"Content-Type": "text/enriched"}),
    "escapes": lambda: a_mail(
        "\x1b$B" * 3_000_000, headers={"Content-Type": "text/plain; charset=iso-2022-jp"}
    ),
    "no line ends": lambda: a_mail("x" * 10_000_000),
    "empty boundary": lambda: a_mail(
        "--\r\n" * 100_000, headers={"Content-Type": 'multipart/mixed; boundary=""'}
    ),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_mail_takes_long(hostile: Callable[[], bytes]) -> None:
    """Whatever its sender has made of it: it is read in part, or refused."""
    raw = hostile()
    began = time.process_time()
    with suppress(Unreadable):
        assert len(read(raw).text) <= 100_000
    assert time.process_time() - began < SECONDS


def test_markup_that_never_ends_hides_no_words() -> None:
    """What stands behind it is kept as well."""
    assert [hypertext.words(text) for text in ("a<!-- b", "a<script>b", "a<b", "a<script/>b")] == [
        "a b",
        "a b",
        "a<b",
        "ab",
    ]


# --- what nobody wrote ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Return-Path": "<>"}, "bounce"),
        ({"Content-Type": "multipart/report; report-type=delivery-status; boundary=b"}, "bounce"),
        ({"From": "MAILER-DAEMON@mx.river.example"}, "bounce"),
        ({"From": "<>"}, "bounce"),
        ({"Auto-Submitted": "auto-replied"}, "automatic"),
        ({"Auto-Submitted": "auto-generated (vacation)"}, "automatic"),
        ({"Precedence": "bulk"}, "bulk"),
        ({"Precedence": "LIST"}, "list"),
        ({"Precedence": "auto_reply"}, "automatic"),
        ({"X-Auto-Response-Suppress": "OOF, AutoReply"}, "suppressed"),
        ({"X-Autoreply": "yes"}, "automatic"),
        ({"Subject": "Automatic reply: [CASE-000001] Your case"}, "automatic"),
        ({"Subject": "Out of Office: back in May"}, "automatic"),
        ({"Subject": "Réponse automatique : absente"}, "automatic"),
        ({"List-Id": "<all.river.example>"}, "list"),
        ({"List-Unsubscribe": "<mailto:x@y.example>"}, "list"),
        ({"From": "support@vendor.example"}, "own"),
        ({"From": "SUPPORT@vendor.example"}, "own"),
        ({"X-Event": "case.opened"}, "own"),
        ({}, None),
        ({"Auto-Submitted": "no"}, None),
        ({"Return-Path": "<ada@river.example>"}, None),
        ({"Precedence": "normal"}, None),
        ({"Subject": "Out of office form cannot be saved"}, None),
        ({"Subject": "Vacation request fails"}, None),
        ({"From": "noreply@river.example"}, None),
    ],
)
def test_what_nobody_wrote_is_told_from_what_somebody_did(
    headers: dict[str, str], reason: str | None
) -> None:
    """By signs that are meant as such, so that no client's mail is lost."""
    assert judge(read(a_mail(headers=headers)), OURS).reason == reason
