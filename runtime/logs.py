"""Logs: structlog and the standard library through one chain, as console lines or JSON."""

import logging
import sys
from typing import Literal

import structlog
from structlog.types import Processor
from temporalio import activity, workflow


def configure_logs(style: Literal["console", "json"], level: int = logging.INFO) -> None:
    """Send every record of the process to standard error; ids only, never client text."""
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*chain, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "mail.log", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # The context goes into fields of its own, not into the message a second time.
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False
