"""The regular review: how defects are ranked, what changed, who gets it and when (S3 row, D3)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.contract.defect import RetryDeliveries
from domain.contract.effects import NotifyStaff, RankImpact
from domain.contract.receipts import ImpactRanked
from domain.contract.values import Severity
from domain.impact_review import REVIEW, Review, digest, rank
from domain.runner import Runner
from tests.domain.builders import FRIDAY, Alone, a_review, at, eto_but, kinds, say

HOUR = timedelta(hours=1)
DIGEST = "review.digest"


def snapshot(number: str, clients: int = 1, *said: str, **fields: Any) -> dict[str, Any]:
    """What the read model has of a defect, with what clients say of its severity."""
    return {
        "number": number,
        "title": f"Title of {number}",
        "functional_area": "login",
        "affected_clients": clients,
        "confirmed_at": "2027-03-01T12:00:00Z",
        "priority": "normal",
        "state": "open",
        "release": None,
        "feedback": [{"client": f"client-{n}", "severity": s} for n, s in enumerate(said)],
    } | fields


def numbers(ranking: list[dict[str, Any]]) -> list[str]:
    """In which order."""
    return [defect["number"] for defect in ranking]


# --- the ranking ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(snapshot("B", 3), snapshot("A", 2, "S1", "S1"), id="more clients are hit"),
        pytest.param(snapshot("B", 2, "S2"), snapshot("A", 2), id="a client calls it severe"),
        pytest.param(
            snapshot("B", 2, "S1"), snapshot("A", 2, "S2", "S2", "S2"), id="and more severe"
        ),
        pytest.param(
            snapshot("B", 2, "S2", "S2"), snapshot("A", 2, "S2", "S3"), id="more of them do"
        ),
        pytest.param(
            snapshot("B", 2, "S1", "S3"), snapshot("A", 2, "S1", "S4"), id="where these tie too"
        ),
        pytest.param(
            snapshot("B", 2, confirmed_at="2027-02-01T12:00:00Z"),
            snapshot("A", 2),
            id="it is older",
        ),
        pytest.param(snapshot("A"), snapshot("B"), id="nothing tells them apart but the number"),
        pytest.param(
            snapshot("B", 1), snapshot("A", 0, feedback=None, confirmed_at=None), id="facts missing"
        ),
    ],
)
def test_defects_are_ranked_by_their_impact_on_clients(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    """S3, D3: the same order however they are read."""
    expected = [first["number"], second["number"]]
    assert numbers(rank([first, second])) == expected
    assert numbers(rank([second, first])) == expected


def test_a_ranking_keeps_only_what_it_needs() -> None:
    """D8: nothing internal of a snapshot travels on."""
    (ranked,) = rank([snapshot("A", internal_description="secret")])
    assert "secret" not in str(ranked)


# --- the digest ----------------------------------------------------------------------------------


def test_the_digest_shows_the_first_places_and_where_they_were_before() -> None:
    """S3: new ones were nowhere, and what has gone is named."""
    ranking = rank([snapshot("A", 5), snapshot("B", 4), snapshot("C", 3)])
    before = [{"number": n, "place": p} for p, n in enumerate(["B", "X", "A"], 1)]
    found = digest(ranking, before, {}, shown=2, now=at("2027-03-08 09:00"))
    assert [(row["place"], row["number"], row["before"]) for row in found["rows"]] == [
        (1, "A", 3),
        (2, "B", 1),
    ]
    assert (found["total"], found["gone"], found["gone_count"]) == (3, ["X"], 1)


def test_the_first_digest_ever_knows_no_places_before() -> None:
    """S3: and nothing has gone."""
    found = digest(rank([snapshot("A")]), None, {}, shown=20, now=FRIDAY)
    assert [row["before"] for row in found["rows"]] == [None]
    assert (found["gone"], found["gone_count"]) == ([], 0)


def test_a_defect_that_only_fell_out_of_the_places_shown_has_not_gone() -> None:
    """S3."""
    ranking = rank([snapshot("A", 5), snapshot("B", 4)])
    found = digest(ranking, [{"number": "B", "place": 1}], {}, shown=1, now=FRIDAY)
    assert (found["gone"], found["gone_count"]) == ([], 0)


def test_of_many_that_have_gone_only_as_many_are_named_as_are_shown() -> None:
    """A digest stays readable."""
    before = [{"number": f"X{n}", "place": n} for n in range(1, 51)]
    found = digest([], before, {}, shown=20, now=FRIDAY)
    assert (len(found["gone"]), found["gone_count"]) == (20, 50)


@pytest.mark.parametrize(
    ("confirmed_at", "days"),
    [("2027-03-05T22:00:00Z", 0), ("2027-03-04T22:00:01Z", 0), ("2027-02-05T22:00:00Z", 28)],
)
def test_the_age_of_a_defect_is_in_whole_days(confirmed_at: str, days: int) -> None:
    """S3."""
    ranking = rank([snapshot("A", confirmed_at=confirmed_at)])
    assert digest(ranking, None, {}, shown=1, now=FRIDAY)["rows"][0]["age_days"] == days


def test_what_clients_say_is_shown_with_their_words() -> None:
    """D3: to the people who review it."""
    said = {"client": "client-1", "severity": "S1", "comment": "we cannot bill"}
    found = digest(rank([snapshot("A")]), None, {"A": [said]}, shown=1, now=FRIDAY)
    assert found["rows"][0]["feedback"] == [said]


# --- the review ----------------------------------------------------------------------------------


def ranked(review: Alone, total: int, now: datetime, ranking: RankImpact) -> list[str]:
    """Hand in a ranking; answers what that brings about."""
    found = digest([snapshot(f"DEF-{n}") for n in range(total)], None, {}, shown=20, now=now)
    return kinds(review.delivered(ranking, ImpactRanked(key=ranking.key, ranking=found), now))


def begun(now: datetime, **rules: Any) -> tuple[Alone, RankImpact]:
    """A review, and what it wants ranked."""
    review, effects = a_review(now, eto_but("reviews", **rules))
    (ranking,) = [effect for effect in effects if isinstance(effect, RankImpact)]
    return review, ranking


def test_a_review_ranks_the_severity_and_the_places_of_the_policy() -> None:
    """S3: data, not code."""
    for rules, expected in (({}, ("S3", 20)), ({"severity": "S4", "shown": 5}, ("S4", 5))):
        review, ranking = begun(FRIDAY, **rules)
        assert (ranking.severity, ranking.shown) == expected
        assert review.status(FRIDAY)["severity"] == expected[0]
        assert review.state == "ranking"


def test_engineering_gets_the_digest_at_once_in_support_hours() -> None:
    """S3: one message, and the review ends."""
    monday = at("2027-03-08 09:00")
    review, ranking = begun(monday)
    found = digest([snapshot("DEF-1")], None, {}, shown=20, now=monday)
    effects = review.delivered(ranking, ImpactRanked(key=ranking.key, ranking=found), monday)
    (told,) = [effect for effect in effects if isinstance(effect, NotifyStaff)]
    assert (told.kind, told.role) == (DIGEST, "engineering")
    assert told.facts == {"severity": "S3"} | found
    assert (review.state, review.finished, review.total) == ("done", True, 1)


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        pytest.param("2027-07-05 09:00", "2027-07-06 07:00", id="a holiday Monday"),
        pytest.param("2027-09-06 09:00", "2027-09-07 07:00", id="Labor Day"),
        pytest.param(
            "2027-03-14 00:00", "2027-03-15 07:00", id="midnight as the clock jumps ahead"
        ),
        pytest.param("2027-11-07 01:30", "2027-11-08 07:00", id="the night it is put back"),
    ],
)
def test_a_digest_waits_for_support_hours(now: str, opening: str) -> None:
    """T10, complaint "reminders at midnight and on weekends": then it goes out once."""
    review, ranking = begun(at(now))
    assert ranked(review, 2, at(now), ranking) == []
    assert (review.state, review.finished) == ("waiting", False)
    assert review.next_due() == at(opening)
    assert kinds(review.fire(at(opening))) == [DIGEST]
    assert (review.state, review.finished) == ("done", True)
    assert review.next_due() is None


def test_where_there_is_nothing_to_review_nothing_is_sent() -> None:
    """Complaint "empty digests": not even for what has gone since."""
    review, ranking = begun(at("2027-03-08 09:00"))
    found = digest([], [{"number": "DEF-1", "place": 1}], {}, shown=20, now=FRIDAY)
    effects = review.delivered(ranking, ImpactRanked(key=ranking.key, ranking=found), FRIDAY)
    assert kinds(effects) == []
    assert (review.finished, review.total) == (True, 0)


def test_somebody_may_ask_for_another_try() -> None:
    """Contract, `retry_deliveries`: on record only; the ranking waits in its lane."""
    review, _ = begun(FRIDAY)
    assert kinds(say(review, RetryDeliveries, FRIDAY)) == []
    assert review.timeline[-1].event == "deliveries.retried"
    assert review.state == "ranking"


def test_a_review_that_was_carried_on_while_its_digest_waits_sends_it_once() -> None:
    """Continue-as-new: the state through JSON."""
    saturday = at("2027-03-06 09:00")
    review, ranking = begun(saturday)
    ranked(review, 2, saturday, ranking)
    state = Review.model_validate(review.model_dump(mode="json"))
    twin = Alone(Runner(REVIEW, state))
    monday = at("2027-03-08 07:00")
    assert twin.fire(monday) == review.fire(monday)
    assert twin.fire(monday + HOUR) == []
    assert twin.policy.reviews.severity is Severity.S3
