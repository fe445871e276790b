"""Every message and every status of the contract: what is published as schemas comes from here."""

from collections.abc import Iterator, Mapping
from types import ModuleType

from domain.contract import case, contacts, defect, release, staff_notices, values
from domain.contract.status import (
    AreaWorkStatus,
    CaseStatus,
    DefectStatus,
    ReceiverStatus,
    ReleaseStatus,
    ReviewStatus,
    Status,
)
from domain.contract.values import Command, Message


def _messages(*modules: ModuleType) -> Iterator[type[Message]]:
    for module in modules:
        for model in vars(module).values():
            if isinstance(model, type) and issubclass(model, Message):
                yield model


MESSAGES: tuple[type[Message], ...] = tuple(
    dict.fromkeys(
        model
        for model in _messages(values, case, defect, release, contacts, staff_notices)
        if model not in {Message, Command}
    )
)
COMMANDS: Mapping[str, type[Command]] = {
    model.name: model for model in MESSAGES if issubclass(model, Command)
}
"""By the name of the update or signal."""
STATUSES: tuple[type[Status], ...] = (
    CaseStatus,
    DefectStatus,
    ReleaseStatus,
    AreaWorkStatus,
    ReviewStatus,
    ReceiverStatus,
)
"""One for each workflow: what `status` answers, and every update."""
