"""What another server answers, read within bounds: JSON objects of a moderate size."""

import json
from collections.abc import Mapping
from typing import Any

import httpx2

BYTES = 256 * 1024
"""Of one answer: descriptions and keys of providers have some thousand."""


class NoAnswer(Exception):  # noqa: N818 - it is an answer
    """The provider is down, slow, or answers what is none; `why` is a word for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Bounded(httpx2.AsyncBaseTransport):
    """Lets nothing through but whole JSON objects within the bound, whoever reads them then."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request.

        Raises:
            NoAnswer: there is no such answer.
        """
        # What is compressed has no bound that could be read off.
        request.headers["Accept-Encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        try:
            body = await _read(response)
        finally:
            await response.aclose()
        if response.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR or response.is_redirect:
            raise NoAnswer(f"status-{response.status_code}")
        if not _is_object(body):
            raise NoAnswer("no-json")
        return httpx2.Response(response.status_code, content=body)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


async def document(client: Any, url: str, access_token: object = None) -> Mapping[str, Any]:
    """The JSON object at an address, which one may have to show an access token to.

    Raises:
        NoAnswer: there is none.
    """
    headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
    response = await client.request("GET", url, headers=headers, withhold_token=True)
    if not response.is_success:
        raise NoAnswer(f"status-{response.status_code}")
    found: Mapping[str, Any] = response.json()
    return found


async def _read(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > BYTES:
            raise NoAnswer("too-large")
    return bytes(body)


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False
