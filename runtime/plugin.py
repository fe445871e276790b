"""One plugin for client, worker and replayer, so that they cannot differ."""

import dataclasses
from typing import Any, Self

import structlog
from temporalio import activity
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
)
from temporalio.plugin import SimplePlugin
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from runtime.codec import KeyRing, KeyRingCodec
from runtime.settings import Settings

PASSED_THROUGH = ("domain", "tzdata")
"""Our own pure packages: importing them once per process keeps a cached defect small."""


class DefectsPlugin(SimplePlugin):
    """Converter, codec, sandbox and log context."""

    def __init__(self, keys: KeyRing | None = None) -> None:
        super().__init__(
            "defects",
            data_converter=_converter(keys),
            workflow_runner=_sandbox,
            interceptors=[LogContext()],
        )

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The plugin these settings ask for.

        Raises:
            SettingsError: the encryption keys cannot be read.
        """
        keys = settings.encryption_keys
        return cls(KeyRing.read(keys.get_secret_value()) if keys else None)


def _converter(keys: KeyRing | None) -> DataConverter:
    if keys is None:
        return pydantic_data_converter
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=KeyRingCodec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def _sandbox(existing: WorkflowRunner | None) -> WorkflowRunner:
    if existing is not None and not isinstance(existing, SandboxedWorkflowRunner):
        return existing
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    )


class LogContext(Interceptor):
    """Binds ids to every log line of an activity."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """The SDK's hook."""
        return _ActivityLogContext(next)


class _ActivityLogContext(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        info = activity.info()
        with structlog.contextvars.bound_contextvars(
            workflow_id=info.workflow_id, activity=info.activity_type, attempt=info.attempt
        ):
            return await super().execute_activity(input)
