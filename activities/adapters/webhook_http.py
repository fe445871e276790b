"""Posts webhooks over HTTP: to the very address that was looked up and judged, and nowhere else.

A receiver's URL is text from outside. Its name is looked up for every attempt, every address is
judged, and the connection goes to one of those: between the look and the connection no name server
can put in another (DNS rebinding). The certificate is checked against the name.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx

from activities.adapters.public_addresses import is_public
from activities.webhook_ports import Answer, NoAnswer

TIMEOUT_SECONDS = 15
"""For all of it: the look-up, the connection, the answer's first line and headers."""
_CONNECT_SECONDS = 5
_ADDRESSES = 3
"""Addresses of a name that are tried before the attempt counts as failed."""
_READ = 16 * 1024
"""Bytes of an answer that are read, to use the connection again; with more it is closed."""
_READ_SECONDS = 1

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name. Raises OSError where it has none."""


class WebhookHttp:
    """`Poster` over HTTP/1.1. No proxy is used: it would look the name up once more.

    `allow_private` lets receivers be on private, loopback and link-local addresses, and speak
    HTTP without TLS. `close` ends the threads that look names up.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        # Threads of its own: a name server that does not answer holds up nobody else.
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="webhook-names")
        self._allow_private = allow_private
        self._resolve = resolve or self._look_up
        self._tls = tls or httpx.create_ssl_context()
        self._timeout = timeout

    def open(self) -> "Conversation":
        """Begin a conversation with one receiver.

        Its connections are its own: two names at one address would share what was agreed with one.
        """
        client = httpx.AsyncClient(
            verify=self._tls,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self._timeout, connect=_CONNECT_SECONDS),
        )
        return Conversation(client, self._resolve, self._allow_private, self._timeout)

    def close(self) -> None:
        """Wait for nothing that is still being looked up."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Conversation:
    """`Post` to one receiver."""

    def __init__(
        self, client: httpx.AsyncClient, resolve: Resolve, allow_private: bool, timeout: float
    ) -> None:
        self._client = client
        self._resolve = resolve
        self._allow_private = allow_private
        self._timeout = timeout

    async def __aenter__(self) -> "Conversation":
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post once. What is raised names no URL and no text.

        Raises:
            NoAnswer: `timeout`, `connection`, `certificate`, `no-such-host`, `private-address`,
                `not-https` or `url`.
        """
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._post(url, headers, body)
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
            raise NoAnswer("url") from None
        except httpx.TimeoutException:
            raise NoAnswer("timeout") from None
        except httpx.HTTPError as error:
            raise NoAnswer("certificate" if _is_tls(error) else "connection") from None
        await _drain(response)
        return Answer(response.status_code, _retry_after(response))

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> httpx.Response:
        named = httpx.URL(url)
        if named.scheme != "https" and not self._allow_private:
            raise NoAnswer("not-https")
        host = named.raw_host.decode()
        *others, last = await self._addresses(host, named.port or (443, 80)[named.scheme == "http"])
        to_name = dict(headers) | {"Host": named.netloc.decode()}
        for address in others:
            try:
                return await self._post_to(named.copy_with(host=address), host, to_name, body)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # Nothing was sent.
        return await self._post_to(named.copy_with(host=last), host, to_name, body)

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        """The first addresses of a name, where it has only such as anybody may be sent to."""
        try:
            found = await self._resolve(host, port)
        except OSError:
            found = []
        if not found:
            raise NoAnswer("no-such-host")
        if not self._allow_private and not all(is_public(address) for address in found):
            raise NoAnswer("private-address")
        return found[:_ADDRESSES]

    async def _post_to(
        self, url: httpx.URL, name: str, headers: Mapping[str, str], body: bytes
    ) -> httpx.Response:
        request = self._client.build_request(
            "POST", url, headers=headers, content=body, extensions={"sni_hostname": name}
        )
        return await self._client.send(request, stream=True)


async def _drain(response: httpx.Response) -> None:
    """Read a small answer to its end, without looking at it, and drop a large or slow one."""
    read = 0
    try:
        async with asyncio.timeout(_READ_SECONDS):
            async for chunk in response.aiter_raw():
                read += len(chunk)
                if read > _READ:
                    break
    except (TimeoutError, httpx.HTTPError):
        pass  # It has answered; what it adds to that is nothing to us.
    finally:
        await response.aclose()


def _is_tls(error: BaseException | None) -> bool:
    """Whether the other side could not prove who it is; httpx says so only in its causes."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _retry_after(response: httpx.Response) -> timedelta | None:
    """The advice of `Retry-After`; a date counts from the answer's own `Date`, not our clock."""
    advice = response.headers.get("Retry-After", "").strip()
    try:
        if advice.isascii() and advice.isdecimal():
            return timedelta(seconds=int(advice))
        sent_at = parsedate_to_datetime(response.headers.get("Date", ""))
        return max(parsedate_to_datetime(advice) - sent_at, timedelta())
    except (ValueError, TypeError, OverflowError):
        return None
