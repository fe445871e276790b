"""Whom a defect tells, and with which facts: clients, staff, the status page (D6, D8)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.contract.effects import AudienceChange, Person, PostStatus, TellClients, TellStaff, Whom
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.values import Attachment
from domain.defect.state import DefectState
from domain.entity import iso

STATUS_TOPIC = "status"
"""Tag of messages that only say how it stands: a newer one makes a waiting one pointless."""
REMINDER_TOPIC = "release reminder"
"""Tag of reminders of a release: another plan, or the resolution, makes a waiting one wrong."""


_EVERYONE = Whom()


class TellingDefect(DefectState):
    """A defect that can speak; `Defect` decides when."""

    def _update_clients(
        self, now: datetime, text: str | None, replaceable: str | None = None
    ) -> TellClients | None:
        return self._tell_attached(
            ClientEvent.DEFECT_UPDATE,
            now,
            replaceable=replaceable,
            replaces=(STATUS_TOPIC,),
            severity=self.severity.value,
            stage=self.stage.value,
            text=text,
            workaround=self._workaround_fact(),
            release=self._release_fact(),
        )

    def _join(self, attachments: Sequence[Attachment], now: datetime) -> None:
        if attachments:
            self._change_audience(
                AudienceChange(sequence=self.sequence, at=now, attach=list(attachments))
            )

    def _confirm_to(self, attachments: Sequence[Attachment], now: datetime) -> TellClients | None:
        """C9, C10, D5: both numbers, and whatever is known that helps."""
        if not attachments:
            return None
        people: dict[str, Person] = {}
        for attachment in attachments:
            address = attachment.contact.email.lower()
            cases = people[address].cases if address in people else []
            people[address] = Person(contact=attachment.contact, cases=[*cases, attachment.case])
        progress = self.progress.model_dump(mode="json") if self.progress else None
        return self._tell_clients(
            ClientEvent.DEFECT_CONFIRMED,
            now,
            people=list(people.values()),
            defect=self.number,
            release=self.release.id if self.release else None,
            facts={
                "severity": self.severity.value,
                "stage": self.stage.value,
                "public_summary": self.public_summary,
                "workaround": self._workaround_fact(),
                "release": self._release_fact(),
                "progress": progress,
            },
        )

    def _tell_attached(
        self,
        kind: ClientEvent,
        now: datetime,
        *,
        replaceable: str | None = None,
        replaces: tuple[str, ...] = (),
        release_id: str | None = None,
        whom: Whom = _EVERYONE,
        **facts: Any,
    ) -> TellClients | None:
        if not self.cases:
            return None
        return self._tell_clients(
            kind,
            now,
            whom=whom,
            defect=self.number,
            release=release_id or (self.release.id if self.release else None),
            replaceable=replaceable,
            replaces=replaces,
            facts=facts,
        )

    def _notify(self, event: StaffEvent, role: Role, now: datetime, **facts: Any) -> None:
        """Tell staff at once."""
        self._tell_staff(event, role, now, **self._staff_facts(facts))

    def _remind(self, event: StaffEvent, role: Role, now: datetime, **facts: Any) -> None:
        """Tell staff within support hours (T10)."""
        self._remind_staff(event, role, now, **self._staff_facts(facts))

    def _staff_facts(self, facts: dict[str, Any]) -> dict[str, Any]:
        return {
            "defect": self.number,
            "release": facts.get("release"),
            "facts": {
                "severity": self.severity.value,
                "title": self.title,
                "functional_area": self.functional_area,
                "clients": self.affected_clients,
                "cases": len(self.cases),
                **facts,
            },
        }

    def _still_matters(self, notice: TellStaff) -> bool:
        if notice.kind is StaffEvent.DEFECT_RELEASE_OVERDUE:
            plan = {"id": notice.release, "deploy_at": notice.facts["deploy_at"]}
            return self.active and self._release_fact() == plan
        if notice.kind is StaffEvent.RECLASSIFICATION_REMINDER:
            request = self.reclassification
            return request is not None and iso(request.requested_at) == notice.facts["since"]
        return self.active and notice.facts["severity"] == self.severity

    def _post_status(
        self,
        now: datetime,
        text: str | None,
        *,
        resolved: bool = False,
        replaceable: str | None = None,
    ) -> None:
        if not self.incident_open:
            return
        self._emit(
            PostStatus(
                **self._next_key("status"),
                at=now,
                incident=f"{self.number}/{self.severity}-{self.incidents}",
                name=self.public_summary or "Some users are affected by an issue",
                body=text or "Work on this issue goes on.",
                stage="resolved" if resolved else self.stage,
                severity=self.severity,
                replaceable=replaceable,
                replaces=(STATUS_TOPIC,),
            )
        )
