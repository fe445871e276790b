"""A workflow that carries a client's words through everything that is recorded of a workflow.

It is in a module of its own because the sandbox imports a workflow's module anew in every run.
"""

from datetime import date, datetime, timedelta

from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    import structlog

    from domain.business_time import BusinessCalendar
    from domain.contract.values import Severity

TASK_QUEUE = "letters"
SEVERITY_HERE = id(Severity)
"""The identity of a domain class as this import of the module sees it."""


class Letter(BaseModel):
    """What a client wrote, and where."""

    words: str
    time_zone: str = "America/Chicago"


class Reading(BaseModel):
    """What came of it."""

    words: str
    read_at: datetime
    date_there: date
    in_sandbox: bool
    severity_class: int


@activity.defn
def read_aloud(letter: Letter) -> str:
    """Answer the words; runs in a thread."""
    activity.heartbeat(letter.words)
    structlog.get_logger("tests.letters").info("letter.read")
    activity.logger.info("letter read")
    return letter.words


@activity.defn
def tear_up(letter: Letter) -> None:
    """Fail with the words in the error."""
    raise ApplicationError(f"cannot read {letter.words}", letter.words, type="TornUp")


@workflow.defn
class LetterWorkflow:
    """Waits for a reply, then has the letter read."""

    @workflow.init
    def __init__(self, letter: Letter) -> None:
        self._letter = letter
        self._reply = ""

    @workflow.run
    async def run(self, letter: Letter) -> Reading:
        """Answer the words, and what the workflow saw of its surroundings."""
        workflow.set_current_details(letter.words)
        await workflow.wait_condition(lambda: bool(self._reply))
        words = await workflow.execute_activity(
            read_aloud,
            letter,
            start_to_close_timeout=timedelta(seconds=30),
            heartbeat_timeout=timedelta(seconds=30),
            summary="reads the letter",
        )
        workflow.logger.info("reply received")
        calendar = BusinessCalendar(time_zone=letter.time_zone, hours={})
        return Reading(
            words=words + self._reply,
            read_at=workflow.now(),
            date_there=calendar.local_date(workflow.now()),
            in_sandbox=workflow.unsafe.in_sandbox(),
            severity_class=SEVERITY_HERE,
        )

    @workflow.signal
    def reply(self, letter: Letter) -> None:
        """A letter back."""
        self._reply = letter.words

    @workflow.query
    def letter(self) -> Letter:
        """The letter."""
        return self._letter


@workflow.defn
class TornWorkflow:
    """Has the letter torn up, and fails with it."""

    @workflow.run
    async def run(self, letter: Letter) -> None:
        """Fail with the words in the error."""
        await workflow.execute_activity(
            tear_up,
            letter,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=RetryPolicy(maximum_attempts=1),
        )


@workflow.defn
class LongWorkflow:
    """Makes history until the server finds it long."""

    @workflow.run
    async def run(self) -> int:
        """Answer the length of the history at that moment."""
        while not workflow.info().is_continue_as_new_suggested():
            await workflow.sleep(0.001)
        return workflow.info().get_current_history_length()
