"""Starts the SDK's Rust core: its metrics, its own log lines, and an exit that does not crash."""

import atexit
import functools
import time

from temporalio.runtime import (
    LoggingConfig,
    LoggingFormat,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from runtime.settings import LogStyle

_LAST_WORDS = 0.05
"""Seconds; a thread needs microseconds to hand over its last answer."""


@functools.cache
def core(
    log: LogStyle = "console", metrics_address: str | None = None, level: str = "WARN"
) -> Runtime:
    """The core of this process, one per combination of arguments.

    What it has to say, from `level` on, it writes to standard output by itself. Forwarding it to
    Python's logging would be tidier, but a process that ends with a line under way then never ends
    (temporalio 1.35).

    Raises:
        ValueError: nothing can listen at `metrics_address`.
    """
    atexit.unregister(_let_core_finish)
    atexit.register(_let_core_finish)
    metrics = metrics_address and PrometheusConfig(
        bind_address=metrics_address,
        # The names that every document and dashboard assumes.
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
    )
    return Runtime(
        telemetry=TelemetryConfig(
            logging=LoggingConfig(
                filter=TelemetryFilter(core_level=level, other_level="ERROR"),
                format=LoggingFormat.JSON if log == "json" else LoggingFormat.COMPACT,
            ),
            metrics=metrics or None,
        )
    )


def _let_core_finish() -> None:
    """Give the GIL to the thread that delivered the last answer of the server.

    It may still be on its way out when the interpreter ends, and then ends the process with
    SIGABRT or SIGSEGV: one run in ten of a short command (temporalio/sdk-python#300).
    """
    time.sleep(_LAST_WORDS)
