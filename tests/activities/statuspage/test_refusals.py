"""What is refused for good, what is tried again, and for how long anybody waits."""

from datetime import timedelta

import httpx
import pytest

from activities.adapters.statuspage import StatuspageApi
from activities.ports import NotNow, Refused, StatusPage
from tests.activities.statuspage.page import AT, KEY, Refs, an_api, an_effect, bodies, impatient
from tests.statuspage_server import StatuspageServer

MINUTE = timedelta(minutes=1)
MONDAY_NOON = "Mon, 02 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 405, 422])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_refusals(server: StatuspageServer, page: StatusPage, status: int, method: str) -> None:
    """What no retry can cure is refused with the status in the code."""
    server.fail_next(status, method=method, headers={"Location": server.url})

    with pytest.raises(Refused) as caught:
        page.post(an_effect(), AT)

    assert caught.value.code == f"statuspage-{status}"
    assert server.incidents == []


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_refused_update(server: StatuspageServer, page: StatusPage, status: int) -> None:
    """A refused update leaves the incident as it was."""
    page.post(an_effect(3, body="one"), AT)
    server.fail_next(status, method="PATCH")

    with pytest.raises(Refused) as caught:
        page.post(an_effect(4, body="two"), AT)

    assert caught.value.code == f"statuspage-{status}"
    assert [bodies(incident) for incident in server.incidents] == [["one"]]


def test_wrong_key(server: StatuspageServer, client: httpx.Client, refs: Refs) -> None:
    """A wrong API key is refused."""
    with pytest.raises(Refused) as caught:
        an_api(server, client, refs, api_key="of-another-page").post(an_effect(), AT)

    assert caught.value.code == "statuspage-401"


@pytest.mark.parametrize("known", [False, True])
def test_wrong_page(
    server: StatuspageServer, client: httpx.Client, refs: Refs, *, known: bool
) -> None:
    """A page that does not exist is refused, not taken for a deleted incident."""
    if known:
        refs.remember(KEY, "p31zjtct2jer")

    with pytest.raises(Refused) as caught:
        an_api(server, client, refs, page_id="no such/page").post(an_effect(), AT)

    assert caught.value.code == "statuspage-404"
    root = "/v1/pages/no%20such%2Fpage/incidents"
    assert [request for request in server.requests if not request.path.startswith(root)] == []


def test_invalid_content(server: StatuspageServer, page: StatusPage) -> None:
    """Content the API does not take is refused."""
    with pytest.raises(Refused) as caught:
        page.post(an_effect(body="x" * 25_001), AT)

    assert caught.value.code == "statuspage-422"
    assert server.incidents == []


@pytest.mark.parametrize("status", [408, 420, 425, 429, 500, 502, 503, 504])
def test_what_may_pass(server: StatuspageServer, page: StatusPage, status: int) -> None:
    """What may pass is for later, and later it works."""
    server.fail_next(status)
    server.fail_next(status, headers={"Retry-After": "60"})
    for advice in (None, MINUTE):
        with pytest.raises(NotNow) as caught:
            page.post(an_effect(), AT)
        assert caught.value.retry_after == advice

    page.post(an_effect(), AT)

    assert len(server.incidents) == 1


@pytest.mark.parametrize(
    ("advice", "wait"),
    [
        ("60", MINUTE),
        (" 0 ", timedelta()),
        ("Mon, 02 Mar 2026 12:01:00 GMT", MINUTE),
        ("Mon, 02 Mar 2026 11:59:00 GMT", timedelta()),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("9" * 30, None),
        ("9" * 5_000, None),
        ("Mon, 02 Mar 2026 12:01:00 -0000", None),
    ],
)
def test_retry_after(
    server: StatuspageServer, page: StatusPage, advice: str, wait: timedelta | None
) -> None:
    """`Retry-After` is passed on, in seconds or as a date by the server's clock; not nonsense."""
    server.fail_next(429, headers={"Retry-After": advice, "Date": MONDAY_NOON})

    with pytest.raises(NotNow) as caught:
        page.post(an_effect(), AT)

    assert caught.value.retry_after == wait


def test_retry_after_a_date_by_an_unknown_clock(server: StatuspageServer, page: StatusPage) -> None:
    """A date is no advice where the server does not say what time it has."""
    server.fail_next(429, headers={"Retry-After": MONDAY_NOON, "Date": ""})

    with pytest.raises(NotNow) as caught:
        page.post(an_effect(), AT)

    assert caught.value.retry_after is None


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_timeout(server: StatuspageServer, refs: Refs, method: str) -> None:
    """A page that does not answer in time is for later."""
    server.fail_next("stall", method=method)

    with impatient(method) as client, pytest.raises(NotNow, match="ReadTimeout"):
        an_api(server, client, refs).post(an_effect(), AT)


@pytest.mark.parametrize("client_timeout", [None, 3600])
def test_patience_has_an_end(client_timeout: float | None) -> None:
    """Every request has timeouts of its own, whatever the client was set to."""
    timeouts: list[dict[str, float | None]] = []

    def serve(request: httpx.Request) -> httpx.Response:
        timeouts.append(request.extensions["timeout"])
        return httpx.Response(200, json={"id": "p31zjtct2jer"} if request.content else [])

    transport = httpx.MockTransport(serve)
    with httpx.Client(transport=transport, timeout=client_timeout) as client:
        page = StatuspageApi("http://page.invalid/v1", "p", "k", client=client, refs=Refs())
        page.post(an_effect(), AT)

    assert [timeout for timeout in timeouts if not 0 < (timeout["read"] or 0) <= 30] == []
    assert len(timeouts) == 3


def test_out_of_reach(client: httpx.Client, refs: Refs) -> None:
    """A page that is out of reach is for later."""
    with StatuspageServer() as closed:
        page = an_api(closed, client, refs)

    with pytest.raises(NotNow, match="ConnectError"):
        page.post(an_effect(), AT)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>Maintenance</html>",
        b"\xff\xfe\xfd",
        b"null",
        b"7",
        b"{}",
        b"[7]",
        b'[{"id":7}]',
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_senseless_answers(answer: bytes, method: str) -> None:
    """A 200 with anything but what was asked for, as proxies serve, is for later."""
    incident = {"id": "p31zjtct2jer", "metadata": {"defect_orchestrator": {"incident": KEY}}}

    def serve(request: httpx.Request) -> httpx.Response:
        if request.method == method:
            return httpx.Response(200, content=answer)
        return httpx.Response(200, json=[incident] if method == "PATCH" else [])

    with httpx.Client(transport=httpx.MockTransport(serve)) as client:
        page = StatuspageApi("http://page.invalid/v1", "p", "k", client=client, refs=Refs())
        with pytest.raises(NotNow):
            page.post(an_effect(), AT)
