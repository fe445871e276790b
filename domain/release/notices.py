"""How clients hear of a release: advance notices, corrections, and none that is wrong (R2)."""

from datetime import datetime
from typing import Any

from domain.contract.effects import Joint, NotifyClients, Whom
from domain.contract.events import ClientEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import DeliveryReceipt
from domain.contract.release import Announce
from domain.entity import Due, iso
from domain.release.state import Release, require_open

NOTICE_TOPIC = "release notice"
"""Tag of advance notices: another date, or the end, makes a waiting one wrong."""


def announce(release: Release, command: Announce, now: datetime) -> None:
    """R2: the advance notice, now."""
    require_open(release)
    if release.deploy_at <= now:
        raise InvalidCommand("deploy_at", "has passed; reschedule the release")
    give(release, now, actor=command.actor)


def agenda(release: Release) -> list[Due[Release]]:
    """Each notice at its day ahead."""
    return [
        Due(
            notice.due_at(release.deploy_at),
            f"notice {notice.days:g} days ahead",
            _give_what_is_due,
        )
        for notice in release.announcements.notices
        if notice.pending
    ]


def _give_what_is_due(release: Release, _due: datetime, now: datetime) -> None:
    """R2: one message, though several notices may be due after an outage or another date."""
    notices = release.announcements.notices
    due = [n for n in notices if n.pending and n.due_at(release.deploy_at) <= now]
    in_time = now < release.deploy_at
    came: dict[str, Any] = {"sent_at": now} if in_time else {"skipped": True}
    release.announcements.notices = [n.model_copy(update=came) if n in due else n for n in notices]
    if in_time:
        remind_at = release.policy.releases.remind_at(release.deploy_at)
        reminds = any(notice.due_at(release.deploy_at) == remind_at for notice in due)
        give(release, now, is_reminder=reminds, days=min(notice.days for notice in due))


def give(
    release: Release,
    now: datetime,
    actor: str | None = None,
    is_reminder: bool = False,
    **details: Any,
) -> None:
    """Notify every address on record of the release as it stands.

    One `is_reminder` that falls on the same instant as the reminders of its defects (R5): these
    tell their people the same.
    """
    at, number = release.deploy_at, release.number
    joint = Joint(release=number, says="reminder", deploy_at=at) if is_reminder else None
    release.announcements.last_at = now
    facts = release.announcement.model_dump(mode="json") | details
    release.record(
        "release.notice",
        now,
        public=True,
        public_text=release.public_notes,
        actor=actor,
        deploy_at=iso(release.deploy_at),
        **details,
    )
    notice = release.notify_clients(
        ClientEvent.RELEASE_NOTICE,
        now,
        whom=Whom(kind="newsletter"),
        release=release.number,
        joint=joint,
        facts=facts,
        replaceable=NOTICE_TOPIC,
        replaces=(NOTICE_TOPIC,),
    )
    release.announcements.on_its_way = notice.key


def withdraw(release: Release, now: datetime) -> None:
    """A message without recipients supersedes a notice that still waits and is wrong now."""
    if release.announcements.on_its_way is not None:
        release.notify_clients(
            ClientEvent.RELEASE_NOTICE,
            now,
            people=[],
            release=release.number,
            replaces=(NOTICE_TOPIC,),
        )
        release.announcements.on_its_way = None


def follow_date(release: Release, before: datetime, now: datetime) -> None:
    """After another date: notices that lie ahead are due again, and wrong ones are corrected."""
    announcements = release.announcements
    if announcements.last_at is not None and not any(n.pending for n in announcements.notices):
        give(release, now, before=iso(before))  # Nothing else would correct what was said.
    elif announcements.on_its_way is not None:
        give(release, now)  # The notice that still waits has the old date.


def revive(release: Release, now: datetime) -> None:
    """Notices that were too late for the old date may be in time for the new one."""
    release.announcements.notices = [
        notice.model_copy(update={"skipped": False})
        if notice.skipped and notice.due_at(release.deploy_at) > now
        else notice
        for notice in release.announcements.notices
    ]


def note_arrival(
    release: Release, message: NotifyClients, _receipt: DeliveryReceipt, _now: datetime
) -> None:
    """The last notice is not on its way any more."""
    if message.key == release.announcements.on_its_way:
        release.announcements.on_its_way = None
