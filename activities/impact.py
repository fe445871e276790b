"""Ranks open defects by their impact on clients, from what the portal's read model knows."""

from temporalio import activity

from activities.delivery import present
from activities.ports import Impact
from domain.contract.effects import RankImpact
from domain.contract.receipts import ImpactRanked
from domain.impact_review import digest, rank


class ReviewImpact:
    """The activity `rank_impact`."""

    def __init__(self, impact: Impact) -> None:
        self._impact = impact

    @activity.defn(name="rank_impact")
    def rank_impact(self, effect: RankImpact) -> ImpactRanked:
        """Rank, remember for the next review, and answer the first places and what changed."""
        ranking = rank(self._impact.open_defects(effect.severity))
        last = self._impact.last_ranking(effect.entity)
        shown = [defect["number"] for defect in ranking[: effect.shown]]
        comments = self._impact.comments(shown)
        places = [{"number": d["number"], "place": n} for n, d in enumerate(ranking, 1)]
        self._impact.keep_ranking(effect.entity, effect.at, places)
        found = digest(ranking, last, comments, effect.shown, present())
        return ImpactRanked(key=effect.key, ranking=found)
