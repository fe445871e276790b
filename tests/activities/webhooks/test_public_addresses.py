"""Which addresses a webhook may go to, whatever Python thinks of them."""

from ipaddress import ip_address

import pytest

from activities.adapters.public_addresses import CLOUD_METADATA, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1",
        "100.64.0.1", "100.127.255.255", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255", "192.0.0.1", "192.0.0.9", "192.0.0.192", "192.0.2.1",
        "192.88.99.1", "192.88.99.255", "198.18.0.1", "198.19.255.255", "198.51.100.7",
        "203.0.113.7", "168.63.129.16",
        "::", "::1", "::7f00:1", "100::1", "fe80::1", "fe80::1%eth0", "fec0::1", "feff::1",
        "fc00::1", "fdff::1", "ff02::1", "2001:db8::1", "2001:2::1", "2001:10::1", "2001:20::1",
        "3fff::1", "4000::1", "64:ff9b:1::1", "2620:4f:8000::1",
    ],
)  # fmt: skip
def test_what_is_set_apart_is_not_public(address: str) -> None:
    """Private, link-local, site-local, shared, multicast, documentation, relays, protocols."""
    assert not is_public(address)


@pytest.mark.parametrize("address", CLOUD_METADATA)
def test_what_tells_machines_of_a_cloud_who_they_are_is_not_public(address: str) -> None:
    """One that is public to all else, 168.63.129.16, is one of them."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "inner", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "168.63.129.16", "192.0.0.192"]
)
def test_an_address_in_another_is_judged_by_itself(inner: str) -> None:
    """Mapped into IPv6, translated, or reached by 6to4 or Teredo."""
    bits = int(ip_address(inner))
    high, low = bits >> 16, bits & 0xFFFF
    unseen = bits ^ 0xFFFF_FFFF
    teredo = f"2001:0:1.1.1.1::{unseen >> 16:x}:{unseen & 0xFFFF:x}".replace("1.1.1.1", "101:101")

    assert not is_public(f"::ffff:{inner}")
    assert not is_public(f"64:ff9b::{inner}")
    assert not is_public(f"2002:{high:x}:{low:x}::1")
    assert not is_public(teredo)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "168.63.129.15", "168.63.129.17", "172.15.255.255", "172.32.0.0", "192.0.1.1",
        "192.88.98.1", "192.88.100.1", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2606:4700::1111", "2001:200::1", "2001:4860:4860::8888", "2a00:1450::1", "2000::1",
        "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1",
    ],
)  # fmt: skip
def test_public_addresses_pass(address: str) -> None:
    """Whatever they are written in, and right beside what is set apart."""
    assert is_public(address)


@pytest.mark.parametrize("text", ["", "not one", "1.1.1", "01.1.1.1", "2130706433", "1.1.1.1/32"])
def test_what_is_no_address_is_not_public(text: str) -> None:
    """A resolver answers addresses only; anything else is refused."""
    assert not is_public(text)
