"""The address that reports come to, and the letter it names."""

import pytest

from activities.bounce_address import BounceAddress

TOKEN = "0123456789abcdef0123456789abcdef01234567"
OURS = f"<{TOKEN}@xn--kse-qla.example>"
FROM = "Käse <help@käse.example>"


def test_the_address_leads_back_to_the_letter() -> None:
    """However mail systems spell it on the way."""
    bounces = BounceAddress("bounces@vendor.example")
    address = bounces.of_letter(OURS)

    assert address == f"bounces+{TOKEN}@vendor.example"
    for spelled in (address, address.upper(), f"Bounces <{address}>"):
        assert bounces.is_addressed(spelled)
        assert bounces.message_id(spelled, FROM) == OURS


@pytest.mark.parametrize(
    "recipient",
    [
        "help@vendor.example",
        f"bounces+{TOKEN}@evil.example",
        f"bounces+{TOKEN}0@vendor.example",
        "bounces+@vendor.example",
        f"xbounces+{TOKEN}@vendor.example",
        "",
    ],
)
def test_other_addresses_name_no_letter(recipient: str) -> None:
    """Neither do they count as the address of reports."""
    bounces = BounceAddress("bounces@vendor.example")

    assert bounces.message_id(recipient, FROM) is None
    assert not bounces.is_addressed(recipient)


def test_a_bare_address_names_no_letter_but_is_the_one_for_reports() -> None:
    """Where an id is none of ours, nothing is lost but the token."""
    bounces = BounceAddress("bounces@vendor.example")

    assert bounces.of_letter("<1@vendor.example>") == "bounces@vendor.example"
    assert bounces.message_id("bounces@vendor.example", FROM) is None
    assert bounces.is_addressed("bounces@vendor.example")


@pytest.mark.parametrize(
    "address", ["bounces", "b ounces@v.example", "a+b@v.example", "@v.example"]
)
def test_a_wrong_address_is_refused(address: str) -> None:
    """With what would be right."""
    with pytest.raises(ValueError, match=r"bounces@vendor\.example"):
        BounceAddress(address)
