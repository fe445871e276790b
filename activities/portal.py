"""Brings the portal's read model up to date, and remembers what people chose."""

from temporalio import activity

from activities.ports import Preferences, ReadModel
from domain.effects import KeepPreferences, Project, Receipt


class Portal:
    """The activities `project` and `keep_preferences`."""

    def __init__(self, read_model: ReadModel, preferences: Preferences) -> None:
        self._read_model = read_model
        self._preferences = preferences

    @activity.defn(name="project")
    def project(self, effect: Project) -> Receipt:
        """Write who is attached, what happened and how it stands."""
        self._read_model.project(effect)
        return Receipt(key=effect.key)

    @activity.defn(name="keep_preferences")
    def keep_preferences(self, effect: KeepPreferences) -> Receipt:
        """Remember a choice for every mail to that person."""
        self._preferences.keep(effect.address, effect.chosen, effect.at)
        return Receipt(key=effect.key)
