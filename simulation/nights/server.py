"""A simulated Temporal: durable histories, activities at least once, timers, and virtual time."""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from domain.contract.effects import Lane
from domain.contract.identity import REQUEST_CONTINUE_AS_NEW
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.receipts import CasesMoved, Receipt
from domain.contract.values import Start
from domain.policy import PinnedPolicy
from domain.webhooks.receiver import Report
from simulation.nights.faults import Crash, Fault, Weather
from simulation.nights.life import Flight, Life
from simulation.nights.memory import (
    Commands,
    Done,
    Event,
    Failed,
    Fired,
    Memory,
    Pinned,
    Signalled,
    Task,
    Updated,
)
from simulation.oracle.expected_state import Moved, Said
from worker import WORKFLOWS as SERVED
from workflows.entity import EntityWorkflow
from workflows.options import for_lane, for_policy, for_webhooks

WORKFLOWS: dict[str, type[EntityWorkflow[Any]]] = {
    workflow.__name__: workflow for workflow in SERVED
}
TASK_TIMEOUT = timedelta(seconds=10)
"""After which a workflow task is given to another worker."""
RESTART = timedelta(seconds=5)
"""How long until another process begins where one has died."""
PROMPT = timedelta(milliseconds=20)
"""How long an activity takes."""
SLOW = timedelta(minutes=4)
SILENT = for_lane(Lane.CLIENTS)["heartbeat_timeout"]


class Worker(Protocol):
    """Who carries activities out; may raise `Crash`, or whatever an activity raises."""

    def perform(self, life: Life, flight: Flight, rival: Callable[[], None]) -> Receipt | Report:
        """One try. `rival` begins the next one while this one goes on."""

    def pin_policy(self, life: Life, start: Start) -> PinnedPolicy:
        """The activity `load_policy`."""

    def begin(self) -> None:
        """A process begins, and calls the receivers of webhooks for which something waits."""


class Server:
    """Everything durable, and the order in which things happen."""

    def __init__(self, now: datetime, weather: Weather) -> None:
        self.now = now
        self.lives: dict[str, Life] = {}
        self.weather = weather
        self.worker: Worker
        self.steps = self.crashes = self.replays = 0
        self._order = itertools.count()
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []

    # --- time ------------------------------------------------------------------------------------

    def at(self, when: datetime, do: Callable[[], None]) -> None:
        """Have something happen."""
        heapq.heappush(self._agenda, (max(when, self.now), next(self._order), do))

    def run_until(self, end: datetime, most: int = 50_000) -> None:
        """Let everything happen that is due until `end`.

        Raises:
            AssertionError: it does not come to rest.
        """
        while self._agenda and self._agenda[0][0] <= end:
            self.now, _, do = heapq.heappop(self._agenda)
            self.steps += 1
            if self.steps > most:
                raise AssertionError("the night goes round in circles")
            do()
        self.now = end

    def _working_at(self, when: datetime) -> datetime:
        """When a worker is there."""
        return self.weather.until(Fault.NO_WORKER, when) or when

    def crash(self) -> None:
        """The worker's process is gone, with all that it had in memory."""
        self.crashes += 1
        for life in self.lives.values():
            life.memory = None
        self.at(self._working_at(self.now + RESTART), self._begin_worker)

    def _begin_worker(self) -> None:
        if not self._does(self.worker.begin):  # It ends, and whoever watches it begins another.
            self.at(self._working_at(self.now + RESTART), self._begin_worker)

    def every(self, interval: timedelta, do: Callable[[], None]) -> None:
        """Have the worker do something again and again, whether it succeeds or not."""

        def once() -> None:
            if self._working_at(self.now) == self.now:
                self._does(do)
            self.every(interval, do)

        self.at(self.now + interval, once)

    def _does(self, do: Callable[[], None]) -> bool:
        """What a worker does by itself; False where the outside would not have it."""
        try:
            do()
        except Crash:
            self.crash()
        except (RPCError, SQLAlchemyError):
            return False
        return True

    # --- what callers ask for --------------------------------------------------------------------

    def start(self, workflow: str, number: str, payload: Any, opened_by: str | None = None) -> Life:
        """Start a workflow under a number that nothing has."""
        start = payload
        refused = False
        try:
            start = parse(WORKFLOWS[workflow].behaviour.start, payload)
        except InvalidCommand:
            refused = True
        life = Life(
            WORKFLOWS[workflow], number, start, self.now, start, self.now, opened_by=opened_by
        )
        life.closed = life.refused = refused
        self.lives[number] = life
        if not refused:
            self.at(self._working_at(self.now), lambda: self._pin(life))
        return life

    def tell(self, number: str, event: Event) -> bool:
        """A message to a workflow; False where nothing of that number runs."""
        life = self.lives.get(number)
        if life is None or life.closed:
            return False
        life.buffered.append(event)
        self._poke(life)
        return True

    def update_now(self, number: str, event: Updated) -> None:
        """An update whose sender waits until it is accepted.

        Raises:
            InvalidCommand: it was refused.
            LookupError: nothing of that number runs.
            TimeoutError: no worker works on it now.
        """
        life = self.lives.get(number)
        if life is None or life.closed:
            raise LookupError(number)
        if not life.tasks and life.run == 1:
            raise TimeoutError
        life.buffered.append(event)
        self._work(life)
        if event in life.buffered:
            life.buffered.remove(event)
            raise TimeoutError
        for command, error in reversed(life.refusals):
            if command is event.command:
                raise error

    def reset(self, number: str, share: float) -> None:
        """Go on from an earlier point of the history of the present run."""
        life = self.lives.get(number)
        if life is None or life.closed or not life.tasks:
            return
        life.reset_to(max(1, round(len(life.tasks) * (1 - share))), self.now)
        for flight in life.flights.values():
            self._schedule(life, flight, self.now)
        self._set_timer(life)
        self._poke(life)

    # --- workflow tasks --------------------------------------------------------------------------

    def _poke(self, life: Life) -> None:
        if life.task_at is None and not life.closed and (life.tasks or life.run > 1):
            self._task(life, self.now)

    def _task(self, life: Life, when: datetime) -> None:
        life.task_at = self._working_at(when)
        self.at(life.task_at, lambda: self._work(life) if life.task_at is not None else None)

    def _pin(self, life: Life) -> None:
        try:
            policy = self.worker.pin_policy(life, life.first_start)
        except Crash:
            self.crash()
            retry = self._working_at(self.now + for_policy()["start_to_close_timeout"])
            self.at(retry, lambda: self._pin(life))
        except ApplicationError:
            life.closed = life.refused = True
        else:
            life.buffered.insert(0, Pinned(policy))
            self._task(life, self.now)

    def _work(self, life: Life) -> None:
        life.task_at = None
        if life.closed:
            return
        if self.weather.until(Fault.NO_WORKER, self.now) is not None:
            self._task(life, self.now)
            return
        self.replays += life.memory is None and bool(life.tasks)
        memory = life.remembered()
        events = list(life.buffered)
        try:
            accepted, commands = memory.take(self.now, events)
            self.weather.crash("task", self.now, life.number)
        except InvalidCommand:  # Of the start payload alone.
            life.closed = life.refused = True
            return
        except Crash:
            self.crash()
            self._task(life, self.now + TASK_TIMEOUT)
            return
        del life.buffered[: len(events)]
        self._complete(life, memory, accepted, commands)

    def _complete(
        self, life: Life, memory: Memory, events: list[Event], commands: Commands
    ) -> None:
        record = memory.record
        life.tasks.append(Task(self.now, tuple(events), commands, memory.state))
        life.said += [
            Moved(self.now, refused=said.refused is not None)
            if isinstance(said, CasesMoved)
            else Said(self.now, said)
            for said in record.applied
        ]
        life.decided += record.decided
        life.done += [(effect, receipt, self.now) for effect, receipt in record.done]
        life.marks.append((len(life.decided), len(life.done), len(life.said)))
        life.refusals += record.refused
        record.clear()
        if commands.finished:
            life.closed = True
            life.wake_at = None
            return
        if commands.continues is not None:
            self._continue(life, commands.continues)
            return
        for lane, _ in commands.activities:
            flight = life.flights[lane] = Flight(lane, memory.under_way[lane], self.now)
            self._schedule(life, flight, self.now)
        if commands.wake_at != life.wake_at or Fired() in events:
            life.wake_at = commands.wake_at
            self._set_timer(life)

    def _continue(self, life: Life, carried: str) -> None:
        life.heaviest = max(life.heaviest, len(carried))
        life.run += 1
        life.start, life.began = carried, self.now
        life.tasks, life.marks, life.flights = [], [], {}
        life.memory = life.wake_at = None
        self._task(life, self.now)

    def _set_timer(self, life: Life) -> None:
        at, run = life.wake_at, life.run
        if at is None:
            return

        def fire() -> None:
            if life.wake_at == at and life.run == run and not life.closed:
                life.wake_at = None
                life.buffered.append(Fired())
                self._poke(life)

        self.at(at, fire)

    # --- activities ------------------------------------------------------------------------------

    def _schedule(self, life: Life, flight: Flight, when: datetime) -> None:
        run, attempt = life.run, flight.attempt

        def attempt_it() -> None:
            waited_for = life.run == run and life.flights.get(flight.lane) is flight
            if waited_for and flight.attempt == attempt:
                self._attempt(life, flight)

        self.at(self._working_at(when), attempt_it)

    def _attempt(self, life: Life, flight: Flight) -> None:
        """One try: what it does happens now, and what comes of it is on record some time later."""
        attempt = flight.attempt

        def rival() -> None:
            self._silent(life, flight, attempt, then=lambda: self._attempt(life, flight))

        try:
            self.weather.crash("activity begins", self.now, life.number)
            receipt = self.worker.perform(life, flight, rival)
            struck = self.weather.crash("activity ends", self.now, life.number)
        except Crash:
            self.crash()
            silent = self.now + SILENT
            self.at(silent, lambda: self._silent(life, flight, attempt))
        except ApplicationError as error:
            self._fail(life, flight, attempt, error)
        except Exception as error:  # noqa: BLE001 - as the SDK does
            failure = ApplicationError(str(error), type=type(error).__name__)
            self._fail(life, flight, attempt, failure)
        else:
            if Fault.RESULT_LOST in struck:
                self.at(self.now + SILENT, lambda: self._silent(life, flight, attempt))
                return
            slow = self.weather.lasting(Fault.SLOW, self.now) or Fault.LEFT_BEHIND in struck
            if Fault.LEFT_BEHIND in struck:
                self.tell(life.number, Signalled(REQUEST_CONTINUE_AS_NEW, {}))
            self.at(
                self.now + (SLOW if slow else PROMPT),
                lambda: self._end(life, flight, attempt, Done(flight.lane, receipt)),
            )

    def _silent(
        self,
        life: Life,
        flight: Flight,
        attempt: int,
        then: Callable[[], None] | None = None,
    ) -> None:
        """The server takes a try for dead: it tries again, as often as the options say."""
        if flight.attempt != attempt or life.flights.get(flight.lane) is not flight:
            return
        if self._is_last(flight):
            self._end(life, flight, attempt, Failed(flight.lane, "outage", None))
            return
        flight.attempt += 1
        if then is not None:
            then()
        else:
            self._schedule(life, flight, self.now + _pause(attempt))

    def _fail(self, life: Life, flight: Flight, attempt: int, error: ApplicationError) -> None:
        if flight.attempt != attempt:
            return
        if error.non_retryable or self._is_last(flight):
            rest = error.next_retry_delay
            failed = Failed(flight.lane, error.type or "outage", rest)
            self._end(life, flight, attempt, failed)
            return
        flight.attempt += 1
        self._schedule(life, flight, self.now + (error.next_retry_delay or _pause(attempt)))

    def _end(self, life: Life, flight: Flight, attempt: int, outcome: Event) -> None:
        """Put on record what came of it, unless nobody waits for that any more."""
        if life.closed or life.flights.get(flight.lane) is not flight or flight.attempt != attempt:
            return
        del life.flights[flight.lane]
        life.buffered.append(outcome)
        self._poke(life)

    def _is_last(self, flight: Flight) -> bool:
        """Whether the server does not try again."""
        if isinstance(flight.lane, Lane):
            most: int = for_lane(flight.lane)["retry_policy"].maximum_attempts
            return flight.attempt >= most
        limit: timedelta = for_webhooks()["schedule_to_close_timeout"]
        return self.now + _pause(flight.attempt) >= flight.since + limit


def _pause(attempt: int) -> timedelta:
    return timedelta(seconds=min(2 ** (attempt - 1), 60))
