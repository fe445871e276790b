"""Neither key nor text ends up where somebody else may see it."""

import logging
import traceback
from typing import Literal

import httpx
import pytest

from activities.adapters.statuspage import StatuspageApi
from activities.ports import NotNow, Refused, StatusPage
from tests.activities.statuspage.page import AT, Refs, an_api, an_effect
from tests.statuspage_server import StatuspageServer

SECRET_TEXT = "Orders of site Quillback are shown to other sites"


@pytest.mark.parametrize("fault", [302, 401, 422, 429, 500, "drop", "garble"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_leaks(
    server: StatuspageServer,
    page: StatusPage,
    caplog: pytest.LogCaptureFixture,
    fault: int | Literal["drop", "garble"],
    method: str,
) -> None:
    """Neither texts nor the key reach logs, errors or tracebacks."""
    caplog.set_level(logging.DEBUG)
    server.fail_next(fault, method=method)

    with pytest.raises((Refused, NotNow)) as caught:
        page.post(an_effect(body=SECRET_TEXT), AT)

    shown = "".join(traceback.format_exception(caught.value))
    assert "During handling of the above exception" not in shown
    told = caplog.text + shown + repr(caught.value)
    assert SECRET_TEXT not in told
    assert "Log-in fails" not in told
    assert server.api_key not in told


def test_redirects_are_not_followed(server: StatuspageServer, refs: Refs) -> None:
    """A redirect carries nothing elsewhere, even where the client would follow it."""
    willing = httpx.Client(trust_env=False, follow_redirects=True)
    with StatuspageServer() as elsewhere, willing:
        server.fail_next(302, headers={"Location": f"{elsewhere.url}/pages/x/incidents"})
        with pytest.raises(Refused):
            an_api(server, willing, refs).post(an_effect(), AT)

        assert elsewhere.requests == []


@pytest.mark.parametrize("api_key", ["key\n", "clé", "key\r\nX-Admin: 1"])
def test_key_that_is_no_header(api_key: str) -> None:
    """A key that cannot be sent is reported at the start, without showing it."""
    with pytest.raises(ValueError, match="api_key must be one line of ASCII") as caught:
        StatuspageApi("http://page.invalid/v1", "p", api_key, refs=Refs())

    assert api_key not in str(caught.value)


def test_own_client(server: StatuspageServer, refs: Refs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a client it brings and closes its own; a slash after the base URL does no harm."""
    monkeypatch.setenv("NO_PROXY", "*")
    page = StatuspageApi(f"{server.url}/", server.page_id, server.api_key, refs=refs)

    page.post(an_effect(), AT)
    page.close()

    assert len(server.incidents) == 1
    with pytest.raises(RuntimeError, match="closed"):
        page.post(an_effect(), AT)


def test_given_client(server: StatuspageServer, client: httpx.Client, refs: Refs) -> None:
    """A client that was given is left open."""
    an_api(server, client, refs).close()

    assert not client.is_closed
