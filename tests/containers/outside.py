"""What people and programs elsewhere see of an installation: the ports that it publishes."""

import re
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.containers.place import HOST
from tests.portal.pages.installation import Forms

PATIENCE = 180.0
UI_PORT = 8443


def eventually(what: str, look: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """The first true answer; a request that failed counts as none.

    Raises:
        AssertionError: saying `what` did not come about in time.
    """
    give_up_at = time.monotonic() + patience
    while True:
        try:
            answer = look()
        except httpx.TransportError:
            answer = None
        if answer:
            return answer
        assert time.monotonic() < give_up_at, f"not within {patience} seconds: {what}"
        time.sleep(1)


class Visitor:
    """A browser somewhere, which trusts the proxy's authority and finds the host by its name."""

    def __init__(self, folder: Path) -> None:
        trusted = ssl.create_default_context(cafile=str(folder / "authority.crt"))
        self._http = httpx.Client(verify=trusted, timeout=60)

    def ask(self, method: str, path: str, port: int = 443, **more: Any) -> httpx.Response:
        """One request; where it leads is not followed."""
        named = HOST if port == 443 else f"{HOST}:{port}"
        headers = {"Host": named, **more.pop("headers", {})}
        return self._http.request(
            method,
            f"https://127.0.0.1:{port}{path}",
            headers=headers,
            extensions={"sni_hostname": HOST},
            **more,
        )

    @property
    def cookies(self) -> set[str]:
        """The names of those that it keeps."""
        return {cookie.name for cookie in self._http.cookies.jar}

    def fills_in(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Open a page, fill in the form that leads to `action`, and send it."""
        shown = self.ask("GET", page)
        assert shown.status_code == 200, (page, shown.text[:500])
        return self.ask("POST", action, data=Forms(shown.text).to(action) | fields)


def links_in(letters: list[dict[str, Any]], address: str) -> list[str]:
    """The paths of links to sign in that somebody was mailed."""
    found: list[str] = []
    for letter in letters:
        if letter["To"][0]["Address"] == address:
            found += re.findall(rf"https://{re.escape(HOST)}(/sign-in/\S+)", letter["Text"])
    return found
