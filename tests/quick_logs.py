"""Logs of the tests themselves: plain, since structlog's default draws every exception in colour
with all local variables, which takes seconds."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog


def use_plain_logs() -> None:
    """Log as structlog does by default, but for tracebacks as Python writes them."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            structlog.dev.set_exc_info,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )


@contextmanager
def logs_as_before() -> Iterator[None]:
    """Whatever configures logging inside, afterwards it is as it was."""
    root, config = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    try:
        yield
    finally:
        root.handlers = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)
        structlog.configure(**config)
