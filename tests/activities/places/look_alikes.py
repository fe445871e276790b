"""What chats, pagers and gateways answer, over HTTP on loopback, on good days and bad ones."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """What it answers to the next request; `drips` one byte of the body at a time until told."""

    status: int = 200
    body: bytes = b"ok"
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False
    drips: bool = False


@dataclass
class Asked:
    """A request as it came."""

    path: str
    body: dict[str, Any]


class LookAlike:
    """One that takes what is posted to it: an incoming webhook, a topic, a service of one's own."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Answer] = []
        """One for each request to come, the last one for all others."""
        self.over = threading.Event()
        """Ends what hangs."""
        look_alike = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers["Content-Length"]))
                look_alike.asked.append(Asked(self.path, json.loads(said)))
                look_alike.answer(self)

            def log_message(self, *_: object) -> None:
                """Nothing: what is told is not for the output of a test."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        """As is its turn."""
        last = len(self.answers) <= 1
        now = (self.answers[0] if last else self.answers.pop(0)) if self.answers else Answer()
        if now.hangs:
            self.over.wait(20)
            to.close_connection = True
            return
        try:
            to.send_response(now.status)
            for name, value in now.headers.items():
                to.send_header(name, value)
            if not now.drips:
                to.send_header("Content-Length", str(len(now.body)))
            to.end_headers()
            if not now.drips:
                to.wfile.write(now.body)
            while now.drips and not self.over.wait(0.02):
                to.wfile.write(b".")
        except OSError:
            pass  # Nobody reads on: that is what is tried.

    def close(self) -> None:
        """Let nobody wait for it."""
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def look_alike() -> Iterator[LookAlike]:
    """One, for a while."""
    server = LookAlike()
    try:
        yield server
    finally:
        server.close()
