"""Hands letters to a mail server, over one SMTP connection per session.

What the server says of a letter's recipient or text is about that letter: 5xx is `Refused`, 4xx
`NotNow`. Everything else (no connection, no TLS, no login, a sender it does not accept) is about
the system and can be cured, so it is `NotNow`. No error carries the server's own words: servers
like to quote addresses.
"""

import re
import smtplib
import ssl
import textwrap
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import parseaddr
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from activities.bounce_address import BounceAddress
from activities.ports import Letter, NotNow, Refused
from domain.addresses import ascii_domain

_FORM = "smtp://[user:password@]host:port[?starttls=true] or smtps://[user:password@]host:port"
# Quoted-printable or base64, never bare 8-bit: not every server on the way announces 8BITMIME.
_POLICY = SMTP.clone(cte_type="7bit")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_SIMPLE_NAME = re.compile(r"[A-Za-z0-9 '-]{1,60}")
_NOT_IN_ADDRESSES = re.compile(r'[\s<>,;:"()\[\]\\@]')
_NO_BREAK = "\N{NO-BREAK SPACE}"
_COLUMNS = 76
"""Where headers are folded."""
_WORD = 900
"""Characters of a word that may stand on a line by itself; a line has 998 at most."""
_LOGIN_WANTED = frozenset({530, 534, 535, 538})
"""Replies about our login, whatever they answer."""


@dataclass(frozen=True, slots=True)
class _Server:
    """Where the mail server is and how to get in."""

    host: str
    port: int
    tls_from_the_start: bool = False
    starttls: bool = False
    user: str | None = None
    password: str = field(default="", repr=False)


class SmtpMailbox:
    """A `Mailbox` on the mail server at `url`; letters come from `mail_from`.

    `url` is `smtp://[user:password@]host:port[?starttls=true]`, or `smtps://` for TLS from the
    start; user and password are percent-encoded. Certificates are checked against the system's
    authorities (`SSL_CERT_FILE` names others). With `starttls=true` no letter and no password
    leaves in clear: a server that does not offer it gets none. `timeout` (seconds) bounds the
    connection and each answer. Reports about letters go to an address made of `bounce_address`,
    or else to `mail_from`.

    Raises:
        ValueError: naming the setting that is wrong; the URL is not shown, it holds a password.
    """

    def __init__(
        self,
        url: str,
        mail_from: str,
        timeout: float = 30.0,
        bounce_address: str | None = None,
    ) -> None:
        self._server = _server(url)
        self._sender = _sender(mail_from)
        self._reports_to = BounceAddress(bounce_address) if bounce_address else None
        self._timeout = timeout

    def open(self) -> "SmtpSession":
        """Begin a conversation; the connection is made when the first letter is sent."""
        return SmtpSession(self._server, self._sender, self._timeout, self._reports_to)


class SmtpSession:
    """One conversation: it connects at the first letter, and again once the connection is lost."""

    def __init__(
        self,
        server: _Server,
        sender: Address,
        timeout: float,
        reports_to: BounceAddress | None = None,
    ) -> None:
        self._server = server
        self._sender = sender
        self._reports_to = reports_to
        self._timeout = timeout
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        # After an error the server may be in the middle of a letter, where QUIT would be text.
        if self._connection is not None and exc[0] is None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
        self._hang_up()

    def send(self, letter: Letter) -> None:
        """Hand over one letter.

        Raises:
            Refused: it will never be taken; `code` is `smtp-550` and the like, or `address`,
                `message`, `smtputf8` for a letter that no server was asked to take.
            NotNow: it may be taken later.
        """
        recipient = _recipient(letter)
        content = _content(letter, self._sender, recipient)
        connection = self._connected()
        options: tuple[str, ...] = ()
        if _international(self._sender, recipient):
            if not connection.has_extn("smtputf8"):
                raise Refused("smtputf8", "the mail server accepts ASCII addresses only")
            options = ("SMTPUTF8", "BODY=8BITMIME")
        # `from None`: what smtplib raises holds the address and what the server said of it.
        try:
            connection.sendmail(
                self._envelope_sender(letter), [recipient.addr_spec], content, mail_options=options
            )
        except smtplib.SMTPRecipientsRefused as refusal:
            ((code, _),) = refusal.recipients.values()
            raise _answer(code, "recipient") from None
        except smtplib.SMTPDataError as refusal:
            raise _answer(refusal.smtp_code, "message") from None
        except smtplib.SMTPSenderRefused as refusal:
            raise NotNow(f"smtp-{refusal.smtp_code}: sender not accepted") from None
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise NotNow(f"mail server lost: {_kind(error)}") from None

    def _envelope_sender(self, letter: Letter) -> str:
        if self._reports_to is None:
            return self._sender.addr_spec
        return self._reports_to.of_letter(letter.message_id)

    def _connected(self) -> smtplib.SMTP:
        """The connection, clean for a new letter; a new one where there is none any more."""
        if self._connection is not None:
            # RSET forgets what a refused letter left behind, and tells whether anybody listens.
            with suppress(smtplib.SMTPException, OSError):
                code, _ = self._connection.rset()
                if code == 250:
                    return self._connection
            self._hang_up()
        try:
            self._connection = connection = self._greeted()
            if self._server.starttls:
                connection.starttls(context=ssl.create_default_context())
            if self._server.user is not None:
                connection.login(self._server.user, self._server.password)
            connection.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise NotNow(f"mail server does not answer: {_kind(error)}") from None
        return connection

    def _greeted(self) -> smtplib.SMTP:
        """A connection on which the server has said hello, and nothing else was said yet."""
        host, port = self._server.host, self._server.port
        if self._server.tls_from_the_start:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=context)
        return smtplib.SMTP(host, port, timeout=self._timeout)

    def _hang_up(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
        self._connection = None


# --- what the server answers ---------------------------------------------------------------------


def _answer(code: int, about: str) -> Refused | NotNow:
    """What a reply code says of one letter."""
    if 500 <= code < 600 and code not in _LOGIN_WANTED:
        return Refused(f"smtp-{code}", f"the mail server refused the {about}")
    of_recipient = about == "recipient" and code not in _LOGIN_WANTED
    return NotNow(f"smtp-{code}: {about} not accepted now", of_recipient=of_recipient)


def _kind(error: Exception) -> str:
    """An error in one word without the server's own: `SMTPAuthenticationError smtp-535`."""
    code = f" smtp-{error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""
    return f"{type(error).__name__}{code}"


# --- the letter as a message ---------------------------------------------------------------------


class _Header(str):
    """A header whose ASCII text the email package writes as it is.

    Its own reader decodes encoded words in what it is given, so that one which hides a line break
    starts a header of its own (CVE-2024-6923); its own writer loses the quotes around long names.
    """

    name: str

    def __new__(cls, name: str, text: str) -> Self:
        """`text` has no line breaks."""
        header = super().__new__(cls, text)
        header.name = name
        return header

    def fold(self, *, policy: Policy) -> str:  # noqa: ARG002 - as the email package calls it
        """The header on as many lines as it needs, none of them without a word."""
        lines = textwrap.wrap(
            f"{self.name}:{_NO_BREAK}{self}",
            _COLUMNS,
            subsequent_indent=" ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        return "".join(f"{line}\r\n" for line in lines).replace(_NO_BREAK, " ", 1)


def _text_header(name: str, value: str) -> _Header:
    """Free text on one line, in encoded words (RFC 2047) unless it is plain ASCII."""
    line = _line(value)
    plain = line.isascii() and "=?" not in line and all(len(w) <= _WORD for w in line.split())
    return _Header(name, line if plain else _encoded(name, line))


def _address_header(name: str, address: Address) -> _Header:
    """`Name <address>`; any name but the simplest goes in encoded words, so it needs no quotes."""
    person = address.display_name
    if not person:
        return _Header(name, address.addr_spec)
    shown = person if _SIMPLE_NAME.fullmatch(person) else _encoded(name, person)
    return _Header(name, f"{shown} <{address.addr_spec}>")


def _encoded(name: str, line: str) -> str:
    words = Header(line, "utf-8", maxlinelen=_COLUMNS, header_name=name).encode().split()
    return " ".join(words)


def _content(letter: Letter, sender: Address, recipient: Address) -> bytes:
    """The letter as it goes over the wire.

    Raises:
        Refused: where no mail can be made of it.
    """
    message = EmailMessage(policy=_POLICY.clone(utf8=_international(sender, recipient)))
    try:
        message["From"] = _address_header("From", sender)
        message["To"] = _address_header("To", recipient)
        message["Subject"] = _text_header("Subject", letter.subject)
        message["Date"] = letter.at
        message["Message-ID"] = _text_header("Message-ID", letter.message_id)
        for name, value in letter.headers.items():
            message[name] = _text_header(name, value)
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message.as_bytes()
    except (MessageError, ValueError):
        raise Refused("message", "cannot build a MIME message of this email") from None


def _line(value: str) -> str:
    """One line without control characters: a value can neither end its header nor start another."""
    return " ".join(_UNPRINTABLE.sub(" ", value).split())


def _recipient(letter: Letter) -> Address:
    try:
        return _address(letter.to_name or "", letter.to)
    except ValueError:
        raise Refused("address", "the recipient's address is not a valid email address") from None


def _sender(mail_from: str) -> Address:
    try:
        return _address(*parseaddr(mail_from))
    except ValueError:
        raise ValueError(
            f"DEFECTS_MAIL_FROM: {mail_from!r} is not an address such as support@vendor.example"
        ) from None


def _address(name: str, address: str) -> Address:
    """An address whose domain is ASCII; what stands before the `@` may be anything printable.

    Raises:
        ValueError: where it is none.
    """
    local, _, domain = address.rpartition("@")
    if not local or not domain or _NOT_IN_ADDRESSES.search(local + domain):
        raise ValueError("not an address")
    if not local.isprintable():
        raise ValueError("control characters in an address")
    ascii_only = ascii_domain(domain)
    if not ascii_only.isprintable():
        raise ValueError("control characters in an address")
    return Address(_line(name), local, ascii_only)


def _international(*addresses: Address) -> bool:
    """Whether these addresses need SMTPUTF8 (RFC 6531)."""
    return not all(address.username.isascii() for address in addresses)


# --- the setting ---------------------------------------------------------------------------------


def _server(url: str) -> _Server:
    try:
        parts = urlsplit(url)
        host, port = ascii_domain(parts.hostname) if parts.hostname else "", parts.port
    except ValueError:
        raise _wrong("host or port cannot be read") from None
    if parts.scheme not in {"smtp", "smtps"}:
        raise _wrong("it does not start with smtp:// or smtps://")
    if not host or not port:
        raise _wrong("host or port is missing")
    if parts.path.strip("/") or parts.fragment:
        raise _wrong("something follows the port; in a password, / ? # @ : are percent-encoded")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    starttls = options.pop("starttls", "false").lower()
    if options or starttls not in {"true", "false"}:
        raise _wrong("the only option is starttls, true or false")
    tls_from_the_start = parts.scheme == "smtps"
    if tls_from_the_start and starttls == "true":
        raise _wrong("smtps:// is TLS from the start, so starttls cannot follow")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise _wrong("give both user and password, or neither")
    if not (user + password).isascii():
        raise _wrong("user and password must be ASCII")
    return _Server(host, port, tls_from_the_start, starttls == "true", user or None, password)


def _wrong(problem: str) -> ValueError:
    return ValueError(f"DEFECTS_SMTP_URL: {problem}. It has the form {_FORM}")
