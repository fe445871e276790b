"""Plays one night to its end: everybody acts, everything breaks, and then there is peace."""

from dataclasses import dataclass
from datetime import datetime

from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from domain.contract.catalogue import COMMANDS
from domain.contract.identity import REQUEST_CONTINUE_AS_NEW
from domain.contract.parsing import InvalidCommand, parse
from domain.webhooks.events import receiver_id
from simulation.nights.database import Database
from simulation.nights.faults import Disturbance, Fault, Weather
from simulation.nights.memory import CancelAsked, Signalled, Updated
from simulation.nights.outside import Outside
from simulation.nights.plan import LEAVE, LISTEN, Plan, Step
from simulation.nights.server import WORKFLOWS, Server
from simulation.nights.worker import activity_worker, without_threads

SECRET = "whsec_bmlnaHQ="  # noqa: S105 - of nobody


@dataclass
class Night:
    """What came of a plan."""

    plan: Plan
    server: Server
    outside: Outside
    database: Database


def play(plan: Plan) -> Night:
    """Play a night.

    Raises:
        AssertionError: a replay differs, or it goes round in circles.
    """
    weather = Weather(plan.began, list(plan.disturbances))
    server = Server(plan.began, weather)

    def clock() -> datetime:
        return server.now

    outside, worker = Outside(weather, clock), activity_worker()
    listens = any(step.name == LISTEN for step in plan.steps)
    worker.serve(server, outside, listens=listens, asks=plan.asks)
    server.worker = worker
    for step in plan.steps:
        server.at(plan.began + step.at, lambda step=step: _act(server, step, worker.receivers))  # type: ignore[misc]
    for d in plan.disturbances:
        server.at(plan.began + d.at, lambda d=d: _disturb(server, d))  # type: ignore[misc]
    try:
        with without_threads():
            server.run_until(plan.until)
    finally:
        worker.database.end()
    return Night(plan, server, outside, worker.database)


def _act(server: Server, step: Step, receivers: DatabaseWebhookReceivers) -> None:
    if step.name in (LISTEN, LEAVE):
        with server.weather.suspended():
            if step.name == LISTEN:
                receivers.add(step.payload["url"], SECRET, server.now, step.payload["events"])
            else:
                receivers.remove(receiver_id(step.payload["url"]))
        return
    if step.name in WORKFLOWS:
        if step.number not in server.lives:
            server.start(step.name, step.number, step.payload)
        return
    if step.signal:
        server.tell(step.number, Signalled(step.name, step.payload))
        return
    try:
        command = parse(COMMANDS[step.name], step.payload)
    except InvalidCommand:
        return
    server.tell(step.number, Updated(command))


def _disturb(server: Server, what: Disturbance) -> None:
    match what.fault:
        case Fault.EVICTED:
            for life in server.lives.values():
                if what.whom in (None, life.number):
                    life.memory = None
        case Fault.LEAVE if what.whom is not None:
            server.tell(what.whom, Signalled(REQUEST_CONTINUE_AS_NEW, {}))
        case Fault.CANCEL if what.whom is not None:
            server.tell(what.whom, CancelAsked())
        case Fault.RESET if what.whom is not None:
            server.reset(what.whom, what.share)
        case _:
            pass
