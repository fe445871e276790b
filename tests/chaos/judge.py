"""Compares what was owed with what the mail server has, the ledger with both, and what runs."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.contract.events import Role, StaffEvent
from domain.policy import Policy
from simulation.oracle.audit import audit
from simulation.oracle.expected_state import Delivered, StateHistory
from tests.chaos.course import FACT_OF, histories
from tests.chaos.driver import Said
from tests.chaos.mail import Taken
from tests.chaos.rest import Rest
from tests.chaos.runs import Runs
from tests.chaos.stories import UNANSWERED

GRACE = timedelta(days=1)
"""No message is late here: whether it came at all is asked, and each limit that passed counted."""
A_MOMENT = 1.5
"""Seconds within which a connection is lost whose sender was killed."""
LATE = "no update before the deadline"
PUT_OFF = f"{StaffEvent.RECLASSIFICATION_REMINDER} is missing"
"""After an outage one reminder takes the place of those that were due meanwhile."""
_IN_TIME: Mapping[str, str] = {
    "case.first_response_missed": "case.first_response_missed",
    "case.information_reminded": "case.information_requested",
}
"""What time brings to a case, and what is told of it."""
ENDED = {"closed", "deployed", "cancelled"}


@dataclass
class Figures:
    """What is told of a run, besides its faults."""

    cases: int = 0
    defects: int = 0
    releases: int = 0
    commands: int = 0
    tries: int = 0
    """Of all commands; what is more than these was repeated for want of an answer."""
    owed: int = 0
    """Messages that had to reach somebody: by the oracle, by the stories of cases, or by the
    ledger."""
    delivered: int = 0
    """Messages that reached somebody, each counted once."""
    overtaken: int = 0
    """Begun, and given up since a newer message said more."""
    updates_late: int = 0
    """Limits of status updates that passed during outages: on record, and no message lost."""
    reminders_put_off: int = 0
    """Reminders to decide on a request that fell due while nobody could work on it."""
    lost: int = 0
    twice: int = 0
    unavoidable: int = 0
    """Repeats of a letter that was taken, whose sender was killed, or not answered by us."""
    killed: int = 0
    """Of these, the sender was killed."""
    unanswered: int = 0
    """Of these, we closed the connection."""
    unrecorded: int = 0
    """Repeats of a letter whose sender lived and was answered, but could not write that down."""
    incidents: int = 0
    running: int = 0
    replayed: int = 0
    task_failures: dict[str, int] = field(default_factory=dict)


@dataclass
class Verdict:
    """What came of it."""

    figures: Figures
    faults: list[str]
    """Each in one line; none where the product has kept its word."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self.figures), "faults": self.faults}


@dataclass
class Evidence:
    """All there is to judge by."""

    said: Sequence[Said]
    cases: Mapping[str, dict[str, Any]]
    taken: Sequence[Taken]
    incidents: Sequence[Mapping[str, Any]]
    killed_at: Sequence[float]
    ledger: Sequence[Mapping[str, Any]]
    on_record: Mapping[str, Sequence[Mapping[str, Any]]]
    policy: Policy
    rest: Rest
    runs: Runs


def judge(evidence: Evidence) -> Verdict:
    """The verdict on a run that has come to rest."""
    return _Judge(evidence).verdict()


class _Judge:
    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._policy = evidence.policy
        self._figures = Figures()
        self._faults: list[str] = []
        self._came: dict[tuple[str, str], list[Taken]] = defaultdict(list)
        for taken in evidence.taken:
            self._came[taken.message_id, taken.recipient].append(taken)

    def verdict(self) -> Verdict:
        """All questions, one after another."""
        self._about_commands()
        self._about_repeats()
        self._about_the_ledger()
        self._about_defects()
        self._about_cases()
        self._about_what_runs()
        return Verdict(self._figures, self._faults)

    def _fault(self, what: str) -> None:
        self._faults.append(what)

    # --- commands --------------------------------------------------------------------------------

    def _about_commands(self) -> None:
        """Each was answered, and is on record once."""
        figures = self._figures
        for one in self._evidence.said:
            figures.commands += 1
            figures.tries += one.tries
            if one.refused is not None:
                self._fault(f"{_named(one)} was refused: {one.refused}")
            elif not one.step.starts and (times := self._times_on_record(one)) != 1:
                self._fault(f"{_named(one)} is on record {times} times")

    def _times_on_record(self, one: Said) -> int:
        facts = self._evidence.on_record.get(one.step.number, ())
        event = FACT_OF[one.step.command]
        # Whom the client is asked by is not on record.
        actor = None if one.step.command == "request_information" else one.actor
        return sum(fact["event"] == event and fact["actor"] == actor for fact in facts)

    # --- messages --------------------------------------------------------------------------------

    def _about_repeats(self) -> None:
        """What came more than once, and whether anybody could have prevented it."""
        figures = self._figures
        figures.delivered = len(self._came)
        for (message_id, recipient), times in self._came.items():
            for before in times[:-1]:
                reason = self._reason(before)
                setattr(figures, reason, getattr(figures, reason) + 1)
                if reason in ("twice", "unrecorded"):
                    self._fault(f"{before.event} {message_id} came again to {recipient}: {reason}")
        figures.unavoidable = figures.killed + figures.unanswered

    def _reason(self, before: Taken) -> str:
        """Why a letter that was taken was sent again."""
        if before.hung_up:
            return "unanswered"
        if before.heard or before.lost_at is None:
            return "twice"
        lost_at = before.lost_at
        killed = any(abs(lost_at - at) < A_MOMENT for at in self._evidence.killed_at)
        return "killed" if killed else "unrecorded"

    def _about_the_ledger(self) -> None:
        """What it calls sent has come, and what came it calls sent."""
        rows = {(row["message_id"], row["recipient"]): row for row in self._evidence.ledger}
        for key, row in rows.items():
            is_late = row["decided_at"] >= self._evidence.rest.since and key not in self._came
            if row["channel"] != "email" or is_late:  # the workers were stopped in the middle of it
                continue
            if row["overtaken_at"] is not None:
                self._figures.overtaken += 1
            else:
                self._figures.owed += 1
                if key not in self._came:
                    self._figures.lost += 1
                    what = f"{row['effect_key']} to {row['recipient']} is {row['state']}"
                    self._fault(f"lost: {what}, and did not come")
        for message_id, recipient in self._came.keys() - rows.keys():
            self._fault(f"{message_id} reached {recipient} and is in no ledger")

    def _never_begun(self, what: str, times: int = 1) -> None:
        """Owed, and not even in the ledger."""
        self._figures.owed += times
        self._figures.lost += times
        self._fault(f"lost: {what}")

    # --- defects, by the oracle ------------------------------------------------------------------

    def _about_defects(self) -> None:
        """Whatever the policy makes them owe has come once, and nothing else has."""
        evidence, pinned = self._evidence, self._policy.pinned()
        posted = Counter(
            str(next(iter(incident["metadata"].values()))) for incident in evidence.incidents
        )
        self._figures.incidents = len(evidence.incidents)
        for key, times in posted.items():
            if times > 1:
                self._fault(f"{times} incidents are one: {key}")
        owed_incidents = 0
        until = evidence.rest.since + GRACE
        delivered = self._delivered()
        for number, history in histories(
            evidence.said, evidence.cases, evidence.on_record, delivered, until
        ):
            for broken in audit(history, pinned, GRACE).broken:
                if broken.what == LATE:
                    self._figures.updates_late += broken.at <= evidence.rest.since
                elif broken.what == PUT_OFF:
                    self._figures.reminders_put_off += 1
                elif broken.what.endswith("is missing"):
                    self._never_begun(
                        f"{number} {broken.what} to {broken.recipient}, due {broken.at}"
                    )
                else:
                    self._fault(f"{number} {broken.clause}: {broken.what} to {broken.recipient}")
            stands = StateHistory(history).stands
            owed_incidents += sum(s.entered and s.severity == "S1" and not s.over for s in stands)
        if owed_incidents != len(evidence.incidents):
            self._fault(f"{owed_incidents} incidents were owed, {len(evidence.incidents)} posted")

    def _delivered(self) -> dict[str, list[Delivered]]:
        """What reached whom, by defect: as the mail server has it, in the ledger's words."""
        rows = {row["message_id"]: row for row in self._evidence.ledger}
        roles = {to.lower(): role.value for role in Role for to in self._policy.recipients(role)}
        found: dict[str, list[Delivered]] = defaultdict(list)
        for (message_id, recipient), times in self._came.items():
            row = rows.get(message_id)
            if row is not None:
                at = datetime.fromtimestamp(times[0].at, UTC)
                found[row["entity"]].append(
                    Delivered(
                        *(at, row["event"], row["effect_key"], roles.get(recipient, recipient)),
                        decided_at=row["decided_at"],
                    )
                )
        return {number: sorted(came, key=lambda one: one.at) for number, came in found.items()}

    # --- cases, by their stories -----------------------------------------------------------------

    def _about_cases(self) -> None:
        """Each command that says something to the client has said it once."""
        came: Counter[tuple[str, str]] = Counter()
        for row in self._evidence.ledger:
            if (row["message_id"], row["recipient"]) in self._came:
                came[row["entity"], row["event"]] += 1
        for (number, event), times in self._owed_by_cases().items():
            if came[number, event] < times:
                said = f"{number} {event}: {came[number, event]} of {times}"
                self._never_begun(said, times - came[number, event])
            elif came[number, event] > times:
                self._fault(f"{number} {event}: {came[number, event]} instead of {times}")

    def _owed_by_cases(self) -> Counter[tuple[str, str]]:
        owed: Counter[tuple[str, str]] = Counter()
        told = {"respond", "answer", "request_information", "close"}
        for one in self._evidence.said:
            number, command = one.step.number, one.step.command
            if command == "CaseWorkflow":
                owed[number, "case.opened"] += 1
                if one.payload["subject"] == UNANSWERED:
                    owed[number, "case.information_requested"] += 1
                    owed[number, "case.closed"] += 1
            elif command in told and one.refused is None:
                owed[number, FACT_OF[command]] += 1
        for number, facts in self._evidence.on_record.items():
            events = Counter(fact["event"] for fact in facts)
            for event, message in _IN_TIME.items():
                owed[number, message] += events[event]
        return owed

    # --- what runs -------------------------------------------------------------------------------

    def _about_what_runs(self) -> None:
        """Every open number runs, nothing waits, no task of a workflow fails."""
        evidence, figures = self._evidence, self._figures
        for what in evidence.rest.unsettled:
            self._fault(f"not settled: {what}")
        for number, state in evidence.rest.states.items():
            kind = {"CASE": "cases", "DEF-": "defects", "REL-": "releases"}.get(number[:4])
            if kind is not None:
                setattr(figures, kind, getattr(figures, kind) + 1)
            if state not in ENDED and number not in evidence.rest.statuses:
                self._fault(f"{number} is {state} in the database and does not run")
        for number, status in evidence.rest.statuses.items():
            if status["failed_deliveries"]:
                self._fault(f"{number} has {status['failed_deliveries']} refused deliveries")
            for reason in status["attention"]:
                self._fault(f"{number} needs attention: {reason}")
        figures.running = len(evidence.rest.statuses)
        figures.replayed = evidence.runs.replayed
        figures.task_failures = dict(evidence.runs.failures)
        self._faults += evidence.runs.faults


def _named(one: Said) -> str:
    return f"{one.step.command} of {one.step.number} ({one.actor})"
