"""The simulated server as `temporalio.client.Client` shows it, as far as the product uses that."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.contract.catalogue import COMMANDS
from domain.contract.parsing import InvalidCommand, parse
from runtime.client import STARTED_FOR
from simulation.nights.faults import Fault
from simulation.nights.memory import Signalled, Updated
from simulation.nights.server import Server


class SimulatedClient:
    """Starts, signals, updates and looks; each may fail, or succeed unheard."""

    server: Server
    namespace = "night"

    @property
    def workflow_service(self) -> "SimulatedClient":
        """The calls below that the product makes without the SDK's help."""
        return self

    @property
    def data_converter(self) -> "_Plain":
        """Payloads are as they are."""
        return _Plain()

    def get_workflow_handle(self, number: str) -> "_Handle":
        """Whatever runs under a number."""
        return _Handle(self, number)

    async def start_workflow(self, workflow: str, payload: Any, **options: Any) -> None:
        """Start something, unless the number was ever used."""
        number: str = options["id"]
        with self._call(number):
            life = self.server.lives.get(number)
            signal = options.get("start_signal")
            if life is None or (life.closed and signal is not None):
                memo = options.get("memo") or {}
                self.server.start(workflow, number, payload, opened_by=memo.get(STARTED_FOR))
            if signal is not None:
                self.server.tell(number, Signalled(signal, dict(options["start_signal_args"][0])))
            if life is None or signal is not None:
                return
            running = not life.closed
            conflict = options.get("id_conflict_policy")
            if running and conflict is WorkflowIDConflictPolicy.USE_EXISTING:
                return
            raise WorkflowAlreadyStartedError(number, workflow)

    async def describe_workflow_execution(self, request: Any, **_: Any) -> Any:
        """What is known of a number's last run."""
        number = request.execution.workflow_id
        with self._call(number):
            life = self.server.lives.get(number)
            if life is None:
                raise RPCError("not found", RPCStatusCode.NOT_FOUND, b"")
            fields = {} if life.opened_by is None else {STARTED_FOR: life.opened_by}
            info = SimpleNamespace(
                memo=SimpleNamespace(fields=fields),
                type=SimpleNamespace(name=life.workflow.__name__),
            )
            return SimpleNamespace(workflow_execution_info=info)

    async def get_workflow_execution_history(self, request: Any, **_: Any) -> Any:
        """The first event of a run."""
        number, run = request.execution.workflow_id, request.execution.run_id
        with self._call(number):
            life = self.server.lives[number]
            began = Timestamp()
            began.FromDatetime(life.began)
            started = SimpleNamespace(
                input=SimpleNamespace(payloads=[life.first_start.model_dump(mode="json")]),
                first_execution_run_id=run if life.run == 1 else "the first",
            )
            event = SimpleNamespace(
                event_time=began, workflow_execution_started_event_attributes=started
            )
            return SimpleNamespace(history=SimpleNamespace(events=[event]))

    def _call(self, number: str) -> "_Call":
        return _Call(self.server, number)


class _Plain:
    async def decode(self, payloads: Any) -> list[Any]:
        return list(payloads)


@dataclass
class _Call:
    """One call of the server: it may be away, or what it answers may not be heard."""

    server: Server
    number: str
    _struck: set[Fault] = field(default_factory=set)

    def __enter__(self) -> None:
        server = self.server
        if server.weather.lasting(Fault.SIGNALS_DOWN, server.now):
            raise RPCError("no server", RPCStatusCode.UNAVAILABLE, b"")
        self._struck = server.weather.crash("signal", server.now, self.number)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and Fault.SIGNAL_UNHEARD in self._struck:
            raise RPCError("the connection broke", RPCStatusCode.UNAVAILABLE, b"")
        if kind is None:
            self.server.weather.crash("heard", self.server.now, self.number)


@dataclass
class _Handle:
    client: SimulatedClient
    number: str

    async def signal(self, name: str, payload: Any, **_: Any) -> None:
        """Have a signal recorded."""
        with self.client._call(self.number):
            if not self.client.server.tell(self.number, Signalled(name, dict(payload))):
                raise RPCError("not found", RPCStatusCode.NOT_FOUND, b"")

    async def execute_update(self, name: str, payload: Any, **_: Any) -> dict[str, Any]:
        """Have an update judged and applied, and wait for that."""
        with self.client._call(self.number):
            try:
                said = parse(COMMANDS[name], payload)
                self.client.server.update_now(self.number, Updated(said))
            except LookupError:
                raise RPCError("not found", RPCStatusCode.NOT_FOUND, b"") from None
            except TimeoutError:
                raise RPCError("no worker", RPCStatusCode.UNAVAILABLE, b"") from None
            except InvalidCommand as error:
                refusal = ApplicationError(str(error), type=type(error).__name__)
                failed = WorkflowUpdateFailedError(refusal)
                raise failed from refusal
        return {}
