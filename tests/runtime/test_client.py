"""The client before a real server on which no worker runs: what is started, and under which number.

Payloads and memos are encrypted.
"""

import asyncio
import gc
import uuid
from collections import defaultdict
from typing import Any, cast

import pytest
from temporalio.api.workflowservice.v1 import DescribeTaskQueueResponse
from temporalio.client import Client, WorkflowUpdateRPCTimeoutOrCancelledError

from domain.webhooks.receiver import Wake
from runtime.client import CommandRefused, DefectsClient, NoAnswer
from runtime.servers import DevServer
from tests.domain.builders import case_start, defect_start


class Numbers:
    """Issues numbers of a prefix nobody else uses, one for each key."""

    def __init__(self) -> None:
        self.prefix = f"N{uuid.uuid4().hex[:8]}"
        self._issued: defaultdict[str, str] = defaultdict(self._next)

    def issue(self, prefix: str, key: str) -> str:
        """The next one, or the one the key has."""
        assert prefix == self.prefix
        return self._issued[key]

    def _next(self) -> str:
        return f"{self.prefix}-{len(self._issued) + 1}"


async def _start(client: DefectsClient, numbers: Numbers, key: str) -> tuple[str, bool]:
    return await client.start_numbered("CaseWorkflow", numbers.prefix, case_start(), numbers, key)


async def test_a_repeat_gets_the_number_of_the_first(dev: DevServer) -> None:
    """Whichever came first, and one only says that it started something."""
    client, numbers = DefectsClient(dev.client), Numbers()

    both = await asyncio.gather(*(_start(client, numbers, "k") for _ in range(2)))
    other = await _start(client, numbers, "other")

    assert {number for number, _ in both} == {f"{numbers.prefix}-1"}
    assert sorted(new for _, new in both) == [False, True]
    assert other == (f"{numbers.prefix}-2", True)


async def test_a_number_that_is_taken_is_passed_over(dev: DevServer) -> None:
    """By an import, or by a start for another key; a repeat passes over the same."""
    client, numbers = DefectsClient(dev.client), Numbers()
    await client.start("DefectWorkflow", f"{numbers.prefix}-1", defect_start("S3"))
    await client.start_if_absent("CaseWorkflow", f"{numbers.prefix}-2", case_start(), key="other")

    assert await _start(client, numbers, "k") == (f"{numbers.prefix}-3", True)
    assert await _start(client, numbers, "k") == (f"{numbers.prefix}-3", False)


async def test_a_start_tells_whether_the_number_was_free(dev: DevServer) -> None:
    """A number once used is not started again, and one that ended is refused by name."""
    client, number = DefectsClient(dev.client), f"C-{uuid.uuid4()}"

    assert not await client.exists(number)
    assert await client.start_if_absent("CaseWorkflow", number, case_start())
    assert not await client.start_if_absent("CaseWorkflow", number, case_start())
    await client.start("CaseWorkflow", number, case_start())
    await dev.client.get_workflow_handle(number).terminate()

    assert await client.exists(number)
    with pytest.raises(CommandRefused, match="was used before and is closed"):
        await client.start("CaseWorkflow", number, case_start())


async def test_what_is_signalled_is_started_first_where_it_has_ended(dev: DevServer) -> None:
    """Signals of one run come together; after its end there is another run."""
    client, number = DefectsClient(dev.client), f"webhook-{uuid.uuid4()}"

    async def wake() -> str:
        await client.start_and_signal(
            "WebhookWorkflow", number, {"receiver": "r"}, Wake.name, {"actor": "a"}, summary="one"
        )
        return (await dev.client.get_workflow_handle(number).describe()).run_id or ""

    first, again = await wake(), await wake()
    await dev.client.get_workflow_handle(number).terminate()

    assert first == again != await wake()


class Silent:
    """Stands in for a connection over which no update is answered, and no worker is known."""

    namespace = "default"

    @property
    def workflow_service(self) -> "Silent":
        """As the SDK's client has it."""
        return self

    def get_workflow_handle(self, _number: str) -> "Silent":
        """As the SDK's client has it."""
        return self

    async def describe_task_queue(self, _request: Any, **_: Any) -> DescribeTaskQueueResponse:
        """Nobody asks for work."""
        return DescribeTaskQueueResponse()

    async def execute_update(self, *_: Any, **__: Any) -> Any:
        """The SDK has an error of its own for whoever gives up."""
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            raise WorkflowUpdateRPCTimeoutOrCancelledError from error


async def test_a_command_that_is_given_up_leaves_no_noise() -> None:
    """The sender hears that nobody answers, and nothing else is written anywhere."""
    noise: list[Any] = []
    client = DefectsClient(cast("Client", Silent()), patience=0.01)
    asyncio.get_running_loop().set_exception_handler(lambda _, context: noise.append(context))
    try:
        with pytest.raises(NoAnswer):
            await client.update("DEF-1", "hold", {"actor": "a"})
        await asyncio.sleep(0)
        gc.collect()
    finally:
        asyncio.get_running_loop().set_exception_handler(None)
    assert noise == []
