"""TLS and login."""

import ssl
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from activities.adapters.smtp import SmtpMailbox
from activities.ports import Mailbox
from tests.activities.smtp.mail_server import (
    ANA,
    HOST,
    LETTER,
    SECRET,
    SENDER,
    Postbox,
    mail_server,
    not_now,
    send,
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for loopback that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .add_extension(identifier, False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client trusts the server's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.mark.usefixtures("trusted")
def test_starttls(postbox: Postbox, tls: ssl.SSLContext) -> None:
    """With starttls the letter goes by TLS."""
    with mail_server(postbox, tls_context=tls, require_starttls=True) as address:
        send(SmtpMailbox(f"smtp://{address}?starttls=true", SENDER), LETTER)

        assert "smtp-530" in not_now(SmtpMailbox(f"smtp://{address}", SENDER))

    assert postbox.recipients == [ANA]


@pytest.mark.usefixtures("trusted")
def test_tls_from_the_start(postbox: Postbox, tls: ssl.SSLContext) -> None:
    """With smtps the connection is TLS from the start."""
    with mail_server(postbox, ssl_context=tls) as address:
        send(SmtpMailbox(f"smtps://{address}", SENDER), LETTER)

    assert postbox.recipients == [ANA]


def test_unknown_certificate(postbox: Postbox, tls: ssl.SSLContext) -> None:
    """A server nobody vouches for gets no letter."""
    with mail_server(postbox, tls_context=tls) as address:
        not_now(SmtpMailbox(f"smtp://{address}?starttls=true", SENDER))

    assert postbox.recipients == []


def test_no_starttls(postbox: Postbox) -> None:
    """A server that does not offer the TLS we want gets neither password nor letter."""
    logins: list[Any] = []

    def login(*details: Any) -> AuthResult:
        logins.append(details)
        return AuthResult(success=True)

    with mail_server(postbox, authenticator=login, auth_require_tls=False) as address:
        not_now(SmtpMailbox(f"smtp://ana:{SECRET}@{address}?starttls=true", SENDER))

    assert logins == []
    assert postbox.recipients == []


def test_login(postbox: Postbox) -> None:
    """User and password are percent-decoded; a wrong password is worth another try, unspoken."""
    right = f"{SECRET}/:@?#%".encode()

    def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, who: Any) -> AuthResult:
        known = (who.login, who.password) == (b"ana@vendor.example", right)
        return AuthResult(success=known, handled=False)

    with mail_server(postbox, authenticator=login, auth_require_tls=False) as address:
        user = "ana%40vendor.example"
        send(SmtpMailbox(f"smtp://{user}:{SECRET}%2F%3A%40%3F%23%25@{address}", SENDER), LETTER)
        wrong = not_now(SmtpMailbox(f"smtp://{user}:{SECRET}@{address}", SENDER))

    assert postbox.recipients == [ANA]
    assert "smtp-535" in wrong
    assert SECRET not in wrong


def test_no_login_offered(mailbox: Mailbox, postbox: Postbox) -> None:
    """A server that knows no login is worth another try."""
    with mail_server(postbox) as address:
        not_now(SmtpMailbox(f"smtp://ana:{SECRET}@{address}", SENDER))

    assert postbox.recipients == []
