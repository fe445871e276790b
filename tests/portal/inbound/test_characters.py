"""Which characters a mail has: by the table of browsers, and by what the bytes can be."""

import pytest

from portal.inbound.parts import words
from portal.inbound.reading import read
from tests.portal.api.mails import a_mail


@pytest.mark.parametrize(
    ("declared", "codec", "text"),
    [
        ("iso-8859-1", "cp1252", "“10 €” – it’s"),
        ("us-ascii", "cp1252", "hängt"),
        ("us-ascii", "utf-8", "hängt"),
        ("utf-8", "cp1252", "Drucker hängt"),
        ("", "utf-8", "hängt"),
        ("", "cp1252", "hängt"),
        ("no-such", "cp1252", "hängt"),
        ("unknown-8bit", "utf-8", "hängt"),
        ("gb2312", "gb18030", "朱镕基 打印机"),
        ("gb_2312-80", "gb18030", "朱镕基"),
        ("x-gbk", "gb18030", "朱镕基"),
        ("cp936", "gbk", "朱镕基"),
        ("gb18030", "gb18030", "𠀀朱"),
        ("gb2312", "utf-8", "打印机故障"),
        ("hz-gb-2312", "hz", "打印机"),
        ("big5", "cp950", "印表機"),
        ("big5-hkscs", "big5hkscs", "印表機"),
        ("iso-8859-8-i", "iso8859-8", "שלום"),
        ("iso-8859-8-e", "iso8859-8", "שלום"),
        ("logical", "iso8859-8", "שלום"),
        ("windows-1255", "cp1255", "שלום"),
        ("windows-1256", "cp1256", "طابعة"),
        ("windows-874", "cp874", "เครื่องพิมพ์"),
        ("tis-620", "cp874", "เครื่องพิมพ์"),
        ("windows-31j", "cp932", "①印刷"),
        ("x-sjis", "cp932", "①印刷"),
        ("shift_jis", "cp932", "①印刷～"),
        ("cp932", "cp932", "①印刷"),
        ("euc-jp", "euc_jp", "印刷"),
        ("ks_c_5601-1987", "cp949", "똠방 프린터"),
        ("euc-kr", "cp949", "똠방"),
        ("iso-2022-kr", "iso2022_kr", "프린터"),
        ("cp-850", "cp850", "hängt"),
        ("ibm850", "cp850", "hängt"),
        ("x-mac-roman", "mac-roman", "hängt"),
        ("macintosh", "mac-roman", "hängt"),
        ("latin-9", "iso8859-15", "10 €"),
        ("latin1", "cp1252", "10 €"),
        ("koi8-r", "koi8-r", "принтер"),
        ("x-cp1251", "cp1251", "принтер"),
        ("iso-8859-9", "cp1254", "yazıcı"),
        ("utf-7", "utf-7", "hängt"),
        ("utf-16", "utf-16", "hängt"),
        ("utf-16le", "utf-16-le", "hängt"),
        ("'utf-8'", "utf-8", "hängt"),
        ("utf8", "utf-8-sig", "hängt"),
    ],
)
def test_what_is_declared_and_what_is_meant(declared: str, codec: str, text: str) -> None:
    """Body and encoded subject alike."""
    kind = {"Content-Type": f'text/plain; charset="{declared}"'}
    quoted = "".join(f"={byte:02X}" for byte in text.encode(codec))

    assert read(a_mail(text.encode(codec), headers=kind)).text == text
    if declared:
        assert words(f"=?{declared}?Q?{quoted}?=") == text


@pytest.mark.parametrize(
    "declared", ["iso-2022-jp", "iso-2022-jp-ms", "ISO-2022-JP", "us-ascii", ""]
)
def test_japanese_has_the_letters_that_windows_has(declared: str) -> None:
    """Circled digits, and half-width letters (CP50220), also where nothing is declared."""
    raw = b"\x1b$B-!0u:~\x1b(B 7 \x1b(I1\x1b(J!\x1b$@0u\x1b(B."
    kind = {"Content-Type": f"text/plain; charset={declared}", "Subject": None}
    mail = read(b"Subject: \x1b$B-!0u:~\x1b(B\r\n" + a_mail(raw, headers=kind))

    assert (mail.subject, mail.text) == ("①印刷", "①印刷 7 ｱ!印.")


@pytest.mark.parametrize(
    "declared",
    [
        '<meta charset="iso-8859-1">',
        '<META http-equiv="Content-Type" content="text/html; charset=windows-1252">',
        "<meta charset=utf-16>",
    ],
)
def test_a_page_may_say_it_itself(declared: str) -> None:
    """Where the mail says nothing, or nothing but ASCII."""
    raw = f"<head>{declared}</head><p>Hängt</p>".encode("utf-8" if "16" in declared else "cp1252")

    for kind in ("text/html", "text/html; charset=us-ascii"):
        assert read(a_mail(raw, headers={"Content-Type": kind})).text == "Hängt"


def test_a_few_broken_bytes_do_not_garble_the_rest() -> None:
    """They alone are lost."""
    raw = "Принтер не работает, пожалуйста".encode()

    assert read(a_mail(raw[:6] + b"\xff" + raw[6:])).text == "При\ufffdнтер не работает, пожалуйста"


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "gb2312", "koi8-r"])
def test_a_raw_subject_is_as_the_body_is(charset: str) -> None:
    """UTF-8 (RFC 6532), or as old programs write it."""
    text = {"gb2312": "打印机", "koi8-r": "принтер"}.get(charset, "hängt")
    head = f"Content-Type: text/plain; charset={charset}\r\n".encode()

    assert read(head + b"Subject: " + text.encode(charset) + b"\r\n\r\nx").subject == text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?= b", "a b"),
        ("a =?utf-8?Q?b?= c", "a b c"),
        ("=?utf-8?Q?=E5=BC?= =?utf-8?B?oA==?=", "张"),
        ("=?gb2312?B?6Q==?= =?gb2312?B?Rg==?=", "镕"),
        ("=?utf-8?Q?a?= =?none?Q?b?= =?utf-8?Q?c?=", "abc"),
        ("=?utf-8*en?Q?a_b?=", "a b"),
        ("=?utf-8?Q?a b?=", "a b"),
        ("=?utf-8?B?aGFsbG8?=", "hallo"),
        ("=?utf-8?B?a?= x", " x"),
        ("=?utf-8?Q?never", "=?utf-8?Q?never"),
        ("[=?utf-8?Q?CASE-000001?=]", "[CASE-000001]"),
    ],
)
def test_encoded_words(said: str, text: str) -> None:
    """RFC 2047 6.2: one text where they follow each other, split wherever it was."""
    assert words(said.replace("\r\n", "")) == text


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👨\u200d👩\u200d👧 ❤\ufe0f", "👨\u200d👩\u200d👧 ❤\ufe0f"),
        ("Donau\u00addampf", "Donaudampf"),
        ("\ufeffa\u200bb\u2060c", "abc"),
        ("a\u200e\u202eb\u2066c", "abc"),
        ("a\u00a0b\u3000c", "a b c"),
        ("a\u2028b\u0085c", "a\nb\nc"),
        ("a\x00b\x1b[31m\x7fc", "a b [31m c"),
        ("a\n\u200c \u034f\u200c\nb", "a\n\nb"),
        ("\U0001fae9 \U000323b0", "\U0001fae9 \U000323b0"),
    ],
)
def test_invisible_characters(text: str, read_as: str) -> None:
    """Those that spell words are kept, those that hide are gone, none becomes a blank in a word."""
    assert read(a_mail(text)).text == read_as
    if "\n" not in text:
        assert read(a_mail(headers={"Subject": text})).subject == read_as.replace("\n", " ")
