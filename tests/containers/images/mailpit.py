#!/usr/bin/python3
"""Stands in for Mailpit: takes every mail at 1025, and shows it at 8025 by the same interface."""

import asyncio
import json
import os
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from aiosmtpd.controller import Controller

LETTERS: list[EmailMessage] = []


class Catcher:
    """Takes what comes."""

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        """Keep one mail."""
        LETTERS.append(message_from_bytes(envelope.content, policy=policy.default))
        del LETTERS[: -int(os.environ["MP_MAX_MESSAGES"])]
        return "250 OK"


def described(place: int) -> dict[str, object]:
    """One mail, as Mailpit describes it."""
    letter = LETTERS[place]
    text = letter.get_body(("plain",))
    return {
        "ID": str(place),
        "MessageID": letter["Message-ID"].strip("<>"),
        "To": [{"Address": to.addr_spec} for to in letter["To"].addresses],
        "Subject": letter["Subject"],
        "Text": text.get_content() if text else "",
    }


class Answers(BaseHTTPRequestHandler):
    """Mailpit's interface, as far as it is asked."""

    def do_GET(self) -> None:
        """All mails, newest first; one with its text, or its headers; whether it is ready."""
        url = urlsplit(self.path)
        asked = parse_qs(url.query)
        start, limit = int(asked.get("start", ["0"])[0]), int(asked.get("limit", ["50"])[0])
        match url.path.strip("/").split("/"):
            case ["readyz"]:
                body: object = "ok"
            case ["api", "v1", "messages"]:
                newest = range(len(LETTERS) - 1, -1, -1)[start : start + limit]
                body = {"total": len(LETTERS), "messages": [described(place) for place in newest]}
            case ["api", "v1", "message", place, "headers"]:
                letter = LETTERS[int(place)]
                body = {name: letter.get_all(name) for name in letter}
            case ["api", "v1", "message", place]:
                body = described(int(place))
            case _:
                body = None
        self.send_response(200 if body is not None else 404)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


if sys.argv[1:] == ["readyz"]:
    urlopen("http://127.0.0.1:8025/readyz", timeout=5).close()
else:
    asyncio.set_event_loop(asyncio.new_event_loop())
    Controller(Catcher(), hostname="0.0.0.0", port=1025).start()
    ThreadingHTTPServer(("", 8025), Answers).serve_forever()
