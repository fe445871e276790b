"""A mail receiver for trying things out: takes every mail over real SMTP and keeps it as a file."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

LOOPBACK = "127.0.0.1"


class MailReceiver:
    """Keeps mails as `.eml` files in a folder, numbered as they came, and tells a listener."""

    def __init__(self, folder: Path, listener: Callable[[EmailMessage], None]) -> None:
        self._folder = folder
        self._listener = listener
        folder.mkdir(parents=True, exist_ok=True)
        self._count = len(list(folder.glob("*.eml")))

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """aiosmtpd's hook: one mail."""
        message = message_from_bytes(envelope.content, policy=default)
        if not isinstance(message, EmailMessage):
            return "554 not a message"
        self._count += 1
        about = message["X-Defect"] or message["X-Case"] or "mail"
        name = re.sub(r"[^A-Za-z0-9._-]+", "_", f"{message['X-Event']}-{about}")[:100]
        (self._folder / f"{self._count:05}-{name}.eml").write_bytes(envelope.content)
        self._listener(message)
        return "250 kept"


@contextmanager
def mail_receiver(
    folder: Path, listener: Callable[[EmailMessage], None], port: int = 0
) -> Iterator[str]:
    """Receive mail on loopback while the context lasts; yields the `smtp://` URL.

    Raises:
        OSError: the port is taken.
    """
    controller = Controller(
        MailReceiver(folder, listener), hostname=LOOPBACK, port=port or _free_port()
    )
    controller.start()
    try:
        yield f"smtp://{LOOPBACK}:{controller.port}"
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
