"""What the contact of a case chooses for every mail."""

from datetime import datetime

from domain.case.state import Case
from domain.contract.case import SetPreferences
from domain.contract.effects import KeepPreferences
from domain.contract.parsing import InvalidCommand


def set_preferences(case: Case, command: SetPreferences, now: datetime) -> None:
    """Keep what this contact chooses, on whatever account they get a mail."""
    if not command.chosen:
        raise InvalidCommand("progress", "is missing: give it, or another preference")
    case.record("preferences.chosen", now, chosen=sorted(command.chosen), actor=command.actor)
    case.emit(
        KeepPreferences(
            **case.next_key("keep_preferences"),
            at=now,
            address=case.contact.recipient(case.number),
            chosen=command.chosen,
        )
    )
