"""Headers that nobody can write into."""

from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest

from activities.ports import Mailbox, Refused
from tests.activities.smtp.mail_server import ANA, LETTER, Postbox, send

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
