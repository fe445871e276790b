"""Every command and every start payload of the contract, by the name others use."""

from collections.abc import Iterator, Mapping
from types import ModuleType

from domain.contract import case, defect, release, values
from domain.contract.values import Command, Message


def _messages(*modules: ModuleType) -> Iterator[type[Message]]:
    for module in modules:
        for model in vars(module).values():
            if isinstance(model, type) and issubclass(model, Message):
                yield model


MESSAGES: tuple[type[Message], ...] = tuple(
    dict.fromkeys(
        model
        for model in _messages(values, case, defect, release)
        if model not in {Message, Command}
    )
)
COMMANDS: Mapping[str, type[Command]] = {
    model.name: model for model in MESSAGES if issubclass(model, Command)
}
