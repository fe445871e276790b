"""The search attributes of the contract: the whole set, and what each entity says in them.

SQL visibility has room for 10 Keyword and 3 each of Bool, Datetime and Int per namespace, and
nothing here is ever encrypted: ids and states only.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from domain.area_work import AreaWork
from domain.case.state import Case
from domain.defect.state import Defect
from domain.entity import Entity
from domain.release.state import Release

Kind = Literal["keyword", "datetime", "bool", "int"]
Value = str | datetime | bool | int

ATTRIBUTES: Mapping[str, Kind] = {
    "DefectSeverity": "keyword",
    "DefectState": "keyword",
    "FunctionalArea": "keyword",
    "ReleaseId": "keyword",
    "ClientId": "keyword",
    "CaseState": "keyword",
    "TargetDueAt": "datetime",
    "NextUpdateDueAt": "datetime",
    "TargetMissed": "bool",
    "NeedsAttention": "bool",
    "AffectedClients": "int",
}


def attributes_of(entity: Entity, needs_attention: bool) -> dict[str, Value]:
    """What an entity is found by now; an attribute left out has no value."""
    values: dict[str, Value | None]
    if isinstance(entity, Defect):
        values = _of_defect(entity)
    elif isinstance(entity, Case):
        values = {"ClientId": entity.client, "CaseState": entity.state}
    elif isinstance(entity, Release):
        values = {"ReleaseId": entity.number}
    elif isinstance(entity, AreaWork):
        values = {"FunctionalArea": entity.functional_area}
    else:
        values = {}
    return {k: v for k, v in values.items() if v is not None} | {"NeedsAttention": needs_attention}


def _of_defect(defect: Defect) -> dict[str, Value | None]:
    return {
        "DefectSeverity": defect.severity.value,
        "DefectState": defect.state,
        "FunctionalArea": defect.functional_area,
        "ReleaseId": defect.plan.release.id if defect.plan.release else None,
        "TargetDueAt": defect.target_due_at,
        "NextUpdateDueAt": defect.updates.clock.deadline if defect.updates.clock else None,
        "TargetMissed": defect.target_missed,
        "AffectedClients": defect.affected_clients,
    }
