"""Tells staff at places by `apprise`: chats, pagers, gateways to SMS, webhooks.

Of a message apprise says only that it went, or that it did not. So what the other side answers is
noted where it comes in: apprise sends by `requests.post` and its like, which make a session for
each request, and these are `_Session`. For whoever else sends so they are as any other.

Of what does not go over HTTP, or is refused in an answer that says 200, no more is known than that
it did not go: it may later.
"""

import io
import logging
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import apprise
import requests.sessions
from pydantic import SecretStr

from activities.ports import Letter, NotNow, Refused
from domain.staff_places import variable_of

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
"""For each piece of an answer."""
ANSWER_SECONDS = 15.0
"""For all of an answer that comes in pieces: what has come by then is what it says."""
SECONDS = 30.0
"""For a message. Then it counts as not sent, whatever becomes of it."""
_READ = 64 * 1024
"""Bytes of an answer that are read."""
_LATER = frozenset({408, 421, 425, 429})
"""Of 3xx and 4xx: what the other side may take another time."""


@dataclass
class _Call:
    """What was answered to one message."""

    ends_at: float
    status: int | None = None
    """Of the last request; None without an answer."""
    retry_after: timedelta | None = None


_call: ContextVar[_Call | None] = ContextVar("call", default=None)


class _Session(requests.sessions.Session):
    """Notes what was answered to a message, and reads no more of it than it may have to."""

    def send(self, request: Any, **options: Any) -> Any:
        """As that of any session, where no message is being sent."""
        call = _call.get()
        if call is None:
            return super().send(request, **options)
        call.status = call.retry_after = None
        answer = super().send(request, **options | {"stream": True})
        read = bytearray()
        # Whatever there is: `iter_content` would wait for pieces of one size.
        while piece := answer.raw.read1(4096, decode_content=True):
            read += piece
            if len(read) > _READ or time.monotonic() > call.ends_at:
                break
        answer.close()
        call.status, call.retry_after = answer.status_code, _retry_after(answer.headers)
        known = requests.Response()
        for name in ("status_code", "reason", "url", "headers", "encoding", "request"):
            setattr(known, name, getattr(answer, name))
        known.raw = io.BytesIO(bytes(read[:_READ]))
        return known


class ApprisePlaces:
    """`Places`: what apprise speaks at the URL of each name.

    Raises:
        ValueError: apprise can do nothing with a URL; it is not shown, as it holds secrets.
    """

    def __init__(self, urls: Mapping[str, SecretStr]) -> None:
        # What it logs has URLs in it, and topics, and what was answered.
        logger = logging.getLogger("apprise")
        logger.propagate = False
        logger.addHandler(logging.NullHandler())
        requests.sessions.Session = _Session  # type: ignore[misc]
        self._urls = dict(urls)
        for name in self._urls:
            try:
                self._service(name)
            except Exception:  # noqa: BLE001 - each service has its own, with parts of the URL
                raise ValueError(
                    f"{variable_of(name)}: must be one URL that apprise knows, with all it needs, "
                    "such as slack://tokenA/tokenB/tokenC; see its page of that service"
                ) from None

    def tell(self, place: str, letter: Letter) -> None:
        """Hand over a letter's subject and text, shortened where the place has a limit.

        Raises:
            Refused: it will never be taken so; `code` is `http-404` and the like.
            NotNow: it may be taken later, as far as is known.
        """
        call = _Call(time.monotonic() + ANSWER_SECONDS)
        token = _call.set(call)
        try:
            sender = apprise.Apprise(self._service(place), asset=_asset())
            went = sender.notify(
                title=letter.subject,
                body=letter.text,
                body_format=apprise.NotifyFormat.TEXT,
                notify_type=apprise.NotifyType.WARNING,
            )
        except Exception as error:  # noqa: BLE001 - whatever a service runs into
            raise NotNow(f"apprise failed: {type(error).__name__}") from None
        finally:
            _call.reset(token)
        if went:
            return
        status = call.status
        if status is not None and 300 <= status < 500 and status not in _LATER:
            raise Refused(f"http-{status}", f"the place answered {status}")
        raise NotNow(f"the place answered {status or 'nothing'}", call.retry_after)

    def _service(self, name: str) -> Any:
        """A new one for each message: it remembers what was sent, and when."""
        url = self._urls[name].get_secret_value()
        service = apprise.Apprise.instantiate(url, asset=_asset(), suppress_exceptions=False)
        if service is None:
            raise ValueError(name)
        if service.overflow_mode == apprise.OverflowMode.UPSTREAM:
            service.overflow_mode = apprise.OverflowMode.TRUNCATE
        service.socket_connect_timeout = CONNECT_SECONDS
        service.socket_read_timeout = READ_SECONDS
        service.retry = 0  # The lane does that, and tells support of it.
        return service


def _asset() -> Any:
    return apprise.AppriseAsset(
        app_id="Support",
        async_mode=False,
        http_redirects=False,
        service_timeout=SECONDS,
        storage_mode="memory",
    )


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The advice of `Retry-After`, in the form of seconds that chats and pagers give it."""
    advice = headers.get("Retry-After", "").strip()
    return timedelta(seconds=int(advice)) if advice.isascii() and advice.isdecimal() else None
