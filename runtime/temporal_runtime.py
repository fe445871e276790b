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
_QUICK = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
"""Seconds; a workflow task has two before the SDK takes it for stuck."""
_WAITING = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
_REQUESTS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
BUCKETS = {
    "workflow_task_schedule_to_start_latency": _WAITING,
    "activity_schedule_to_start_latency": _WAITING,
    "activity_execution_latency": _WAITING,
    "activity_succeed_endtoend_latency": _WAITING,
    "workflow_task_execution_latency": _QUICK,
    "workflow_task_replay_latency": _QUICK,
    "request_latency": _REQUESTS,
}
"""Where each histogram looks closely: those of the SDK jump from 1 second to 10, and on to 100."""
WORKER = "defects-worker"
"""What the worker is called, in metrics and in traces."""
STARTER = "defects-starter"
"""What a short command is called."""


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
        histogram_bucket_overrides=BUCKETS,
    )
    return Runtime(
        telemetry=TelemetryConfig(
            logging=LoggingConfig(
                filter=TelemetryFilter(
                    core_level=level, other_level="OFF" if level == "OFF" else "ERROR"
                ),
                format=LoggingFormat.JSON if log == "json" else LoggingFormat.COMPACT,
            ),
            metrics=metrics or None,
            # Instead of the SDK's own name, which is the same for every program in the world.
            attach_service_name=False,
            global_tags={"service_name": WORKER},
        )
    )


def _let_core_finish() -> None:
    """Give the GIL to the thread that delivered the last answer of the server.

    It may still be on its way out when the interpreter ends, and then ends the process with
    SIGABRT or SIGSEGV: one run in ten of a short command (temporalio/sdk-python#300).
    """
    time.sleep(_LAST_WORDS)
