"""Staff are told at several places: each once, and none of them is a matter of the others."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseJointMessages,
    DatabaseLedger,
)
from activities.delivery import FEW_TRIES, GIVEN_UP
from activities.notifications import PATIENCE, Notifications
from activities.ports import Delivery, DeliveryState
from domain.contract.effects import NotifyStaff
from domain.contract.events import Role, StaffEvent
from domain.contract.receipts import DeliveryReceipt
from domain.policy import Policy
from tests.domain.policy_texts import policy
from tests.fakes import MemoryPreferences, RecordingMailbox, RecordingPlaces

NOON = datetime(2026, 3, 3, 18, tzinfo=UTC)
PORTAL = "https://portal.vendor.example"
MAIL, CHAT, PAGER = "engineering@vendor.example", "oncall-slack", "pager"
SUPPORT = "support-team@vendor.example"
POLICY = policy(
    (f'engineering = "{MAIL}"', f'engineering = ["place:{CHAT}", "{MAIL}", "place:{PAGER}"]'),
    ('coo = "coo@vendor.example"', f'coo = "place:{PAGER}"'),
    (f'support = "{SUPPORT}"', f'support = ["{SUPPORT}", "place:{CHAT}"]'),
).resolve([], NOON.date())
SENT, FAILED, PLANNED = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.PLANNED


class OnePolicy:
    """`Policies` that has this one."""

    def load(self, name: str, year: int) -> Policy:
        """Whatever is asked for."""
        return POLICY

    def names(self) -> list[str]:
        """As the built-in one."""
        return ["eto"]


class Staff:
    """The activity over a real ledger, with places and mail that may be down."""

    def __init__(self, engine: Engine) -> None:
        self.mail, self.places = RecordingMailbox(), RecordingPlaces()
        self.ledger = DatabaseLedger(engine)
        self._tell = Notifications(
            self.mail,
            self.ledger,
            DatabaseAudience(engine),
            OnePolicy(),
            "support@vendor.example",
            MemoryPreferences(),
            self.places,
            DatabaseJointMessages(engine),
            PORTAL,
        )

    def tell(self, notice: NotifyStaff, at: datetime = NOON) -> DeliveryReceipt:
        """One try."""
        env = ActivityEnvironment()
        env.info = dataclasses.replace(env.info, started_time=at)
        receipt: DeliveryReceipt = env.run(self._tell.tell_staff, notice)
        return receipt

    def cannot_tell(self, notice: NotifyStaff, at: datetime = NOON) -> ApplicationError:
        """One try that has to be made again."""
        with pytest.raises(ApplicationError) as failure:
            self.tell(notice, at)
        assert failure.value.type == "NotNow"
        return failure.value

    def row(self, recipient: str, event: str = "defect.raised") -> Delivery:
        """What is on record of a place."""
        (row,) = (
            row
            for row in self.ledger.deliveries()
            if (row.recipient, row.event) == (recipient, event)
        )
        return row

    def states(self) -> dict[str, DeliveryState]:
        """How the notice stands, by place."""
        rows = self.ledger.deliveries()
        return {row.recipient: row.state for row in rows if row.event == "defect.raised"}


@pytest.fixture
def staff(engine: Engine) -> Staff:
    """Nobody was told anything yet."""
    return Staff(engine)


def raised(number: int = 1, role: Role = Role.ENGINEERING) -> NotifyStaff:
    """Something that a role is told."""
    name = f"DEF-{number}"
    return NotifyStaff(
        key=f"{name}/5/defect.raised",
        entity=name,
        sequence=5,
        at=NOON,
        kind=StaffEvent.DEFECT_RAISED,
        role=role,
        defect=name,
        facts={
            "title": "Export fails",
            "severity": "S3",
            "clients": 2,
            "cases": 2,
            "functional_area": "billing",
        },
    )


def test_each_place_is_told_and_has_a_row(staff: Staff) -> None:
    """By its name and the channel's own word; the words are those of the mail."""
    receipt = staff.tell(raised())

    assert (receipt.sent, receipt.failed) == (3, 0)
    rows = {(row.recipient, row.channel, row.state) for row in staff.ledger.deliveries()}
    assert rows == {
        (CHAT, "apprise", SENT),
        (MAIL, "email", SENT),
        (PAGER, "apprise", SENT),
    }
    (mailed,) = staff.mail.letters
    ((_, chatted), (_, paged)) = staff.places.told
    assert chatted.subject == paged.subject == mailed.subject
    assert chatted.text == mailed.text
    assert mailed.text.startswith(f"{PORTAL}/staff/numbers/DEF-1\n\n")
    assert f'<a href="{PORTAL}/staff/numbers/DEF-1">' in mailed.html


def test_a_repeat_tells_nobody(staff: Staff) -> None:
    """At least once from Temporal, once from us."""
    staff.tell(raised())
    receipt = staff.tell(raised())

    assert (receipt.sent, receipt.already) == (0, 3)
    assert staff.places.tries == [CHAT, PAGER]
    assert len(staff.mail.letters) == 1


@pytest.mark.parametrize("down", [CHAT, PAGER, "mail"])
def test_one_that_is_down_neither_stops_nor_repeats_the_others(staff: Staff, down: str) -> None:
    """First, last, or mail: the others are told at once, and it alone is tried again."""
    staff.mail.down = down == "mail"
    staff.places.down = {} if down == "mail" else {down: None}
    late = MAIL if down == "mail" else down
    error = staff.cannot_tell(raised())

    assert not error.non_retryable
    assert staff.states() == {CHAT: SENT, MAIL: SENT, PAGER: SENT} | {late: PLANNED}

    staff.mail.down, staff.places.down = False, {}
    receipt = staff.tell(raised())
    assert (receipt.sent, receipt.already, receipt.failed) == (1, 2, 0)
    assert staff.states() == {CHAT: SENT, MAIL: SENT, PAGER: SENT}
    told = [place for place, _ in staff.places.told] + [x.to for x in staff.mail.letters]
    assert sorted(told) == sorted([CHAT, PAGER, MAIL])


def test_the_place_that_is_to_be_asked_first_says_when(staff: Staff) -> None:
    """One says in an hour, the other in a minute; and where one does not say, the usual pauses."""
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    staff.places.down = {CHAT: hour, PAGER: minute}
    both = staff.cannot_tell(raised())
    assert (both.next_retry_delay, both.non_retryable) == (minute, True)

    staff.places.down = {CHAT: hour, PAGER: None}
    one = staff.cannot_tell(raised())
    assert (one.next_retry_delay, one.non_retryable) == (None, False)


def test_support_hears_of_a_place_that_refuses_where_it_can(staff: Staff) -> None:
    """Through its own places but for that one, once an hour for all numbers; the rest is told."""
    staff.places.refused = {CHAT: "http-404"}
    receipts = [staff.tell(raised(number)) for number in (1, 2, 3)]

    assert [(r.sent, r.failed, r.problem) for r in receipts] == [(2, 1, "http-404")] * 3
    assert staff.mail.events(SUPPORT) == ["delivery.failing"]
    (letter,) = [x for x in staff.mail.letters if x.to == SUPPORT]
    assert f"place:{CHAT}" in letter.text
    assert "refused" in letter.text
    assert staff.places.events(CHAT) == []
    failed = [row for row in staff.ledger.deliveries() if row.state is FAILED]
    assert {(row.recipient, row.problem) for row in failed} == {(CHAT, "http-404")}


def test_what_support_is_to_hear_waits_for_mail(staff: Staff) -> None:
    """Where none of its places works the whole is tried again, until it was told."""
    staff.places.refused, staff.mail.down = {CHAT: "http-403"}, True
    staff.cannot_tell(raised())
    staff.mail.down = False
    receipt = staff.tell(raised())

    assert (receipt.sent, receipt.already, receipt.failed) == (1, 1, 1)
    assert sorted(staff.mail.events()) == ["defect.raised", "delivery.failing"]
    assert staff.places.events(PAGER) == ["defect.raised"]


def test_a_place_that_stays_down_is_given_up(staff: Staff) -> None:
    """What staff are told next is not held up for ever; support hears of it, and may retry."""
    staff.places.down = {PAGER: None}
    for _ in range(FEW_TRIES):
        staff.cannot_tell(raised())
    staff.cannot_tell(raised(), NOON + PATIENCE - timedelta(seconds=1))
    receipt = staff.tell(raised(), NOON + PATIENCE)

    assert (receipt.already, receipt.failed, receipt.problem) == (2, 1, GIVEN_UP)
    assert (staff.row(PAGER).state, staff.row(PAGER).problem) == (FAILED, GIVEN_UP)
    assert staff.mail.events(SUPPORT) == ["delivery.failing"]
    assert staff.places.events(CHAT) == ["defect.raised", "delivery.failing"]

    staff.places.down = {}
    again = staff.tell(raised(), NOON + timedelta(hours=5))
    assert (again.sent, again.already, again.failed) == (1, 2, 0)


def test_after_an_outage_of_ours_a_place_is_tried_a_few_times(staff: Staff) -> None:
    """That a notice is old says nothing of the place."""
    staff.places.down = {PAGER: None}
    late = NOON + timedelta(days=1)
    for _ in range(FEW_TRIES):
        staff.cannot_tell(raised(), late)
    assert staff.tell(raised(), late).problem == GIVEN_UP


def test_the_only_place_of_a_role_is_told_of_too(staff: Staff) -> None:
    """Support hears that the COO's pager refused, at both of its own places."""
    staff.places.refused = {PAGER: "http-410"}
    receipt = staff.tell(raised(role=Role.COO))

    assert (receipt.sent, receipt.failed) == (0, 1)
    assert staff.mail.events() == staff.places.events(CHAT) == ["delivery.failing"]


def test_mail_is_never_given_up(staff: Staff) -> None:
    """It goes out for all or for none, and pauses as it always has."""
    staff.mail.down = True
    for _ in range(2 * FEW_TRIES):
        staff.cannot_tell(raised(), NOON + timedelta(days=2))
    assert staff.states()[MAIL] is PLANNED
