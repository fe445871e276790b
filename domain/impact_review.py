"""The regular review of open defects by their impact on clients (S3 row, D3).

`rank` orders them and `changes` tells what is different from last time; the `Review` has it done
and sends the digest, or nothing where there is nothing to review.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from domain.contract.defect import RetryDeliveries
from domain.contract.effects import RankImpact
from domain.contract.events import Role, StaffEvent
from domain.contract.receipts import ImpactRanked
from domain.contract.release import ReviewStart
from domain.contract.status import ReviewStatus
from domain.contract.values import Instant, Severity
from domain.entity import Behaviour, Entity, after, on, retry_deliveries
from domain.policy import PinnedPolicy

RANKED = (
    "number",
    "title",
    "functional_area",
    "affected_clients",
    "confirmed_at",
    "priority",
    "state",
    "release",
    "feedback",
)
"""What a ranking needs of a defect's snapshot."""


def rank(snapshots: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Defects by distinct clients hit, then by what clients say of the severity, then by age.

    `snapshots` are those of the read model. Of two that hit as many clients, the one a client
    calls more severe goes first, then the one more clients call so; the older before the newer.
    """
    kept = [{name: snapshot.get(name) for name in RANKED} for snapshot in snapshots]
    return sorted(kept, key=_place)


def _place(defect: Mapping[str, Any]) -> tuple[int, list[int], str, str]:
    said = [feedback["severity"] for feedback in defect["feedback"] or []]
    return (
        -(defect["affected_clients"] or 0),
        [-said.count(severity) for severity in Severity],
        defect["confirmed_at"] or "",
        defect["number"],
    )


def digest(
    ranking: Sequence[Mapping[str, Any]],
    before: Sequence[Mapping[str, Any]] | None,
    comments: Mapping[str, Sequence[Mapping[str, Any]]],
    shown: int,
    now: datetime,
) -> dict[str, Any]:
    """The first `shown` places, with their place last time, and what has gone since."""
    places = {row["number"]: row["place"] for row in before or []}
    present = {defect["number"] for defect in ranking}
    rows = [
        {
            "place": place,
            "number": defect["number"],
            "title": defect["title"],
            "functional_area": defect["functional_area"],
            "clients": defect["affected_clients"],
            "age_days": (now - datetime.fromisoformat(defect["confirmed_at"])).days,
            "priority": defect["priority"],
            "state": defect["state"],
            "release": defect["release"],
            "before": places.get(defect["number"]),
            "feedback": [dict(said) for said in comments.get(defect["number"], [])],
        }
        for place, defect in enumerate(ranking[:shown], 1)
    ]
    gone = [number for number in places if number not in present]
    return {"total": len(ranking), "rows": rows, "gone": gone[:shown], "gone_count": len(gone)}


class Review(Entity):
    """One review; it ends when the digest is on its way."""

    kind = "review"

    began_at: Instant
    ended_at: Instant | None = None
    total: int | None = None
    """Defects ranked; None until the ranking is there."""

    @property
    def finished(self) -> bool:
        """Ranked, and the digest sent or nothing to send."""
        return self.ended_at is not None and not self.postponed

    @property
    def state(self) -> Literal["ranking", "waiting", "done"]:
        """The one word for where it stands; a digest waits for support hours (T10)."""
        if self.ended_at is None:
            return "ranking"
        return "waiting" if self.postponed else "done"

    def status(self, now: datetime) -> ReviewStatus:
        """The contract's `status`."""
        del now
        return ReviewStatus(
            number=self.number,
            severity=self.policy.reviews.severity,
            state=self.state,
            total=self.total,
            rejected=self.rejected,
            policy=self.policy_version,
            began_at=self.began_at,
            ended_at=self.ended_at,
        )


def begin(number: str, start: ReviewStart, policy: PinnedPolicy, now: datetime) -> Review:
    """Begin a review at `now`."""
    review = Review(number=number, policy=policy, began_at=now)
    review.record("review.began", now, actor=start.actor)
    rules = policy.reviews
    review.emit(
        RankImpact(
            **review.next_key("rank_impact"),
            at=now,
            severity=rules.severity,
            shown=rules.shown,
        )
    )
    return review


def _note_ranking(review: Review, effect: RankImpact, receipt: ImpactRanked, now: datetime) -> None:
    review.total, review.ended_at = receipt.ranking["total"], now
    review.record("review.ranked", now, defects=review.total)
    if review.total:
        facts = {"severity": effect.severity.value} | receipt.ranking
        review.remind_staff(StaffEvent.REVIEW_DIGEST, Role.ENGINEERING, now, facts=facts)


REVIEW = Behaviour(
    state=Review,
    start=ReviewStart,
    begin=begin,
    handlers=dict([on(RetryDeliveries, retry_deliveries)]),
    receivers=dict([after(RankImpact, ImpactRanked, _note_ranking)]),
    agenda=lambda _review: [],
)
