"""No word of a mail is lost: its parts in order, its quotes folded, its files kept."""

import base64

import pytest

from portal.inbound import hypertext, quoting
from portal.inbound.parts import Part
from portal.inbound.reading import TEXT_CHARACTERS, Mail, read
from tests.portal.api.mails import CRLF, a_mail, of_parts, part

HTML = "text/html; charset=utf-8"


def mail_of(*parts: str, kind: str = "mixed", **headers: str) -> Mail:
    """A mail of these parts."""
    said, body = of_parts(*parts, kind=kind)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read(a_mail(body, headers={"Content-Type": said, **named}))


# --- parts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("blank", ["", " \r\n\t", "\u00a0", "\u200b\ufeff"])
def test_a_blank_alternative_gives_way_to_one_with_words(blank: str) -> None:
    """Whichever of them it is."""
    plain, rich = part(blank), part("<p>Printer 7 fails.</p>", HTML)
    empty = part(f"<html><body><p>{blank}</p></body></html>", HTML)

    assert mail_of(plain, rich, kind="alternative").text == "Printer 7 fails."
    assert mail_of(part("Printer 7."), empty, kind="alternative").text == "Printer 7."


def test_a_stub_gives_way_to_the_words_it_stands_for() -> None:
    """ "This mail is in HTML" is none of the client's words."""
    words = " ".join(["The printer on the third floor prints nothing since noon."] * 5)

    assert (
        mail_of(part("See HTML."), part(f"<p>{words}</p>", HTML), kind="alternative").text == words
    )


def test_an_alternative_in_parts_is_read_with_its_files() -> None:
    """As Apple Mail puts files between the paragraphs of the richer one."""
    picture = part("AAAA", 'image/png; name="a.png"', Content_Transfer_Encoding="base64")
    kind, body = of_parts(
        part("<p>one</p>", HTML), picture, part("<p>two</p>", HTML), boundary="b2", kind="mixed"
    )
    inner = f"Content-Type: {kind}{CRLF}{CRLF}{body}"

    for plain, text in ((" ", "one\n\ntwo"), ("one, two", "one, two")):
        mail = mail_of(part(plain), inner, kind="alternative")
        assert (mail.text, [file.name for file in mail.attachments]) == (text, ["a.png"])


def test_mixed_parts_follow_each_other() -> None:
    """Plain or not, before and behind files (RFC 2046 5.1.3)."""
    log = part("log", 'text/plain; name="a.log"', Content_Disposition="attachment")

    mail = mail_of(part("one"), log, part("<b>two</b>", HTML), part("three"))

    assert mail.text == "one\n\ntwo\n\nthree"
    assert [(file.name, file.content) for file in mail.attachments] == [("a.log", b"log")]


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/html", "text/markdown", "text/x-web-markdown"]
)
def test_inline_text_is_text(kind: str) -> None:
    """RFC 2183: shown with the mail, whatever it is called."""
    named = (
        {"Content_Disposition": "inline; filename=message.txt"} if "markdown" not in kind else {}
    )

    mail = mail_of(part("Printer 7 fails.", kind, **named))

    assert (mail.text, mail.attachments) == ("Printer 7 fails.", ())


@pytest.mark.parametrize(
    "kind",
    [
        'multipart/mixed boundary="b1"',
        "multipart/mixed boundary=b1",
        "multipart/mixed; charset=utf-8 boundary=b1",
        'multipart/mixed; charset="utf-8" boundary="b1"',
        "multipart/mixed; boundary*=us-ascii''b1",
        "multipart/mixed; boundary*0=b; boundary*1=1",
        'multipart/mixed; boundary*1="1"; boundary*0="b"',
        "multipart/mixed; (a comment) boundary=b1",
        "MULTIPART/MIXED; BOUNDARY=b1",
        "multipart/mixed",
        "multipart/none; boundary=b1",
    ],
)
def test_parts_are_found_however_their_boundary_is_said(kind: str) -> None:
    """RFC 2231, and without the semicolons that programs forget."""
    body = of_parts(part("Printer 7"), part("fails."))[1]

    assert read(a_mail(body, headers={"Content-Type": kind})).text == "Printer 7\n\nfails."


def test_a_mail_whose_boundary_never_comes_is_one_text() -> None:
    """It was lost on the way, the words were not."""
    kind = {"Content-Type": "multipart/mixed; boundary=other"}

    assert read(a_mail("Printer 7 fails.", headers=kind)).text == "Printer 7 fails."


def test_file_names_are_read_and_lead_nowhere() -> None:
    """Encoded or in pieces (RFC 2231), without folders."""
    named = [
        "attachment; filename*=utf-8''%C3%BCber.log",
        "attachment; filename*0*=utf-8''%C3%BC; filename*1=ber.log",
        'attachment; filename="=?utf-8?Q?=C3=BCber.log?="',
        'attachment; filename="C:\\\\temp\\\\über.log"',
        "attachment; filename=../../über.log",
    ]
    mail = mail_of(part("x"), *(part("log", Content_Disposition=said) for said in named))

    assert [file.name for file in mail.attachments] == ["über.log"] * len(named)


def test_a_forwarded_mail_is_folded_away_and_kept_as_a_file() -> None:
    """With who wrote it; where nothing was added, its words are what is said."""
    inner = f"From: Kim <kim@lake.example>{CRLF}Subject: Broken{CRLF}{CRLF}It broke."

    mail = mail_of(part("Please see below."), part(inner, "message/rfc822"))
    alone = mail_of(part(inner, "message/rfc822"))

    assert mail.text == "Please see below."
    assert mail.quoted == "From: Kim <kim@lake.example>\nSubject: Broken\n\nIt broke."
    assert [file.name for file in mail.attachments] == ["Broken.eml"]
    assert (alone.text, alone.quoted) == (mail.quoted, "")


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", "S/MIME"),
        ("application/x-pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "S/MIME"),
        ("application/ms-tnef; name=winmail.dat", "winmail.dat"),
    ],
)
def test_what_is_sealed_is_said_to_be_unreadable(kind: str, problem: str) -> None:
    """And kept: staff may have a program for it."""
    mail = read(a_mail("AAAA", headers={"Content-Type": kind}))

    assert problem in mail.problems[0]
    assert len(mail.attachments) == 1


def test_encrypted_text_is_said_to_be_unreadable() -> None:
    """PGP, in a part of its own or in the text."""
    armoured = "-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n-----END PGP MESSAGE-----"
    apart = mail_of(part("Version: 1", "application/pgp-encrypted"), kind="encrypted")

    assert "PGP" in read(a_mail(armoured)).problems[0]
    assert "encrypted" in apart.problems[0]


def test_an_invitation_says_what_it_is_about() -> None:
    """Where there is no other text; the answer of a calendar has its words too."""
    event = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Printer\\, floor 3\r\n"
        "DESCRIPTION:It fa\r\n ils.\\nSince noon.\r\nEND:VEVENT\r\nEND:VCALENDAR"
    )
    mail = read(a_mail(event, headers={"Content-Type": "text/calendar; method=REQUEST"}))
    both = mail_of(part("Please come."), part(event, "text/calendar; method=REQUEST"))

    assert mail.text == "Printer, floor 3\nIt fails.\nSince noon."
    assert (both.text, len(both.attachments)) == ("Please come.", 1)


def test_enriched_text_is_read() -> None:
    """RFC 1896."""
    kind = {"Content-Type": "text/enriched"}
    source = "<bold>Printer</bold> 7 <<fails>\nsince\n\n<color><param>red</param>noon</color>"

    assert read(a_mail(source, headers=kind)).text == "Printer 7 <fails> since\nnoon"


def test_a_uuencoded_file_is_a_file() -> None:
    """Its noise is no text, and what stands behind it is."""
    mail = read(a_mail("Before.\n\nbegin 644 a.log\n-4')I;G1E<B!F86EL<P``\n`\nend\nBehind."))
    words = "begin 644 words that are none"

    assert mail.text == "Before.\n\nBehind."
    assert [(file.name, file.content[:7]) for file in mail.attachments] == [("a.log", b"Printer")]
    assert read(a_mail(words)).text == words


@pytest.mark.parametrize(
    "encoding",
    ["base64;", '"base64"', "base64 (x)", "(x) BASE64", " base64", "base64; x=y", "'base64'"],
)
def test_transfer_encodings_are_known_with_what_stands_beside_them(encoding: str) -> None:
    """Parameters, quotes and comments."""
    raw = base64.b64encode("Drucker hängt".encode())

    assert (
        read(a_mail(raw, headers={"Content-Transfer-Encoding": encoding})).text == "Drucker hängt"
    )


@pytest.mark.parametrize(
    "words",
    [
        "Printer 7 fails since noon today, please help us.",
        "Dear\nsupport, it fails.",
        "Hello\n\nthe printer fails",
        "Totals:\n",
    ],
)
def test_words_that_are_declared_base64_are_words(words: str) -> None:
    """Programs forget to encode; others put a footer of plain words behind."""
    named = {"Content-Transfer-Encoding": "base64"}
    encoded = base64.b64encode(b"The printer fails.").decode()

    assert read(a_mail(words, headers=named)).text == words.strip()
    assert read(a_mail(f"{encoded}\nThis mail was scanned.", headers=named)).text == (
        "The printer fails.\nThis mail was scanned."
    )


# --- hypertext ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<table><tr><td>42</td><td>17</td></tr><tr><td>1<td>2</table>", "42\t17\n1\t2"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("one\r\n two\nthree<br>four", "one two three\nfour"),
        ("one<hr>two<dl><dt>three<dd>four</dl>", "one\n\ntwo\n\nthree\nfour"),
        ("<section>one</section><section>two</section>", "one\ntwo"),
        ("<pre>a\n  b\tc</pre>", "a\n  b    c"),
        (
            '<a href="https://x.example/l?a=1&amp;b=2">the log</a>',
            "the log (https://x.example/l?a=1&b=2)",
        ),
        ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
        ('<a href="mailto:kim@lake.example">Kim</a>', "Kim (kim@lake.example)"),
        ('<a href="file://server/share/a.log">log</a>', "log (file://server/share/a.log)"),
        ('<a href="javascript:x()">press</a>', "press"),
        ('<img src="cid:1" alt="the broken form">', "the broken form"),
        ("<head><title>T</title><body>x", "x"),
        ("<head><meta charset=utf-8>x", "x"),
        ("<head/><p>x", "x"),
        ("<title>never closed<p>x", "never closed\n\nx"),
        ("<style>p{}</style><script>a<b</script>x", "x"),
        ("<!-->x<!-- no --><!--->y<![if !mso]>z<![endif]>", "xyz"),
        (
            "if a<b then <ada@river.example> or <https://x.example/a>",
            "if a<b then <ada@river.example> or <https://x.example/a>",
        ),
        ('<p title="a>b">x</p>', "x"),
        ("<o:p>x</o:p><st1:place>y</st1:place>", "xy"),
        ("&lt;b&gt; &amp; &euro; &#8364; &nbsp;x", "<b> & € € x"),
        ("<noscript>x</noscript><textarea>y</textarea>", "xy"),
        ("a\x01b\x04c", "a b c"),
    ],
)
def test_words_of_hypertext(source: str, words: str) -> None:
    """Cells and blocks are apart, links keep their addresses, and only what is markup is."""
    assert hypertext.words(source) == words


@pytest.mark.parametrize(
    ("attributes", "quoted"),
    [
        ('type="cite"', True),
        ('class="gmail_quote" style="margin:0"', True),
        ('style="border-left: 2px solid blue"', True),
        ('style="margin:0 0 0 40px;border:none;padding:0px"', False),
        ("", False),
    ],
)
def test_quotes_of_hypertext_are_quotes(attributes: str, quoted: bool) -> None:
    """By what mail programs write; others only indent."""
    source = f"<p>Mine.</p><blockquote {attributes}>Theirs.</blockquote><p>Mine again.</p>"
    mail = read(a_mail(source, headers={"Content-Type": HTML, "Subject": "Re: x"}))

    assert mail.quoted == ("> Theirs." if quoted else "")


# --- quotes and signatures ------------------------------------------------------------------------

ATTRIBUTIONS = [
    "On Mon, 4 May 2026 at 10:00, Support <support@vendor.example> wrote:",
    "On Mon, 4 May 2026 at 10:00, Support Team of the Vendor\n<support@vendor.example> wrote:",
    "Am Mo., 4. Mai 2026 um 10:00 Uhr schrieb Support <support@vendor.example>:",
    "Le lun. 4 mai 2026 à 10:00, Support <support@vendor.example> a écrit :",
    "El lun, 4 may 2026 a las 10:00, Support (<support@vendor.example>) escribió:",
    "Il giorno lun 4 mag 2026 alle ore 10:00 Support <support@vendor.example> ha scritto:",
    "Em seg., 4 de mai. de 2026 às 10:00, Support <support@vendor.example> escreveu:",
    "Op ma 4 mei 2026 om 10:00 schreef Support <support@vendor.example>:",
    "Den mån 4 maj 2026 kl 10:00 skrev Support <support@vendor.example>:",
    "W dniu pon., 4.05.2026 o 10:00 Support <support@vendor.example> napisał(a):",
    "po 4. 5. 2026 v 10:00 odesílatel Support <support@vendor.example> napsal:",
    "ma 4. toukok. 2026 klo 10.00 Support (support@vendor.example) kirjoitti:",
    "пн, 4 мая 2026 г. в 10:00, Support <support@vendor.example> пишет:",
    "Support <support@vendor.example>, 4 May 2026 Pzt, 10:00 tarihinde şunu yazdı:",
    "Support <support@vendor.example> 于2026年5月4日周一 10:00写道：",
    "2026年5月4日(月) 10:00 Support <support@vendor.example>のメール:",
]


@pytest.mark.parametrize("said", ATTRIBUTIONS)
def test_what_is_quoted_is_folded(said: str) -> None:
    """With or without `>`; answers above, between and below are the sender's own."""
    above, apart = (
        f"Version 7.1.\n\n{said}\n\n> Which version?\n> Thanks",
        f"Seven.\n\n{said}\n\nWhich?",
    )
    below = f"{said}\n> Which version?\n\nVersion 7.1.\n\n> And when?\nToday."

    assert quoting.split(above, is_reply=False) == (
        "Version 7.1.",
        f"{said}\n\n> Which version?\n> Thanks",
    )
    assert quoting.split(apart, is_reply=False) == ("Seven.", f"{said}\n\nWhich?")
    assert quoting.split(below, is_reply=True)[0] == "Version 7.1.\n\nToday."
    for own in ("7.1", "It began in 2026", "> Which?\n7.1 since 4.5."):
        for theirs in ("Which?", "> Which?"):
            close = quoting.split(f"{own}\n{said}\n{theirs}", is_reply=True)
            assert close[0] == own.rpartition("?\n")[2]


@pytest.mark.parametrize(
    "history",
    [
        "-----Original Message-----\nFrom: Support\nSent: Monday\nWhich version?",
        "-----Ursprüngliche Nachricht-----\nVon: Support\nWelche?",
        "---------- Forwarded message ---------\nFrom: Kim <kim@lake.example>\nBroken.",
        "________________________________\nFrom: Support <support@vendor.example>\n"
        "Sent: Monday, May 4, 2026 10:00\nTo: Ada\nSubject: Re: x\n\nWhich version?",
        "Von: Support <support@vendor.example>\nGesendet: Montag, 4. Mai 2026\nAn: Ada\n\nWelche?",
        "*De :* Support <support@vendor.example>\n*Envoyé :* lundi 4 mai 2026\n*À :* Ada\n\nQui ?",
        "Gesendet: Montag, 04. Mai 2026 um 08:12 Uhr\nVon: Support <support@vendor.example>\n"
        "An: Ada\nBetreff: x\n\nWelche?",
        "发件人: Support <support@vendor.example>\n发送时间: 2026年5月4日\n收件人: Ada\n\n版本?",
        "Begin forwarded message:\n\nFrom: Kim <kim@lake.example>\n\nBroken.",
        "-- \nAda Byron\nRiver Ltd",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Von meinem/meiner Galaxy gesendet",
    ],
)
def test_history_and_signatures_are_folded(history: str) -> None:
    """In many languages, to the last word."""
    assert quoting.split(f"Version 7.1.\n\n{history}", is_reply=True) == ("Version 7.1.", history)


@pytest.mark.parametrize(
    "text",
    [
        "I ran this:\n> SELECT 1\nand it fails.",
        "From: the menu I chose Totals.\nThen it failed.",
        "Support wrote: it is fixed. It is not.",
        "At 10:00 on 4 May 2026 it says:\nerror 7",
        "--\nnot a signature, it is all there is",
        "a\n---\nb",
    ],
)
def test_own_words_are_not_folded(text: str) -> None:
    """What only looks like a quote to a reader in haste."""
    assert quoting.split(text, is_reply=False) == (text, "")


def test_a_mail_without_own_words_says_what_it_quotes() -> None:
    """An empty case would help nobody."""
    said = "On Monday, 4 May 2026, Kim <kim@lake.example> wrote:\n\nIt broke."

    assert (read(a_mail(said)).text, read(a_mail(said)).quoted) == (said, "")


def test_of_a_long_text_both_ends_are_kept() -> None:
    """And it is said that something is missing."""
    mail = read(a_mail("first " + "x " * TEXT_CHARACTERS + "last"))

    assert (mail.text[:6], mail.text[-4:]) == ("first ", "last")
    assert len(mail.text) <= TEXT_CHARACTERS
    assert mail.problems == (f"Of the text only {TEXT_CHARACTERS} characters are kept",)


def test_a_part_says_where_it_belongs() -> None:
    """A disposition nobody knows is an attachment (RFC 2183 2.8)."""
    said = {
        "": "",
        "inline; filename=x": "inline",
        "attachment": "attachment",
        "x-new": "attachment",
    }

    assert {k: Part({"content-disposition": [k]}, b"").disposition for k in said} == said
