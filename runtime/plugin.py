"""Holds what client, worker and replayer must have in common, so that they cannot differ."""

import dataclasses
from typing import Any, Self

import structlog
from temporalio import activity
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.plugin import SimplePlugin
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from runtime.codec import NO_KEYS, KeyRing, KeyRingCodec
from runtime.query_guard import InStepRunner
from runtime.settings import Settings

PASSED_THROUGH = ("domain", "workflows", "tzdata")
"""What workflows share with the process instead of importing it anew in every run.

Pure code and data only, without state at module level; pydantic is passed through by the SDK
itself. A class of a workflow that is imported anew costs every run its time and its memory.
"""


class DefectsPlugin(SimplePlugin):
    """Converter, codec, sandbox, log context, and traces where they are wanted.

    Give it to `Client.connect` and to `Replayer`. A worker takes it over from its client; given to
    the worker as well it would be applied twice.
    """

    def __init__(self, keys: KeyRing = NO_KEYS, traces: TracingInterceptor | None = None) -> None:
        super().__init__(
            "defects",
            data_converter=_converter(keys),
            workflow_runner=_sandboxed,
            interceptors=[*([traces] if traces else []), LogContext()],
        )

    @classmethod
    def of(cls, settings: Settings, traces: TracingInterceptor | None = None) -> Self:
        """The plugin these settings ask for."""
        return cls(settings.encryption_keys, traces)


def _converter(keys: KeyRing) -> DataConverter:
    # The codec is there without keys too: then it says which key an encrypted payload lacks.
    converter = dataclasses.replace(pydantic_data_converter, payload_codec=KeyRingCodec(keys))
    if keys.first is None:
        return converter
    # Without keys this would only make messages harder to read: they would be moved, not hidden.
    return dataclasses.replace(
        converter, failure_converter_class=DefaultFailureConverterWithEncodedAttributes
    )


def _sandboxed(runner: WorkflowRunner | None) -> WorkflowRunner:
    if not isinstance(runner, SandboxedWorkflowRunner):
        raise TypeError(f"workflows run in the sandbox only, not in {type(runner).__name__}")
    restrictions = runner.restrictions.with_passthrough_modules(*PASSED_THROUGH)
    return InStepRunner(restrictions, runner.runner_class)


class LogContext(Interceptor):
    """Binds ids to every log line of an activity, in its thread too."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """The SDK's hook."""
        return _ActivityLogContext(next)


class _ActivityLogContext(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        info = activity.info()
        with structlog.contextvars.bound_contextvars(
            workflow_id=info.workflow_id,
            activity_type=info.activity_type,
            attempt=info.attempt,
        ):
            return await super().execute_activity(input)
