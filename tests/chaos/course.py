"""How each defect went, as the oracle reads it: from what was said, and the instants on record."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from activities.adapters.database.tables import deliveries, facts
from domain.contract.defect import (
    AttachCase,
    DecideReclassification,
    DefectStart,
    Hold,
    OfferWorkaround,
    PostProgress,
    ReleaseDeployed,
    Reopen,
    RequestReclassification,
    Resolve,
    Resume,
    ScheduleRelease,
)
from domain.contract.defect import ChangeSeverity as Change
from domain.contract.parsing import parse
from domain.contract.values import Command
from simulation.oracle.expected_state import Delivered, History
from simulation.oracle.expected_state import Said as OnRecord
from tests.chaos.driver import Said

COMMANDS: Mapping[str, type[Command]] = {
    model.name: model
    for model in (
        *(Change, DecideReclassification, Hold, OfferWorkaround, PostProgress, Reopen),
        *(RequestReclassification, Resolve, Resume),
    )
}
FACT_OF: Mapping[str, str] = {
    "respond": "case.responded",
    "answer": "case.answered",
    "close": "case.closed",
    "provide_information": "case.information_provided",
    "request_information": "case.information_requested",
    "confirm_defect": "case.defect_confirmed",
    "change_severity": "defect.severity_changed",
    "post_progress": "defect.progress",
    "offer_workaround": "defect.workaround",
    "hold": "defect.held",
    "resume": "defect.resumed",
    "resolve": "defect.resolved",
    "reopen": "defect.reopened",
    "request_reclassification": "reclassification.requested",
    "decide_reclassification": "reclassification.decided",
    "attach_defects": "release.defects_attached",
    "announce": "release.notice",
    "reschedule": "release.rescheduled",
    "deploy": "release.deployed",
}
"""The fact by which a command shows that it was applied."""
_START = {
    *("severity", "title", "functional_area", "public_summary"),
    *("internal_description", "material", "blocks_access", "workaround", "owner"),
}


def timelines(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """By number, everything that is on record, oldest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    with engine.connect() as connection:
        for row in connection.execute(select(facts).order_by(facts.c.entity, facts.c.sequence)):
            found.setdefault(row.entity, []).append(dict(row._mapping))
    return found


def ledger(engine: Engine) -> list[dict[str, Any]]:
    """Every delivery that was begun."""
    with engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(select(deliveries))]


def histories(
    said: Sequence[Said],
    cases: Mapping[str, dict[str, Any]],
    on_record: Mapping[str, Sequence[Mapping[str, Any]]],
    delivered: Mapping[str, Sequence[Delivered]],
    until: datetime,
) -> Iterator[tuple[str, History]]:
    """One of each defect that was confirmed.

    `cases` says by case how it is attached, `delivered` by defect what reached whom.
    """
    by_actor = {one.actor: one for one in said}
    for number, facts_of_it in on_record.items():
        confirmed = next((f for f in facts_of_it if f["event"] == "defect.confirmed"), None)
        if confirmed is None:
            continue
        first = by_actor[confirmed["actor"]]
        fields = {name: value for name, value in first.payload.items() if name in _START}
        start = {"actor": first.actor, "cases": [cases[first.step.number]], **fields}
        heard = list(_heard(number, facts_of_it, by_actor, cases))
        yield (
            number,
            History(
                parse(DefectStart, start), confirmed["at"], until, heard, delivered.get(number, ())
            ),
        )


def _heard(
    number: str,
    facts_of_it: Sequence[Mapping[str, Any]],
    by_actor: Mapping[str, Said],
    cases: Mapping[str, dict[str, Any]],
) -> Iterator[OnRecord]:
    """What was said to a defect, at the instants it has put on record."""
    done: set[str] = set()
    for fact in facts_of_it:
        actor, at, about = fact["actor"], fact["at"], fact["details"]
        one = by_actor.get(actor)
        if one is None or actor in done or fact["event"] == "defect.confirmed":
            continue
        done.add(actor)
        if one.step.number == number:
            yield OnRecord(at, parse(COMMANDS[one.step.command], one.payload))
        elif fact["event"] == "case.attached":
            attachment = {"actor": actor, **cases[one.step.number]}
            yield OnRecord(at, parse(AttachCase, attachment))
        elif fact["event"] == "defect.resolved":
            deployed = {"actor": actor, "release": one.step.number}
            yield OnRecord(at, parse(ReleaseDeployed, deployed))
        else:
            planned = {"actor": actor, "release": one.step.number, "watched": True}
            planned["deploy_at"] = about["deploy_at"]
            yield OnRecord(at, parse(ScheduleRelease, planned))
