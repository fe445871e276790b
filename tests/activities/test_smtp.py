"""The SMTP adapter against a mail server that speaks the real protocol on loopback."""

import logging
import socket
import ssl
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from activities.adapters.smtp import SmtpMailbox
from activities.ports import Letter, Mailbox, NotNow, Refused

HOST = "127.0.0.1"
SENDER = "ETO Support <support@vendor.example>"
ANA, BOB = "ana@client.example", "bob@client.example"
SECRET = "hunter2"
LETTER = Letter(
    message_id="<0123456789abcdef@vendor.example>",
    to=ANA,
    to_name="Ana Ruiz",
    subject="[DEF-000045] The defect you reported is resolved",
    text="Hello Ana,\n\nDEF-000045 is resolved.\n",
    html="<p>Hello Ana,</p>\n<p>DEF-000045 is resolved.</p>\n",
    headers={
        "X-Event": "defect.resolved",
        "X-Case": "CASE-000123, CASE-000124",
        "X-Defect": "DEF-000045",
        "Auto-Submitted": "auto-generated",
        "References": "<fedcba9876543210@vendor.example>",
    },
    at=datetime(2026, 11, 20, 22, 5, tzinfo=UTC),
)


class Postbox:
    """What the server does with letters: keeps them, unless told to answer something else."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.senders: list[str] = []
        self.conversations = 0
        self.to_sender: list[str] = []
        """Answers to the next senders; `drop` hangs up. The same for recipients and texts."""
        self.to_recipient: list[str] = []
        self.to_text: list[str] = []

    async def handle_EHLO(  # noqa: N802 - the name is aiosmtpd's
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count those who say hello."""
        session.host_name = hostname
        self.conversations += 1
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Answer to a sender."""
        envelope.mail_from = address
        return self._answer(self.to_sender, server)

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Answer to a recipient."""
        answer = self._answer(self.to_recipient, server)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Answer to a text."""
        hang_up = self.to_text[:1] == ["250 and hang up"]
        answer = self._answer(self.to_text, server)
        if answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.received.append(message)
            self.raw.append(envelope.content)
            self.recipients += envelope.rcpt_tos
            self.senders.append(envelope.mail_from)
        if hang_up:
            server.loop.call_soon(server.transport.close)
        return answer

    @staticmethod
    def _answer(answers: list[str], server: Any) -> str:
        answer = answers.pop(0) if answers else "250 OK"
        if answer == "drop":
            server.transport.abort()
        return answer


class MailServer(Controller):
    """A server on a port the system chose."""

    def __init__(self, postbox: Postbox, **options: Any) -> None:
        self.listener = socket.create_server((HOST, 0))
        port = self.listener.getsockname()[1]
        super().__init__(postbox, hostname=HOST, port=port, server_hostname=HOST, **options)

    def _create_server(self) -> Any:
        return self.loop.create_server(
            self._factory_invoker, sock=self.listener, ssl=self.ssl_context
        )


@contextmanager
def mail_server(postbox: Postbox, **options: Any) -> Iterator[str]:
    """A running server; the value is its host and port."""
    server = MailServer(postbox, **options)
    server.start()
    try:
        yield f"{HOST}:{server.port}"
    finally:
        server.stop()


@pytest.fixture
def postbox() -> Postbox:
    """What the server got."""
    return Postbox()


@pytest.fixture
def mailbox(postbox: Postbox) -> Iterator[Mailbox]:
    """A mailbox on a running server without TLS."""
    with mail_server(postbox) as address:
        yield SmtpMailbox(f"smtp://{address}", SENDER)


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


def send(mailbox: Mailbox, *letters: Letter) -> None:
    """Hand over the letters in one session."""
    with mailbox.open() as session:
        for letter in letters:
            session.send(letter)


def parts(message: EmailMessage) -> list[tuple[str, list[str]]]:
    """Type and lines of each part."""
    return [
        (part.get_content_type(), part.get_content().splitlines()) for part in message.iter_parts()
    ]


def not_now(mailbox: Mailbox, letter: Letter = LETTER) -> str:
    """What the mailbox says when it may take the letter later."""
    with pytest.raises(NotNow) as caught:
        send(mailbox, letter)
    return str(caught.value)


# --- letters that arrive -------------------------------------------------------------------------


def test_delivery(mailbox: Mailbox, postbox: Postbox) -> None:
    """A letter arrives with its headers and both of its parts."""
    send(mailbox, LETTER)

    (message,) = postbox.received
    assert postbox.recipients == [ANA]
    assert postbox.senders == ["support@vendor.example"]
    assert {name: str(value) for name, value in message.items() if name != "Content-Type"} == {
        "From": "ETO Support <support@vendor.example>",
        "To": "Ana Ruiz <ana@client.example>",
        "Subject": LETTER.subject,
        "Date": "Fri, 20 Nov 2026 22:05:00 +0000",
        "Message-ID": LETTER.message_id,
        "MIME-Version": "1.0",
        **LETTER.headers,
    }
    assert message.get_content_type() == "multipart/alternative"
    assert parts(message) == [
        ("text/plain", LETTER.text.splitlines()),
        ("text/html", LETTER.html.splitlines()),
    ]


def test_repeat(mailbox: Mailbox, postbox: Postbox) -> None:
    """A letter sent again has the same Message-ID and the same date."""
    send(mailbox, LETTER)
    send(mailbox, LETTER)

    first, again = postbox.received
    assert first["Message-ID"] == again["Message-ID"] == LETTER.message_id
    assert first["Date"] == again["Date"]


def test_one_connection(mailbox: Mailbox, postbox: Postbox) -> None:
    """One connection serves all letters of a session."""
    send(mailbox, LETTER, replace(LETTER, to=BOB), LETTER)

    assert postbox.recipients == [ANA, BOB, ANA]
    assert postbox.conversations == 1


def test_no_letter(mailbox: Mailbox, postbox: Postbox) -> None:
    """A session without a letter opens no connection."""
    send(mailbox)

    assert postbox.conversations == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".\n..\n.leading dots\n",
        "From here on\n",
        "a" * 5_000 + "\n",
        "Grüße aus Köln, 日本語, 🙂\n",
        "日" * 2_000 + "\n",
    ],
)
def test_any_text(mailbox: Mailbox, postbox: Postbox, text: str) -> None:
    """Any text arrives as it was, in lines every server takes, without bare 8-bit."""
    send(mailbox, replace(LETTER, text=text, html=text))

    lines = text.splitlines() or [""]
    assert parts(postbox.received[0]) == [("text/plain", lines), ("text/html", lines)]
    assert postbox.raw[0].isascii()
    assert max(len(line) for line in postbox.raw[0].splitlines()) < 998


def test_international_domain(mailbox: Mailbox, postbox: Postbox) -> None:
    """A domain that is not ASCII goes as the name it has in the DNS."""
    send(mailbox, replace(LETTER, to="ana@käse.example"))

    assert postbox.recipients == ["ana@xn--kse-qla.example"]


def test_no_letter_goes_to_a_namesake(mailbox: Mailbox, postbox: Postbox) -> None:
    """What has no domain of its own is refused, not sent to the one it resembles."""
    send(mailbox, replace(LETTER, to="ana@straße.example"))
    with pytest.raises(Refused) as refusal:
        send(mailbox, replace(LETTER, to="ana@ℂ.example"))

    assert postbox.recipients == ["ana@xn--strae-oqa.example"]
    assert refusal.value.code == "address"


def test_each_letter_has_an_envelope_of_its_own(postbox: Postbox) -> None:
    """A report names it by where it is sent; the letter itself is from whom it was."""
    ours = f"<{'0a' * 20}@vendor.example>"
    with mail_server(postbox) as address:
        mailbox = SmtpMailbox(f"smtp://{address}", SENDER, bounce_address="bounces@käse.example")
        send(mailbox, replace(LETTER, message_id=ours), replace(LETTER, message_id="<1@v.example>"))

    assert postbox.senders == [
        f"bounces+{'0a' * 20}@xn--kse-qla.example",
        "bounces@xn--kse-qla.example",
    ]
    assert {message["From"] for message in postbox.received} == {postbox.received[0]["From"]}


def test_international_address(mailbox: Mailbox, postbox: Postbox) -> None:
    """An address that is not ASCII goes by SMTPUTF8."""
    send(mailbox, replace(LETTER, to="änä@client.example", to_name="Änä, 日本"), LETTER)

    assert postbox.recipients == ["änä@client.example", ANA]
    assert "<änä@client.example>".encode() in postbox.raw[0]
    assert postbox.received[0]["Subject"] == LETTER.subject


def test_server_without_smtputf8(postbox: Postbox) -> None:
    """An address the server has no way to take is refused; the next letter is not."""
    with (
        mail_server(postbox, enable_SMTPUTF8=False) as address,
        SmtpMailbox(f"smtp://{address}", SENDER).open() as session,
    ):
        with pytest.raises(Refused) as caught:
            session.send(replace(LETTER, to="änä@client.example"))
        session.send(LETTER)

    assert caught.value.code == "smtputf8"
    assert postbox.recipients == [ANA]


# --- headers nobody can write into ---------------------------------------------------------------

HOSTILE = [
    "Ana\r\nBcc: eve@evil.example\r\n\r\nHello",
    "Ana\nBcc: eve@evil.example",
    "Ana\rBcc: eve@evil.example",
    "Ana\u2028Bcc: eve@evil.example\x85Bcc: eve@evil.example\x0b\x0c\x00",
    "Ana =?utf-8?q?=0D=0ABcc:_eve=40evil.example?= Ruiz",
    "=?utf-8?b?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
    '"Ana" <eve@evil.example>, "Bob',
    "Ruiz, Ana (Reports); <eve@evil.example>",
    "Müller, Ana <eve@evil.example>",
    "Ana: eve@evil.example;",
    "back\\slash \" quote '",
    "A" * 200,
    "É" * 200,
    "Ana " * 100,
    "🙂 日本語 " * 30,
    "half \ud83d a pair",
    "Dr. Ana Ruiz-O'Neill [Reports] @ ETO",
    "-",
    "",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_header(mailbox: Mailbox, postbox: Postbox, hostile: str) -> None:
    """Whatever a name or subject holds, it stays one value, and nobody else gets the letter."""
    headers = LETTER.headers | {"X-Client": hostile}
    send(mailbox, replace(LETTER, to_name=hostile, subject=hostile, headers=headers))

    (message,) = postbox.received
    control = {ord(c): " " for c in "\r\n\x00\x0b\x0c\x85\u2028\ud83d"}
    shown = " ".join(hostile.translate(control).split())
    assert message["Subject"] == shown
    assert message["X-Client"] == shown
    name, address = parseaddr(message_from_bytes(postbox.raw[0])["To"])
    assert (str(make_header(decode_header(name))), address) == (shown, ANA)
    assert [to.addr_spec for to in message["To"].addresses] == postbox.recipients == [ANA]
    assert sorted(message.keys()) == sorted(
        [*headers, "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]
    )
    head = postbox.raw[0].partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 998


def test_many_cases(mailbox: Mailbox, postbox: Postbox) -> None:
    """A header with hundreds of numbers is folded and reads as it was."""
    cases = ", ".join(f"CASE-{number:06}" for number in range(500))

    send(mailbox, replace(LETTER, headers={"X-Case": cases}))

    assert postbox.received[0]["X-Case"] == cases
    assert max(len(line) for line in postbox.raw[0].split(b"\r\n")) <= 78


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "@client.example",
        "ana@",
        "ana@client.example\r\nRCPT TO:<eve@evil.example>",
        "ana@client.example>\r\nDATA",
        "ana@client.example, eve@evil.example",
        "Ana <ana@client.example>",
        "ana ruiz@client.example",
        "ana@eve@client.example",
        "ana\x00@client.example",
        "ana\ud800@client.example",
        "ana@client..example",
        f"ana@{'a' * 64}.example",
    ],
)
def test_no_address(mailbox: Mailbox, postbox: Postbox, address: str) -> None:
    """A recipient that is not an address is refused permanently, without asking the server."""
    with pytest.raises(Refused) as caught:
        send(mailbox, replace(LETTER, to=address))

    assert caught.value.code == "address"
    assert postbox.conversations == 0


def test_no_message(mailbox: Mailbox, postbox: Postbox) -> None:
    """A letter that no encoding can carry is refused for good."""
    with pytest.raises(Refused) as caught:
        send(mailbox, replace(LETTER, text="half \ud83d a pair"))

    assert caught.value.code == "message"
    assert postbox.conversations == 0


# --- letters that do not arrive ------------------------------------------------------------------


@pytest.mark.parametrize("where", ["to_recipient", "to_text"])
@pytest.mark.parametrize("answer", ["550 5.1.1 <ana@client.example>: unknown", "552 too large"])
def test_refused(mailbox: Mailbox, postbox: Postbox, where: str, answer: str) -> None:
    """A letter refused for good says so by code; the session goes on with the next one."""
    getattr(postbox, where).append(answer)

    with mailbox.open() as session:
        with pytest.raises(Refused) as caught:
            session.send(LETTER)
        session.send(replace(LETTER, to=BOB))

    assert caught.value.code == f"smtp-{answer[:3]}"
    assert postbox.recipients == [BOB]
    assert postbox.conversations == 1


@pytest.mark.parametrize("where", ["to_sender", "to_recipient", "to_text"])
def test_not_now(mailbox: Mailbox, postbox: Postbox, where: str) -> None:
    """A letter put off may be sent again; the session goes on with the next one."""
    getattr(postbox, where).append("451 4.3.0 <ana@client.example>: try again later")

    with mailbox.open() as session:
        with pytest.raises(NotNow, match="smtp-451"):
            session.send(LETTER)
        session.send(LETTER)

    assert postbox.recipients == [ANA]
    assert postbox.conversations == 1


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("to_sender", "550 sender unknown"),
        ("to_sender", "530 login first"),
        ("to_recipient", "530 login first"),
        ("to_recipient", "353 what now"),
    ],
)
def test_system(mailbox: Mailbox, postbox: Postbox, where: str, answer: str) -> None:
    """A no that is about us and not about the letter is not for good."""
    getattr(postbox, where).append(answer)

    not_now(mailbox)

    assert postbox.received == []


@pytest.mark.parametrize("where", ["to_sender", "to_recipient", "to_text"])
@pytest.mark.parametrize("answer", ["drop", "421 4.3.2 shutting down"])
def test_lost_within_a_letter(mailbox: Mailbox, postbox: Postbox, where: str, answer: str) -> None:
    """A connection lost within a letter puts that letter off; the next one gets a new one."""
    getattr(postbox, where).append(answer)

    with mailbox.open() as session:
        with pytest.raises(NotNow):
            session.send(LETTER)
        session.send(replace(LETTER, to=BOB))

    assert postbox.recipients == [BOB]


def test_lost_between_letters(mailbox: Mailbox, postbox: Postbox) -> None:
    """A connection lost between two letters is replaced without a word."""
    postbox.to_text.append("250 and hang up")

    send(mailbox, LETTER, replace(LETTER, to=BOB))

    assert postbox.recipients == [ANA, BOB]
    assert postbox.conversations == 2


def test_server_gone() -> None:
    """A server that is not there is worth another try."""
    with socket.socket() as nobody:
        nobody.bind((HOST, 0))
        port = nobody.getsockname()[1]

        assert "ConnectionRefusedError" in not_now(SmtpMailbox(f"smtp://{HOST}:{port}", SENDER))


def test_server_gone_within_a_session(postbox: Postbox) -> None:
    """A server that goes away within a session is worth another try."""
    with mail_server(postbox) as address:
        session = SmtpMailbox(f"smtp://{address}", SENDER).open()
        session.send(LETTER)
    with session, pytest.raises(NotNow):
        session.send(LETTER)

    assert postbox.recipients == [ANA]


def test_silent_server() -> None:
    """A server that says nothing is given up after the timeout."""
    with socket.create_server((HOST, 0)) as silent:
        port = silent.getsockname()[1]

        mailbox = SmtpMailbox(f"smtp://{HOST}:{port}", SENDER, timeout=0.05)
        assert "SMTPServerDisconnected" in not_now(mailbox)


# --- TLS and login -------------------------------------------------------------------------------


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


# --- the setting, and what is kept quiet ---------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:25",
        f"http://ana:{SECRET}@mail.example:25",
        f"smtp://ana:{SECRET}@:25",
        f"smtp://ana:{SECRET}@mail.example",
        f"smtp://ana:{SECRET}@mail.example:0",
        f"smtp://ana:{SECRET}@mail.example:70000",
        f"smtp://ana:{SECRET}@mail.example:smtp",
        f"smtp://ana:{SECRET}@mail.example:25/inbox",
        f"smtp://ana:{SECRET}@mail.example:25#{SECRET}",
        f"smtp://ana:{SECRET}@mail.example:25?starttls=maybe",
        f"smtp://ana:{SECRET}@mail.example:25?{SECRET}=true",
        f"smtp://ana:{SECRET}/@mail.example:25",
        f"smtp://ana:{SECRET}?@mail.example:25",
        f"smtp://ana:{SECRET}#@mail.example:25",
        f"smtp://ana:{SECRET}ü@mail.example:25",
        f"smtp://:{SECRET}@mail.example:25",
        "smtp://ana@mail.example:25",
        f"smtp://ana:{SECRET}@[mail.example:25",
        f"smtp://ana:{SECRET}@{'a' * 64}.example:25",
        f"smtps://ana:{SECRET}@mail.example:465?starttls=true",
    ],
)
def test_wrong_url(url: str) -> None:
    """A wrong URL is refused at once, naming the setting and never the password."""
    with pytest.raises(ValueError, match="DEFECTS_SMTP_URL") as caught:
        SmtpMailbox(url, SENDER)

    assert SECRET not in "".join(traceback.format_exception_only(caught.value))


@pytest.mark.parametrize("mail_from", ["", "support", "support@", "a@b@c", "Support <support>"])
def test_wrong_sender(mail_from: str) -> None:
    """A sender that is not an address is refused at once, naming the setting."""
    with pytest.raises(ValueError, match="DEFECTS_MAIL_FROM"):
        SmtpMailbox("smtp://mail.example:25", mail_from)


@pytest.mark.parametrize("where", ["to_sender", "to_recipient", "to_text"])
@pytest.mark.parametrize("answer", ["550 5.1.1 ana@client.example", "451 ana@client.example"])
def test_nothing_leaks(
    mailbox: Mailbox,
    postbox: Postbox,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    where: str,
    answer: str,
) -> None:
    """Neither errors nor logs hold an address or a text, not even one the server quotes."""
    caplog.set_level(logging.DEBUG)
    getattr(postbox, where).append(answer)

    with pytest.raises((Refused, NotNow)) as caught:
        send(mailbox, LETTER)

    ours = [record for record in caplog.records if not record.name.startswith("mail.")]
    said = "".join(traceback.format_exception(caught.value)) + "".join(capfd.readouterr())
    assert ours == [record for record in ours if record.name == "asyncio"]
    assert caught.value.__cause__ is None
    assert "client.example" not in said
    assert "resolved" not in said
