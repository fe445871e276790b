"""Brings the portal's read model up to date, and remembers what people chose."""

from temporalio import activity

from activities.delivery import present
from activities.ports import Preferences, ReadModel
from activities.webhook_ports import Calls
from domain.contract.effects import KeepPreferences, UpdateReadModel
from domain.contract.receipts import Receipt


class ReadModelWriter:
    """The activities `project` and `keep_preferences`; `calls` reach who sends webhooks."""

    def __init__(
        self, read_model: ReadModel, preferences: Preferences, calls: Calls | None = None
    ) -> None:
        self._read_model = read_model
        self._preferences = preferences
        self._calls = calls

    @activity.defn(name="project")
    def project(self, effect: UpdateReadModel) -> Receipt:
        """Write who is attached, what happened and how it stands."""
        self._read_model.project(effect)
        if self._calls is not None:
            self._calls.call(effect, present(), activity.info().attempt)
        return Receipt(key=effect.key)

    @activity.defn(name="keep_preferences")
    def keep_preferences(self, effect: KeepPreferences) -> Receipt:
        """Remember a choice for every mail to that person."""
        self._preferences.keep(effect.address, effect.chosen, effect.at)
        return Receipt(key=effect.key)
