"""What a message is about, and which of its facts say something."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from activities.joint_ports import Companion
from domain.contract.effects import NotifyClients, NotifyStaff

_TOPICS = 3
"""Cases of which a message says what they are about; their numbers are all named."""
_EMPTY: tuple[object, ...] = (None, [], {})


@dataclass(frozen=True, slots=True)
class Reference:
    """What a message is about: `number` is the one its subject and its thread go by."""

    number: str
    cases: tuple[str, ...]
    defect: str | None
    release: str | None
    companions: tuple[Companion, ...] = ()
    """Other defects of which the message says the same."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What numbers are about, in words of clients or for them."""

    def topics(self, facts: Mapping[str, Any]) -> list[str]:
        """What it is about, number and words, as far as the message does not say that itself."""
        defect = self.defect if "public_summary" not in facts else None
        cases = self.cases[:_TOPICS] if "subject" not in facts else ()
        said = ((number, self.words.get(number)) for number in filter(None, (defect, *cases)))
        return [f"{number}: {words}" for number, words in said if words]

    def summary(self, companion: Companion) -> str | None:
        """What another defect is about: its public summary, else what the person called it."""
        own = (self.words.get(case) for case in companion.cases)
        return companion.summary or next(filter(None, own), None)

    def headers(self) -> dict[str, str]:
        """The contract's `X-Case`, `X-Defect` and `X-Release`, as far as they apply."""
        cases = [*self.cases, *(case for other in self.companions for case in other.cases)]
        defects = [*filter(None, [self.defect]), *(other.defect for other in self.companions)]
        values = {
            "X-Case": ", ".join(cases),
            "X-Defect": ", ".join(defects),
            "X-Release": self.release,
        }
        return {name: value for name, value in values.items() if value}


def reference_of(
    effect: NotifyClients | NotifyStaff,
    cases: tuple[str, ...],
    companions: tuple[Companion, ...] = (),
    words: Mapping[str, str] = MappingProxyType({}),
) -> Reference:
    """The numbers the effect names; what it leaves out follows from the kind of its event."""
    about, entity = effect.kind.partition(".")[0], effect.entity
    release = effect.release or (entity if about == "release" else None)
    defect = effect.defect
    # A release that is overdue may ask for itself instead of each of its defects.
    if about in {"defect", "reclassification"} and entity != release:
        defect = defect or entity
    return Reference(
        number=defect if defect and about in {"defect", "reclassification"} else entity,
        cases=cases or ((entity,) if about in {"case", "call"} else ()),
        defect=defect,
        release=release,
        companions=companions,
        words=words,
    )


def facts_given(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that say something: null, blank and empty ones count as missing, at every depth."""
    stripped = {name: _stripped(value) for name, value in facts.items()}
    return {name: value for name, value in stripped.items() if value not in _EMPTY}


def _stripped(value: object) -> object:
    if isinstance(value, Mapping):
        return facts_given(value)
    if isinstance(value, list):
        return [element for element in map(_stripped, value) if element not in _EMPTY]
    return None if isinstance(value, str) and not value.strip() else value
