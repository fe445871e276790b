"""The Statuspage adapter against a page that speaks the real protocol on loopback HTTP."""

import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx
import pytest

from activities.adapters.statuspage import StatuspageApi
from activities.ports import NotNow, Refused, StatusPage
from domain.contract.effects import PostStatus
from domain.contract.values import Severity, Stage
from tests.statuspage_server import Incident, StatuspageServer

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MONDAY_NOON = "Mon, 02 Mar 2026 12:00:00 GMT"
KEY = "DEF-000045/S1-1"
SECRET_TEXT = "Orders of site Quillback are shown to other sites"


class Refs:
    """The cache, in memory; `forgetful` is one that was lost."""

    def __init__(self, *, forgetful: bool = False) -> None:
        self.known: dict[str, str] = {}
        self.forgetful = forgetful

    def find(self, incident_key: str) -> str | None:
        """What is known, unless it was lost."""
        return None if self.forgetful else self.known.get(incident_key)

    def remember(self, incident_key: str, external_id: str) -> None:
        """Keep it."""
        self.known[incident_key] = external_id


@pytest.fixture(params=[1, 0], ids=["pages-from-1", "pages-from-0"])
def either_count(request: pytest.FixtureRequest) -> Iterator[StatuspageServer]:
    """A page for each way its lists may count."""
    with StatuspageServer(first_page=request.param) as server:
        yield server


@pytest.fixture
def server() -> Iterator[StatuspageServer]:
    """The status page."""
    with StatuspageServer() as server:
        yield server


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client that no proxy of this machine gets between."""
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.fixture
def refs() -> Refs:
    """The cache of references, empty."""
    return Refs()


@pytest.fixture
def page(server: StatuspageServer, client: httpx.Client, refs: Refs) -> StatusPage:
    """The adapter, set up for the status page."""
    return an_api(server, client, refs)


def an_api(
    server: StatuspageServer, client: httpx.Client, refs: Refs, **changed: Any
) -> StatuspageApi:
    """The adapter with `changed` settings."""
    settings = {"base_url": server.url, "page_id": server.page_id, "api_key": server.api_key}
    return StatuspageApi(**{**settings, **changed}, client=client, refs=refs)


def an_effect(
    sequence: int = 3,
    stage: Stage | Literal["resolved"] = Stage.INVESTIGATING,
    *,
    body: str = "We are looking into it.",
    severity: Severity = Severity.S1,
    incident: str = KEY,
) -> PostStatus:
    """An effect of `DEF-000045`, by default its first."""
    return PostStatus(
        key=f"DEF-000045/{sequence}/defect.update",
        entity="DEF-000045",
        sequence=sequence,
        at=AT,
        incident=incident,
        name="Log-in fails",
        body=body,
        stage=stage,
        severity=severity,
    )


def impatient(method: str) -> httpx.Client:
    """A client that gives up at once on the answer to this method, and on no other."""

    def hurry(request: httpx.Request) -> None:
        if request.method == method:
            request.extensions["timeout"]["read"] = 0.01

    return httpx.Client(trust_env=False, event_hooks={"request": [hurry]})


def ours(server: StatuspageServer) -> list[Incident]:
    """The incidents this product has put on the page."""
    return [
        incident for incident in server.incidents if "defect_orchestrator" in incident["metadata"]
    ]


def bodies(incident: Incident) -> list[str]:
    """Its updates, oldest first."""
    return [update["body"] for update in reversed(incident["incident_updates"])]


def calls(server: StatuspageServer) -> list[str]:
    """The methods of all requests so far, in order."""
    return [request.method for request in server.requests]


# --- what is written ------------------------------------------------------------------------------


def test_first_effect_creates_the_incident(
    server: StatuspageServer, page: StatusPage, refs: Refs
) -> None:
    """The first effect puts an incident on the page with text, status, impact and our keys."""
    page.post(an_effect(), AT)

    (incident,) = server.incidents
    assert incident["metadata"]["defect_orchestrator"] == {
        "incident": KEY,
        "last": "DEF-000045/3/defect.update",
    }
    assert incident["name"] == "Log-in fails"
    assert incident["status"] == "investigating"
    assert incident["impact"] == "critical"
    assert bodies(incident) == ["We are looking into it."]
    assert incident["incident_updates"][0]["deliver_notifications"] is True
    assert refs.known == {KEY: incident["id"]}


def test_one_incident_through_its_life(server: StatuspageServer, page: StatusPage) -> None:
    """Later effects update the same incident, each with one text, and the last resolves it."""
    page.post(an_effect(3, Stage.INVESTIGATING, body="one"), AT)
    page.post(an_effect(5, Stage.IDENTIFIED, body="two"), AT)
    page.post(an_effect(9, "resolved", body="three"), AT)

    (incident,) = server.incidents
    assert bodies(incident) == ["one", "two", "three"]
    assert incident["status"] == "resolved"
    assert incident["resolved_at"] is not None


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        (Stage.INVESTIGATING, "investigating"),
        (Stage.IDENTIFIED, "identified"),
        (Stage.FIXING, "identified"),
        (Stage.VERIFYING, "monitoring"),
        ("resolved", "resolved"),
    ],
)
def test_status_of_each_stage(
    server: StatuspageServer,
    page: StatusPage,
    stage: Stage | Literal["resolved"],
    status: str,
) -> None:
    """Stages are told in the four words the page knows."""
    page.post(an_effect(3, body="one"), AT)
    page.post(an_effect(4, stage, body="two"), AT)

    assert [incident["status"] for incident in server.incidents] == [status]


@pytest.mark.parametrize(
    ("severity", "impact"),
    [
        (Severity.S1, "critical"),
        (Severity.S2, "major"),
        (Severity.S3, "minor"),
        (Severity.S4, "none"),
    ],
)
def test_impact_of_each_severity(
    server: StatuspageServer, page: StatusPage, severity: Severity, impact: str
) -> None:
    """The impact follows the severity, S1 is critical."""
    page.post(an_effect(severity=severity), AT)

    assert [incident["impact_override"] for incident in server.incidents] == [impact]


def test_foreign_metadata_survives(server: StatuspageServer, page: StatusPage) -> None:
    """What other tools keep in the incident's metadata survives an update, replaced or merged."""
    page.post(an_effect(3), AT)
    (incident,) = server.incidents
    server.edit(incident["id"], metadata={**incident["metadata"], "jira": {"issue_id": "ETO-1234"}})

    page.post(an_effect(4), AT)

    (incident,) = server.incidents
    assert incident["metadata"]["jira"] == {"issue_id": "ETO-1234"}
    assert incident["metadata"]["defect_orchestrator"]["last"] == "DEF-000045/4/defect.update"


def test_second_incident_of_a_defect(server: StatuspageServer, page: StatusPage) -> None:
    """A defect that becomes S1 again gets an incident of its own."""
    page.post(an_effect(3, incident="DEF-000045/S1-1"), AT)
    page.post(an_effect(8, incident="DEF-000045/S1-2"), AT)

    assert [
        incident["metadata"]["defect_orchestrator"]["incident"] for incident in server.incidents
    ] == ["DEF-000045/S1-1", "DEF-000045/S1-2"]


def test_cost_of_an_update(server: StatuspageServer, page: StatusPage) -> None:
    """An update costs two requests of the sixty a minute, however long the page's history."""
    page.post(an_effect(3), AT)
    server.add(150)
    server.requests.clear()

    page.post(an_effect(4), AT)

    assert calls(server) == ["GET", "PATCH"]


# --- the same effect again ------------------------------------------------------------------------


@pytest.mark.parametrize("forgetful", [False, True])
def test_repetition(server: StatuspageServer, client: httpx.Client, *, forgetful: bool) -> None:
    """An effect posted again changes nothing, whether or not the reference was kept."""
    page = an_api(server, client, Refs(forgetful=forgetful))
    for effect in (an_effect(3, body="one"), an_effect(4, Stage.VERIFYING, body="two")):
        page.post(effect, AT)
        before = server.incidents
        page.post(effect, AT)
        assert server.incidents == before

    assert [bodies(incident) for incident in server.incidents] == [["one", "two"]]


@pytest.mark.parametrize("fault", ["drop", "garble"])
def test_lost_answer_to_a_creation(
    server: StatuspageServer, page: StatusPage, fault: Literal["drop", "garble"]
) -> None:
    """A crash between the creation and its answer leaves one incident with one text."""
    server.fail_next(fault, method="POST")
    with pytest.raises(NotNow):
        page.post(an_effect(), AT)

    page.post(an_effect(), AT)

    (incident,) = server.incidents
    assert bodies(incident) == ["We are looking into it."]


@pytest.mark.parametrize("fault", ["drop", "garble"])
@pytest.mark.parametrize("stage", [Stage.FIXING, "resolved"])
def test_lost_answer_to_an_update(
    server: StatuspageServer,
    page: StatusPage,
    fault: Literal["drop", "garble"],
    stage: Stage | Literal["resolved"],
) -> None:
    """A crash between an update and its answer leaves the text there once."""
    page.post(an_effect(3, body="one"), AT)
    server.fail_next(fault, method="PATCH")
    with pytest.raises(NotNow):
        page.post(an_effect(4, stage, body="two"), AT)

    page.post(an_effect(4, stage, body="two"), AT)

    assert [bodies(incident) for incident in server.incidents] == [["one", "two"]]


def test_lost_answer_and_reference(server: StatuspageServer, client: httpx.Client) -> None:
    """A resolution is recognised even if its answer and the reference were lost."""
    page = an_api(server, client, Refs(forgetful=True))
    page.post(an_effect(3, body="one"), AT)
    server.fail_next("drop", method="PATCH")
    with pytest.raises(NotNow):
        page.post(an_effect(4, "resolved", body="two"), AT)

    page.post(an_effect(4, "resolved", body="two"), AT)

    assert [bodies(incident) for incident in server.incidents] == [["one", "two"]]


def test_creation_that_timed_out(server: StatuspageServer, page: StatusPage, refs: Refs) -> None:
    """A creation that was carried out but not answered in time is not repeated."""
    server.fail_next("stall", method="POST")
    with impatient("POST") as client, pytest.raises(NotNow, match="ReadTimeout"):
        an_api(server, client, refs).post(an_effect(), AT)
    server.wait_for_stall()

    page.post(an_effect(), AT)

    assert len(server.incidents) == 1


def test_old_news_never_covers_new(server: StatuspageServer, page: StatusPage) -> None:
    """A try believed dead that wakes up after later ones succeeded posts nothing."""
    page.post(an_effect(3, body="one"), AT)
    page.post(an_effect(10, "resolved", body="three"), AT)

    page.post(an_effect(9, Stage.FIXING, body="two"), AT)

    (incident,) = server.incidents
    assert bodies(incident) == ["one", "three"]
    assert incident["status"] == "resolved"


def test_cache_that_fails(server: StatuspageServer, client: httpx.Client) -> None:
    """A cache that fails right after the creation costs a second try, not a second incident."""

    class Broken(Refs):
        def remember(self, incident_key: str, external_id: str) -> None:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        an_api(server, client, Broken()).post(an_effect(), AT)

    an_api(server, client, Refs()).post(an_effect(), AT)

    assert len(server.incidents) == 1


# --- finding the incident -------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [Stage.FIXING, "resolved"])
def test_lost_reference_beyond_the_first_page(
    either_count: StatuspageServer, client: httpx.Client, stage: Stage | Literal["resolved"]
) -> None:
    """Without a reference an open incident is found behind 250 newer ones."""
    server, refs = either_count, Refs()
    an_api(server, client, Refs()).post(an_effect(3, body="one"), AT)
    server.add(250)

    an_api(server, client, refs).post(an_effect(4, stage, body="two"), AT)

    (incident,) = ours(server)
    assert bodies(incident) == ["one", "two"]
    assert refs.known == {KEY: incident["id"]}


@pytest.mark.parametrize("others", [0, 99, 100, 150, 199, 200, 350])
def test_resolved_incident_on_any_page(
    either_count: StatuspageServer, client: httpx.Client, others: int
) -> None:
    """Without a reference a resolved incident is found wherever the page breaks fall."""
    server = either_count
    page = an_api(server, client, Refs(forgetful=True))
    page.post(an_effect(3, body="one"), AT)
    page.post(an_effect(4, "resolved", body="two"), AT)
    server.add(others, status="resolved")

    page.post(an_effect(4, "resolved", body="two"), AT)
    page.post(an_effect(5, Stage.INVESTIGATING, body="three"), AT)

    assert [bodies(incident) for incident in ours(server)] == [["one", "two", "three"]]


def test_search_asks_for_full_pages(server: StatuspageServer, page: StatusPage) -> None:
    """Each list is asked for with the word it has for the page size, and for the most it gives."""
    page.post(an_effect(), AT)

    assert [request.query for request in server.requests if request.method == "GET"] == [
        {"per_page": "100"},
        {"limit": "100"},
    ]


def test_open_incidents_are_searched_first(server: StatuspageServer, client: httpx.Client) -> None:
    """The search for an open incident does not read the page's whole history."""
    page = an_api(server, client, Refs(forgetful=True))
    page.post(an_effect(3), AT)
    server.add(500, status="resolved")
    server.requests.clear()

    page.post(an_effect(4), AT)

    assert calls(server) == ["GET", "PATCH"]


def test_list_that_ignores_the_page_number() -> None:
    """The same full page repeated for ever, as a caching proxy may serve it, ends the search."""
    everything = [{"id": f"{number:012x}", "metadata": None} for number in range(100)]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(201, json={"id": "p31zjtct2jer"})
        return httpx.Response(200, json=everything)

    refs = Refs()
    with httpx.Client(transport=httpx.MockTransport(answer)) as stuck:
        StatuspageApi("http://page.invalid/v1", "p", "k", client=stuck, refs=refs).post(
            an_effect(), AT
        )

    assert refs.known == {KEY: "p31zjtct2jer"}


def test_reference_to_anothers_incident(
    server: StatuspageServer, page: StatusPage, refs: Refs
) -> None:
    """A wrong reference never lets us write on somebody else's incident."""
    (other,) = server.add(body="Their text")
    refs.remember(KEY, other["id"])

    page.post(an_effect(), AT)

    assert [bodies(incident) for incident in server.incidents] == [
        ["Their text"],
        ["We are looking into it."],
    ]
    assert refs.known[KEY] == server.incidents[1]["id"]


@pytest.mark.parametrize(
    "metadata",
    [{"defect_orchestrator": {}}, {"defect_orchestrator": {"incident": 7}}, {"jira": {}}],
)
def test_metadata_that_is_not_ours(
    server: StatuspageServer, page: StatusPage, metadata: dict[str, Any]
) -> None:
    """Incidents with no or strange metadata are passed over."""
    server.add(metadata=metadata)

    page.post(an_effect(), AT)

    assert len(server.incidents) == 2


# --- an incident that is not there ----------------------------------------------------------------


def test_update_without_a_creation(server: StatuspageServer, page: StatusPage) -> None:
    """An update whose creation never came through creates the incident as it stands."""
    page.post(an_effect(7, Stage.FIXING, body="A fix is in the works."), AT)

    (incident,) = server.incidents
    assert (incident["status"], bodies(incident)) == ("identified", ["A fix is in the works."])


def test_update_after_a_refused_creation(server: StatuspageServer, page: StatusPage) -> None:
    """After a refused creation the next update creates the incident."""
    server.fail_next(422, method="POST")
    with pytest.raises(Refused):
        page.post(an_effect(3), AT)

    page.post(an_effect(4, body="Still at it."), AT)

    assert [bodies(incident) for incident in server.incidents] == [["Still at it."]]


def test_resolution_of_an_unseen_incident(server: StatuspageServer, page: StatusPage) -> None:
    """The resolution of an incident nobody saw creates nothing."""
    page.post(an_effect(7, "resolved"), AT)

    assert server.incidents == []


def test_update_after_deletion_by_hand(
    server: StatuspageServer, page: StatusPage, refs: Refs
) -> None:
    """An incident deleted by hand is created anew by the next update, and known from then on."""
    page.post(an_effect(3, body="one"), AT)
    server.delete(refs.known[KEY])

    page.post(an_effect(4, body="two"), AT)
    page.post(an_effect(5, body="three"), AT)

    (incident,) = server.incidents
    assert bodies(incident) == ["two", "three"]
    assert refs.known[KEY] == incident["id"]


def test_resolution_after_deletion_by_hand(
    server: StatuspageServer, page: StatusPage, refs: Refs
) -> None:
    """An incident deleted by hand is not brought back to be resolved."""
    page.post(an_effect(3), AT)
    server.delete(refs.known[KEY])

    page.post(an_effect(4, "resolved"), AT)

    assert server.incidents == []


def test_reference_to_nothing(server: StatuspageServer, page: StatusPage, refs: Refs) -> None:
    """Where the reference leads nowhere the incident is found by its key."""
    page.post(an_effect(3, body="one"), AT)
    external_id = refs.known[KEY]
    refs.remember(KEY, "?limit=1")

    page.post(an_effect(4, body="two"), AT)

    assert [bodies(incident) for incident in server.incidents] == [["one", "two"]]
    assert refs.known[KEY] == external_id


def test_deletion_during_an_update(server: StatuspageServer, page: StatusPage, refs: Refs) -> None:
    """An incident deleted between our reading and writing it is made anew by the next try."""
    page.post(an_effect(3, body="one"), AT)
    server.fail_next(404, method="PATCH")
    with pytest.raises(NotNow, match="lost the incident"):
        page.post(an_effect(4, body="two"), AT)
    server.delete(refs.known[KEY])

    page.post(an_effect(4, body="two"), AT)

    assert [bodies(incident) for incident in server.incidents] == [["two"]]


# --- refusals and delays --------------------------------------------------------------------------


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


# --- what nobody else may see ---------------------------------------------------------------------


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
