"""The same effect again: nothing is written twice, whatever was lost."""

from typing import Literal

import httpx
import pytest

from activities.ports import NotNow, StatusPage
from domain.contract.values import Stage
from tests.activities.statuspage.page import AT, Refs, an_api, an_effect, bodies, impatient
from tests.statuspage_server import StatuspageServer


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
