"""Addresses in many scripts: as mail systems know them, compared, and refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.addresses import (
    ascii_domain,
    readable,
    recipient_key,
    refuse_unusable_addresses,
    spellings,
)
from domain.contract.case import CaseStart
from domain.contract.defect import AttachCase, DefectStart
from domain.contract.parsing import InvalidCommand, parse
from tests.domain.builders import attachment, case_start, defect_start

ZWNJ, ZWJ = "\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH JOINER}"


@pytest.mark.parametrize(
    ("written", "known"),
    [
        # Letters that IDNA 2003 turned into others, and the domains it wrote to instead.
        ("straße.example", "xn--strae-oqa.example"),
        ("strasse.example", "strasse.example"),
        ("faß.example", "xn--fa-hia.example"),
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("βόλοσ.example", "xn--nxasmq6b.example"),
        # Case and width fold, and composition makes no difference.
        ("STRAẞE.Example", "xn--strae-oqa.example"),
        ("ΒΌΛΟΣ.example", "xn--nxasmq6b.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("bu\N{COMBINING DIAERESIS}cher.example", "xn--bcher-kva.example"),
        ("ｂｕｅｃｈｅｒ．example", "buecher.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        # Scripts.
        ("пример.example", "xn--e1afmkfd.example"),
        ("例子.example", "xn--fsqu00a.example"),
        ("실례.example", "xn--9n2bp8q.example"),
        ("דוגמה.example", "xn--6dbbec0c.example"),
        ("مثال.example", "xn--mgbh0fb.example"),
        ("उदाहरण.example", "xn--p1b6ci4b4b3a.example"),
        # Joiners where their contexts allow them: other names than those without.
        (f"نامه{ZWNJ}ای.example", "xn--mgba3gch31f060k.example"),
        ("نامهای.example", "xn--mgba3gch31f.example"),
        (f"क्{ZWJ}ष.example", "xn--11b2ezcw70k.example"),
        # What is ASCII already.
        ("River.Example", "River.Example"),
        ("localhost", "localhost"),
        ("mail_host.example", "mail_host.example"),
        ("xn--strae-oqa.example", "xn--strae-oqa.example"),
        ("XN--STRAE-OQA.Example", "xn--strae-oqa.example"),
        ("[192.0.2.1]", "[192.0.2.1]"),
        ("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
    ],
)
def test_a_domain_as_mail_systems_know_it(written: str, known: str) -> None:
    """IDNA 2008: ß, ς and joiners are letters of their own."""
    assert ascii_domain(written) == known


@pytest.mark.parametrize(
    "written",
    [
        "ℂ.example",
        "①.example",
        "☕.example",
        f"a{ZWJ}b.example",
        f"a{ZWNJ}b.example",
        f"{ZWNJ}نامه.example",
        "\N{COMBINING DIAERESIS}a.example",
        "-ü.example",
        "xn--.example",
        "xn--zzzzzz--.example",
        "xn--a.example",
        "xn--strasse-.example",
        "xn--ls8h.example",
        "a..example",
        ".example",
        "",
        "ü..example",
        f"{'a' * 64}.example",
        f"{'ü' * 60}.example",
        ".".join(["a" * 60] * 5),
        "אb.example",
    ],
)
def test_no_mail_goes_where_no_domain_is_meant(written: str) -> None:
    """Refused rather than mapped to the domain of somebody else."""
    with pytest.raises(ValueError, match=r".*"):
        ascii_domain(written)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ada@BÜCHER.example", "ada@xn--bcher-kva.example", True),
        ("ada@river.example", "ADA@River.Example", True),
        ("ada@straße.example", "ada@strasse.example", False),
        ("ada@βόλος.example", "ada@βόλοσ.example", False),
        (f"ada@نامه{ZWNJ}ای.example", "ada@نامهای.example", False),
        ("ada@ℂ.example", "ada@c.example", False),
        ("ädä@river.example", "ada@river.example", False),
    ],
)
def test_two_spellings_of_one_address(one: str, other: str, same: bool) -> None:
    """One person, or two."""
    assert (recipient_key(one) == recipient_key(other)) is same


def test_the_spellings_on_record() -> None:
    """The present key, what is in the DNS, and what an earlier version kept."""
    assert spellings("Ada@XN--BCHER-KVA.example") == (
        "ada@bücher.example",
        "ada@xn--bcher-kva.example",
    )
    assert spellings("ada@ｂ.example") == ("ada@b.example", "ada@ｂ.example")
    assert spellings("Ada@River.Example") == ("ada@river.example",)
    assert spellings("ada@ℂ.example") == ("ada@ℂ.example",)
    assert readable("Ada@River.Example") == "Ada@River.Example"


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_key_is_its_own_key(local: str, domain: str) -> None:
    """Whatever was written: what is kept is found again, and spelled as it is compared."""
    key = recipient_key(f"{local}@{domain}")

    assert recipient_key(key) == recipient_key(readable(key))
    assert readable(f"{local}@{domain}").lower() == key
    assert spellings(key)[0] == recipient_key(key)


@pytest.mark.parametrize(
    ("model", "payload", "field"),
    [
        (CaseStart, case_start(contact={"email": "ada@ℂ.example"}), "contact.email"),
        (
            AttachCase,
            {"actor": "a"} | attachment(email="ada@xn--zzzzzz--.example"),
            "contact.email",
        ),
        (
            DefectStart,
            defect_start("S2", attachment(), attachment("CASE-2", email=f"a@a{ZWJ}b.example")),
            "cases.1.contact.email",
        ),
    ],
)
def test_an_address_that_takes_no_mail_is_named(
    model: Any, payload: dict[str, Any], field: str
) -> None:
    """A replay reads it all the same: the message itself is sound."""
    message = parse(model, payload)
    with pytest.raises(InvalidCommand) as refused:
        refuse_unusable_addresses(message)

    assert refused.value.field == field
    assert "@" not in refused.value.reason


def test_joiners_are_letters_of_domains_only() -> None:
    """Nobody could tell two people apart by a joiner before the `@`."""
    joined = f"ada@نامه{ZWNJ}ای.example"
    start = parse(CaseStart, case_start(contact={"email": joined}))
    refuse_unusable_addresses(start)

    assert start.contact.email == joined
    with pytest.raises(InvalidCommand):
        parse(CaseStart, case_start(contact={"email": f"a{ZWJ}da@river.example"}))
