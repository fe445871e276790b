"""How a defect keeps its clients up to date: the daily update, and what was missed (T6, T9)."""

from datetime import datetime

from domain.contract.effects import Effect, Receipt, TellClients
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.defect.notify import STATUS_TOPIC, TellingDefect
from domain.defect.update_clock import UpdateClock
from domain.entity import iso

COUNT_AS_UPDATE = {
    ClientEvent.DEFECT_UPDATE,
    ClientEvent.DEFECT_WORKAROUND,
    ClientEvent.DEFECT_SEVERITY_CHANGED,
    ClientEvent.DEFECT_REOPENED,
}
"""Messages to everyone attached that say how it stands (T6); a confirmation is to some only."""


class UpdatingDefect(TellingDefect):
    """A defect that owes its clients updates while its severity asks for them."""

    def fire(self, now: datetime) -> list[Effect]:
        """Do everything that is due by `now` (UTC), and put on record what was missed."""
        self._record_missed_updates(now)
        return super().fire(now)

    def _send_update(self, _due: datetime, now: datetime) -> None:
        """The daily update; where nobody wrote anything new it says so, and the owner is nudged."""
        last = self.updates.last_at if self.updates else self.confirmed_at
        fresh = self.progress if self.progress and self.progress.at > last else None
        text = fresh.text if fresh else None
        sent = self._update_clients(now, text, replaceable=STATUS_TOPIC)
        self._post_status(now, text, replaceable=STATUS_TOPIC)
        self._record("defect.update", now, public=True, public_text=text)
        if fresh is None:
            nudge = self._notify if self.rules.round_the_clock else self._remind
            nudge(
                StaffEvent.DEFECT_UPDATE_NEEDED,
                Role.ENGINEERING,
                now,
                owner=self.owner,
                last_text_at=iso(self.progress.at if self.progress else None),
            )
        self._restart_updates(now, sent)

    def _restart_updates(self, now: datetime, sent: TellClients | None) -> None:
        """A message that counts as an update has gone out at `now`."""
        cadence, calendar = self.rules.updates, self.policy.calendar
        if cadence is None:
            self.updates = None
        elif self.updates is None:
            self.updates = UpdateClock.started(cadence, calendar, now)
        else:
            sequence = sent.sequence if sent else None
            self.updates = self.updates.restarted(cadence, calendar, now, sequence)

    def _record_missed_updates(self, now: datetime) -> None:
        """Put on record every update that was not with the clients in time (T9)."""
        if self.updates is None or self.rules.updates is None:
            return
        for deadline in self.updates.take_missed(self.rules.updates, self.policy.calendar, now):
            if self.cases:
                self.updates_missed += 1
                self._record("update.missed", now, deadline=iso(deadline))

    def _note_delivery(self, effect: Effect, receipt: Receipt, now: datetime) -> None:
        self._record_missed_updates(now)
        if self.updates is None or not isinstance(effect, TellClients):
            return
        if receipt.arrived and effect.kind in COUNT_AS_UPDATE:
            self.updates.arrived(effect.sequence)
