"""Writes logs: structlog and the standard library through one chain, as console lines or JSON.

Logs hold ids, never client text. What could carry client text with it is written as the name of
its type, so that a reader sees that something was there: objects such as a command or a contact in
a field, and the local variables of a traceback. The words of an exception are written.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from datetime import date, timedelta
from enum import Enum
from pathlib import PurePath
from typing import IO, Any
from uuid import UUID

import structlog
from structlog.types import EventDict, Processor
from temporalio import activity, workflow

from runtime.settings import LogStyle

_PLAIN = (str, int, float, bool, type(None))
_WORTH_A_WORD = (date, timedelta, PurePath, UUID, Enum)
_CONTEXTS = ("temporal_workflow", "temporal_activity")
_CHATTY = ("httpx", "httpcore", "httpx2", "httpcore2", "mail.log", "alembic", "urllib3")
"""Loggers that write a line, with its URL or address, for everything they do."""


def configure_logs(
    style: LogStyle, level: int = logging.INFO, stream: IO[str] | None = None
) -> None:
    """Send every record of the process to standard error, or to `stream`, from now on."""
    target = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(), _flat],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(style, colours=target.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # The context goes into fields of its own, not into the message a second time.
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False


def _rendering(style: LogStyle, *, colours: bool) -> list[Processor]:
    if style == "json":
        # Here the traceback is text like any other field.
        return [
            structlog.processors.format_exc_info,
            _without_objects,
            structlog.processors.JSONRenderer(),
        ]
    return [
        _without_objects,
        # The default shows local variables, and with them whatever a client wrote.
        structlog.dev.ConsoleRenderer(
            colors=colours, exception_formatter=structlog.dev.plain_traceback
        ),
    ]


def _flat(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Lift the ids that the SDK's loggers add, so that `workflow_id` has one place everywhere."""
    for context in _CONTEXTS:
        for name, value in event.pop(context, {}).items():
            event.setdefault(name, value)
    return event


def _without_objects(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Keep plain values and name the type of any other."""
    return {k: v if k == "exc_info" else _plain(v) for k, v in event.items()}


def _plain(value: Any) -> Any:
    # Exactly these types: a subclass of str could be anything.
    if type(value) in _PLAIN:
        return value
    if isinstance(value, _WORTH_A_WORD):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return f"<{type(value).__name__}>"
