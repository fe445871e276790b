"""The severity rubric (D1): intake facts suggest, with a reason; a specialist decides."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from domain.contract.values import Severity, Value


class Function(StrEnum):
    """What is affected."""

    CORE = "core"
    LESSER = "lesser"
    COSMETIC = "cosmetic"


class WorkaroundEffort(StrEnum):
    """How one can live with it meanwhile."""

    NONE = "none"
    LABORIOUS = "laborious"
    EASY = "easy"


class IntakeFacts(Value):
    """What intake asks to suggest a severity."""

    function: Function
    blocked: bool = False
    """The function cannot be used at all."""
    nobody_can_work: bool = False
    """An outage, or login down across all sites."""
    workaround: WorkaroundEffort = WorkaroundEffort.NONE
    major_impact: bool = False
    unsupported_browser: bool = False
    clients_exposed: int = Field(default=0, ge=0)
    """How many clients' data others could see."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A severity and the sentence that justifies it."""

    severity: Severity
    reason: str


def suggest(facts: IntakeFacts) -> Suggestion:
    """The severity the rubric gives; the first line that fits, worst first."""
    core = facts.function is Function.CORE
    no_way_round = facts.workaround is WorkaroundEffort.NONE
    if facts.nobody_can_work:
        return Suggestion(Severity.S1, "an outage: users cannot use the software at all")
    if facts.clients_exposed > 1:
        return Suggestion(Severity.S1, "a privacy breach that hits several customers")
    if core and facts.blocked and no_way_round and facts.major_impact:
        return Suggestion(
            Severity.S1, "a key function is broken, without a workaround and with major impact"
        )
    if facts.clients_exposed == 1:
        return Suggestion(Severity.S2, "data of one customer was exposed")
    if facts.unsupported_browser:
        return Suggestion(Severity.S4, "it shows in an unsupported browser only")
    if facts.function is Function.COSMETIC:
        return Suggestion(Severity.S4, "it is cosmetic or an inconsistency")
    if core and facts.workaround is WorkaroundEffort.LABORIOUS:
        return Suggestion(
            Severity.S2, "a function in a core area fails and the workaround is laborious"
        )
    if core and no_way_round:
        return Suggestion(Severity.S2, "a function in a core area fails without a workaround")
    if facts.workaround is WorkaroundEffort.EASY:
        return Suggestion(Severity.S3, "there is an easy workaround")
    return Suggestion(Severity.S3, "a lesser function fails or confuses")
