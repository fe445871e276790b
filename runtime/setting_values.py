"""Reads the values of settings: takes one as it was given, and returns it as we use it.

Raises:
    ValueError: it cannot be used. It says what would be right, and never shows a value, which may
        hold a secret.
"""

import ipaddress
import re
from collections.abc import Callable
from email.utils import parseaddr
from urllib.parse import urlsplit

from pydantic import SecretStr

from domain.addresses import ascii_domain
from runtime.codec import KeyRing

_DATABASES = re.compile(r"(sqlite|postgres|postgresql)(\+\w+)?://")
_MAIL_SERVERS = re.compile(r"smtps?://")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def database_url(url: SecretStr) -> SecretStr:
    """One of a database that we speak to."""
    if not _DATABASES.match(url.get_secret_value()):
        raise ValueError(
            "must begin with sqlite:/// or postgresql://, for example "
            "postgresql://user:password@host/name"
        )
    return url


def smtp_url(url: SecretStr) -> SecretStr:
    """One of a mail server, with what it needs to sign in."""
    if not _MAIL_SERVERS.match(url.get_secret_value()):
        raise ValueError("must be smtp://[user:password@]host:port[?starttls=true]")
    return url


def sender(text: str) -> str:
    """An address, with or without a name before it."""
    local, at, domain = parseaddr(text)[1].rpartition("@")
    if not (local and at and _is_domain(domain)) or "\n" in text or "\r" in text:
        raise ValueError("must be one address such as support@vendor.example")
    return text


def bounce_address(text: str) -> str:
    """An address whose local part takes a `+` and more."""
    local, _, domain = text.rpartition("@")
    if not (re.fullmatch(r"[A-Za-z0-9._-]{1,20}", local) and _is_domain(domain)):
        raise ValueError("must be one address such as bounces@vendor.example, without a +")
    return text


def addresses(given: object) -> object:
    """Addresses without names, separated by commas."""
    return _listed(given, "address", _address)


def _address(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not (local and at and _is_domain(domain)) or re.search(r"[\s<>]", local):
        raise ValueError("must be one such as support@vendor.example")
    return text


def _listed(given: object, noun: str, read: Callable[[str], str]) -> object:
    """Values separated by commas, each of them sound; what is no text is ours already."""
    if not isinstance(given, str):
        return given
    listed = [text.strip() for text in given.split(",")]
    for position, text in enumerate(listed, 1):
        try:
            read(text)
        except ValueError as error:
            raise ValueError(
                f"{noun} {position} {error}; several are separated by commas"
            ) from None
    return listed


def files_url(url: SecretStr) -> SecretStr:
    """A folder, or a URL of a store whose package is installed."""
    said = url.get_secret_value()
    protocol, _, _ = said.rpartition("://")
    # Behind `::` another store would stand, which gets the files at some later time or never.
    misspelt = re.match(r"[a-z0-9+]{2,}:(?!//)", said)
    if misspelt or "::" in said or not re.fullmatch(r"(?:[a-z][a-z0-9+]*)?", protocol):
        raise ValueError("must be a folder, or one URL such as s3://bucket/folder")
    if protocol:
        _importable(protocol)
    return url


def _importable(protocol: str) -> None:
    from fsspec import get_filesystem_class

    try:
        get_filesystem_class(protocol)
    except ImportError as error:
        raise ValueError(
            f"needs a package that is not installed here: {' '.join(str(error).split())}"
        ) from None
    except ValueError:
        raise ValueError(
            "must be a folder, or a URL that fsspec knows, such as s3://bucket/folder"
        ) from None


def _is_domain(domain: str) -> bool:
    try:
        ascii_domain(domain)
    except ValueError:
        return False
    return not re.search(r"[\s<>,;]", domain)


def http_url(url: str) -> str:
    """A URL, without a slash at its end."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ValueError("must be a URL such as https://host/path")
    return url.rstrip("/")


def http_urls(given: object) -> object:
    """Several, separated by commas."""
    return _listed(given, "URL", http_url)


def build_id(text: str) -> str:
    """A version of the worker's code."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
        raise ValueError("must be 1 to 64 of A-Z a-z 0-9 . _ -, for example 1.4.0")
    return text


def origins(given: object) -> object:
    """Origins of pages, separated by commas, as browsers send them."""
    return _listed(given, "origin", _origin)


def _origin(text: str) -> str:
    try:
        sound = origin_of(http_url(text)) == text and "*" not in text
    except ValueError:
        sound = False
    if not sound:
        raise ValueError(
            "must be as browsers send it, such as https://ui.example.org: in small letters, "
            "without a path, a default port or a star"
        )
    return text


def origin_of(url: str) -> str:
    """The origin of a page, in the form in which browsers name it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    named = f"{parts.scheme}://[{host}]" if ":" in host else f"{parts.scheme}://{host}"
    if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)):
        return named
    return f"{named}:{parts.port}"


def key_ring(given: object) -> object:
    """Keys for what Temporal stores."""
    return KeyRing.read(given) if isinstance(given, str) else given


def socket_address(text: str) -> str:
    """An IP address and a port."""
    host, _, port = text.rpartition(":")
    try:
        # The exporter of the SDK takes addresses only, no names.
        ipaddress.ip_address("127.0.0.1" if host == "localhost" else host.strip("[]"))
        sound = 0 < int(port) < 65_536
    except ValueError:
        sound = False
    if not sound:
        raise ValueError("must be an IP address and a port, for example 0.0.0.0:9464")
    return text.replace("localhost", "127.0.0.1")
