"""Judges whether an address is one of the public Internet, by tables of our own.

Python's `ipaddress` knows such tables too, and corrects them from one patch release to the next:
what may be sent to must not depend on the interpreter. The networks are those that IANA has set
apart (its IPv4 and IPv6 special-purpose address registries) and what clouds have for themselves.
"""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

CLOUD_METADATA: Mapping[str, str] = {
    "169.254.169.254": "AWS, Azure, Google Cloud, OpenStack and others",
    "169.254.170.2": "AWS: credentials of containers",
    "169.254.170.23": "AWS: credentials of pods",
    "168.63.129.16": "Azure: host agent and name server",
    "192.0.0.192": "Oracle Cloud",
    "100.100.100.200": "Alibaba Cloud",
    "fd00:ec2::254": "AWS",
    "fd00:ec2::23": "AWS: credentials of pods",
    "fd20:ce::254": "Google Cloud",
    "fd00:42::42": "Scaleway",
}
"""Where machines in a cloud are told who they are, credentials among it. Most lie in a network that
is set apart anyhow; all are named, so that none depends on that."""

_SET_APART_V4: Mapping[str, str] = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "shared by a provider's customers",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "assigned to protocols",
    "192.0.2.0/24": "documentation",
    "192.31.196.0/24": "AS112",
    "192.52.193.0/24": "AMT",
    "192.88.99.0/24": "6to4 relays, given up",
    "192.168.0.0/16": "private",
    "192.175.48.0/24": "AS112",
    "198.18.0.0/15": "benchmarks",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved, broadcast",
}
_GLOBAL_V6 = IPv6Network("2000::/3")
"""All of IPv6 that is given out; outside are loopback, `fc00::/7`, `fe80::/10`, `fec0::/10`, …"""
_SET_APART_V6: Mapping[str, str] = {
    "2001::/23": "assigned to protocols",
    "2001:db8::/32": "documentation",
    "2620:4f:8000::/48": "AS112",
    "3fff::/20": "documentation",
}
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""Addresses behind which a translator has an IPv4 address (RFC 6052)."""

_METADATA = frozenset(map(ip_address, CLOUD_METADATA))
_NETWORKS_V4 = tuple(map(IPv4Network, _SET_APART_V4))
_NETWORKS_V6 = tuple(map(IPv6Network, _SET_APART_V6))


def is_public(address: str) -> bool:
    """Whether an address is one of the public Internet, by itself and behind any translation."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inner(parsed)
    return _is_public(parsed if inner is None else inner)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if address in _METADATA:
        return False
    if isinstance(address, IPv4Address):
        return not _within(address, _NETWORKS_V4)
    return address in _GLOBAL_V6 and not _within(address, _NETWORKS_V6)


def _within(
    address: IPv4Address | IPv6Address, networks: Iterable[IPv4Network | IPv6Network]
) -> bool:
    return any(address in network for network in networks)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    return IPv4Address(address.packed[-4:]) if address in _TRANSLATED else None
