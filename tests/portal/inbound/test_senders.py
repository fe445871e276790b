"""Who a mail is from: the one address in angle brackets, or nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.inbound.reading import read
from portal.inbound.sender import Refused, sender_of
from tests.portal.api.mails import a_mail

ADA = "ada@river.example"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("<{}>", None),
        ("{}", None),
        ("{},", None),
        ("'{}' <{}>", None),
        ("'{}'", None),
        ("<'{}'>", None),
        ("{} <{}>", None),
        ("Byron, Ada <{}>", "Byron, Ada"),
        ("Byron, Ada, Dr. <{}>", "Byron, Ada, Dr."),
        ("Byron; Ada <{}>", "Byron; Ada"),
        ('"Byron, Ada" <{}>', "Byron, Ada"),
        ("=?utf-8?Q?Byron=2C?= Ada <{}>", "Byron, Ada"),
        ("Ada @ River <{}>", "Ada @ River"),
        ("Ada @ River, Inc. <{}>", "Ada @ River, Inc."),
        ("Ada [River IT] <{}>", "Ada [River IT]"),
        ("Ada (River IT) <{}>", "Ada"),
        ("Ada (River <IT>) <{}>", "Ada"),
        ("Ada <IT> <{}>", "Ada <IT>"),
        ("Ada: River <{}>", "Ada: River"),
        ("Ada (at home <{}>", "Ada (at home"),
        ('"Ada <{}>', "Ada"),
        ("Ada <{}", "Ada"),
        ("Ada <{} >", "Ada"),
        ("Ada < {}>", "Ada"),
        ("Ada <<{}>>", "Ada <>"),
        ("Ada <{}> (home)", "Ada"),
        ("<{}> (Ada)", "Ada"),
        ("{} (Ada)", "Ada"),
        ("(Ada) {}", "Ada"),
        ("{} (a (b) c)", "a (b) c"),
        ('"A \\"x\\" B" <{}>', 'A "x" B'),
        ('"eve@evil.example <eve@evil.example>" <{}>', None),
        ("=?utf-8?Q?Eve_=3Ceve=40evil.example=3E?= <{}>", None),
        ("(<eve@evil.example>) {}", None),
        ("eve＠evil.example <{}>", None),
        ("=?utf-8?B?5byg?= =?utf-8?B?5LiJ?= <{}>", "张三"),
        ("=?utf-8?Q?M=C3?= =?utf-8?Q?=BCller?= <{}>", "Müller"),
        ("=?utf-8?Q?M=C3?=\r\n =?utf-8?B?vGxsZXI=?= <{}>", "Müller"),
        ("=?iso-2022-jp?B?GyRCOzNFRBsoQg==?= <{}>", "山田"),
        ("=?none?Q?Ada?= <{}>", "Ada"),
        ("=?utf-8?B?QWRh <{}>", "=?utf-8?B?QWRh"),
        ("Müller <{}>", "Müller"),
    ],
)
def test_the_address_in_angle_brackets_is_the_sender(said: str, name: str | None) -> None:
    """Whatever stands beside it is a name, which is never trusted: so none that is an address."""
    mail = read(a_mail(headers={"From": said.replace("{}", ADA)}))

    assert mail.sender is not None, mail.problems
    assert (mail.sender.email, mail.sender.name) == (ADA, name)


@pytest.mark.parametrize(
    "said",
    [
        "<{}> <eve@evil.example>",
        "<eve@evil.example> <{}>",
        "{};<eve@evil.example>",
        "{},<eve@evil.example>",
        "{}, Eve <eve@evil.example>",
        "Eve <eve@evil.example>, {}",
        "Eve <eve@evil.example> {}",
        "{} eve@evil.example",
        "{},eve@evil.example",
        "{}:eve@evil.example;",
        "Team: {}, eve@evil.example;",
        "Team: {};",
        "<{}>, <{}>",
        '"{}" <>',
        "{} <>",
        "{}<eve>",
        "<@evil.example:{}>",
        "<{}@evil.example>",
        "<eve@evil.example {}>",
        "=?utf-8?B?PGFkYUByaXZlci5leGFtcGxlPg==?=",
        "Ada",
        " ",
        "x" * 5_000 + " <{}>",
        "<{}>" + " " * 5_000 + "x",
    ],
)
def test_who_may_be_somebody_else_is_nobody(said: str) -> None:
    """With a word of what is wrong with `From`."""
    mail = read(a_mail(headers={"From": said.replace("{}", ADA)}))

    assert mail.sender is None
    assert mail.sender_problem is not None
    assert mail.problems[0].startswith("From: ")


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\r"])
def test_only_a_line_end_ends_a_header(end: str) -> None:
    """Others would see no such header, and vouch for another sender (security)."""
    forged = f"a{end}From: {ADA}{end}Subject: Re: [CASE-000001] x{end}Auto-Submitted: auto-replied"
    mail = read(a_mail(headers={"From": "eve@evil.example", "X-T": forged}))
    nobody = read(a_mail(headers={"From": None, "X-T": forged}))

    assert (mail.address, mail.subject, nobody.sender) == (
        "eve@evil.example",
        "Saving does nothing",
        None,
    )
    assert "auto-submitted" not in mail.headers


def test_no_sender_stands_behind_what_is_not_read() -> None:
    """More headers or lines than are read are refused as a whole."""
    for filling in (b"X: a\r\n" * 501, b"X: a\r\n" + b" b\r\n" * 10_001):
        with pytest.raises(ValueError, match="headers: must"):
            read(b"From: ada@river.example\r\n" + filling + b"From: eve@evil.example\r\n\r\nx")


@given(st.text("<>@,;:\"'()\\ ax.é=?", max_size=60))
def test_no_name_makes_its_sender_another(name: str) -> None:
    """The address is the one in brackets at the end, or there is no sender."""
    try:
        sender = sender_of([f"{name} <eve@evil.example>"])
    except Refused:
        return

    assert sender.email == "eve@evil.example"
