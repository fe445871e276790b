"""A text is judged over HTTP before anybody sends it."""

from datetime import timedelta

import pytest

from tests.domain.builders import release_start
from tests.portal.conftest import Portal


async def test_a_text_gets_its_verdict(portal: Portal) -> None:
    """D7: any token will do, and no workflow hears of it."""
    service = portal.service()

    refused = await service.post("/check-text", json={"text": "It is back by Friday."})
    passed = await service.post(
        "/check-text", json={"text": "Notice of 10 November 2026.", "on": "2026-11-23"}
    )

    assert refused.status_code == passed.status_code == 200
    assert refused.json() == {"verdict": "refused", "phrase": "by Friday", "why": "names a day"}
    assert passed.json() == {"verdict": "passed", "phrase": None, "why": None}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": 3}, "text"),
        ({"text": "a" * 20_001}, "text"),
        ({"text": "a", "on": "1001-01-01"}, "on"),
        ({"text": "a", "policy": "none"}, "policy"),
    ],
)
async def test_a_request_that_is_wrong_names_the_field(
    portal: Portal, body: dict[str, object], field: str
) -> None:
    """As everywhere in the interface."""
    answer = await portal.service().post("/check-text", json=body)

    assert answer.status_code == 422
    assert answer.json()["field"] == field


async def test_a_release_is_not_named_by_a_promise(portal: Portal) -> None:
    """D7: clients read its title; it may be called after its season."""
    service = portal.service()
    start = release_start(deploy_at=(portal.wall.at + timedelta(days=30)).isoformat())

    refused = await service.post("/releases", json=start | {"title": "All is fixed by Friday"})
    planned = await service.post("/releases", json=start | {"title": "Spring release"})

    assert (refused.status_code, refused.json()["field"]) == (422, "title")
    assert planned.status_code == 201
