"""How an incident is found again, and what happens where it is gone."""

from collections.abc import Iterator
from typing import Any, Literal

import httpx
import pytest

from activities.adapters.statuspage import StatuspageApi
from activities.ports import NotNow, Refused, StatusPage
from domain.contract.values import Stage
from tests.activities.statuspage.page import AT, KEY, Refs, an_api, an_effect, bodies, calls
from tests.statuspage_server import Incident, StatuspageServer


@pytest.fixture(params=[1, 0], ids=["pages-from-1", "pages-from-0"])
def either_count(request: pytest.FixtureRequest) -> Iterator[StatuspageServer]:
    """A page for each way its lists may count."""
    with StatuspageServer(first_page=request.param) as server:
        yield server


def ours(server: StatuspageServer) -> list[Incident]:
    """The incidents this product has put on the page."""
    return [
        incident for incident in server.incidents if "defect_orchestrator" in incident["metadata"]
    ]


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
