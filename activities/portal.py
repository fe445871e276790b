"""Brings the portal's read model up to date."""

from temporalio import activity

from activities.ports import ReadModel
from domain.effects import Project, Receipt


class Portal:
    """The activity `project`."""

    def __init__(self, read_model: ReadModel) -> None:
        self._read_model = read_model

    @activity.defn(name="project")
    def project(self, effect: Project) -> Receipt:
        """Write who is attached, what happened and how it stands."""
        self._read_model.project(effect)
        return Receipt(key=effect.key)
