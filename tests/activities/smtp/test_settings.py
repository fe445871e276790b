"""The setting of the mail server, and what is kept quiet."""

import logging
import traceback

import pytest

from activities.adapters.smtp import SmtpMailbox
from activities.ports import Mailbox, NotNow, Refused
from tests.activities.smtp.mail_server import LETTER, SECRET, SENDER, Postbox, send


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
