"""Effects: what an entity wants done in the outside world.

An effect says *what*, never *how*. Its key (`DEF-000045/17/defect.update`) never changes, and is
the idempotency key all the way down to the e-mail's `Message-ID`.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from domain.contract.defect import SaidOfSeverity
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.receipts import (
    CasesMoved,
    DefectOpened,
    DefectsAligned,
    DeliveryReceipt,
    ImpactRanked,
    MinutesBooked,
    Receipt,
    Signalled,
)
from domain.contract.values import Attachment, Contact, Instant, Severity, Stage, Value

EntityKind = Literal["case", "defect", "release", "area_work", "review", "webhook"]


class Lane(StrEnum):
    """One first-in-first-out queue per destination; lanes do not wait for each other."""

    CLIENTS = "clients"
    STAFF = "staff"
    STATUS_PAGE = "status_page"
    READ_MODEL = "portal"
    WORKFLOWS = "workflows"


class Fact(Value):
    """Something that happened, for the timeline: ids and short values in `details`.

    `public_text` was written for clients; `internal_text` never reaches them (D8). Both travel to
    the database only, the state keeps facts without them.
    """

    sequence: int
    at: Instant
    event: str
    actor: str | None = None
    """Who did it; clients are not told."""
    details: dict[str, Any] = Field(default_factory=dict)
    public: bool = False
    public_text: str | None = None
    internal_text: str | None = None

    @cached_property
    def weight(self) -> int:
        """Bytes it takes as JSON, about."""
        return len(self.model_dump_json())

    def without_text(self) -> "Fact":
        """The fact as the workflow's state keeps it."""
        return self.model_copy(update={"public_text": None, "internal_text": None})

    def flat(self) -> dict[str, Any]:
        """The fact as the `timeline` query answers it."""
        known = self.model_dump(
            mode="json", include={"sequence", "at", "event", "actor"}, exclude_none=True
        )
        return known | {k: v for k, v in self.details.items() if k not in known}


class Detachment(Value):
    """A case taken off a defect."""

    case: str


class AudienceChange(Value):
    """Who joins or leaves the people attached to an entity, at one point of its sequence."""

    sequence: int
    at: Instant
    attach: list[Attachment] = Field(default_factory=list)
    detach: list[Detachment] = Field(default_factory=list)


class MemberChange(Value):
    """Defects that join or leave a release, at one point of its sequence."""

    sequence: int
    at: Instant
    defects: list[str]
    attached: bool


class _Effect(Value):
    lane: ClassVar[Lane]
    receipt: ClassVar[type[Receipt]] = Receipt
    """What the activity of the effect answers."""

    key: str
    """`<number>/<sequence>/<event>`; unique for ever."""
    entity: str
    """The number of the case or defect it comes from."""
    sequence: int
    at: Instant
    """When the entity decided it."""
    policy: str = "eto"
    """The name of the policy whose contacts and texts serve."""
    replaceable: str | None = None
    """A tag by which a later effect of the lane may replace this one while it still waits."""
    replaces: tuple[str, ...] = ()
    """Waiting effects of the lane with one of these tags are dropped when this one arrives."""

    @property
    def event(self) -> str:
        """The last part of the key: what this is about."""
        return self.key.rpartition("/")[2]

    @cached_property
    def weight(self) -> int:
        """Bytes it takes as JSON, about."""
        return len(self.model_dump_json())

    def joined_with(self, _later: Any) -> "Self | None":
        """One effect that does what this and a later one do; None where there is none."""
        return None

    def _grown(self, weight: int, **changed: Any) -> Self:
        """Weighing it anew for each that joins would cost with the square of their number."""
        grown = self.model_copy(update=changed)
        grown.__dict__["weight"] = weight
        return grown


class Person(Value):
    """One recipient and the cases on account of which they are told."""

    contact: Contact
    cases: list[str]

    @property
    def recipient(self) -> str:
        """The key of the person."""
        return self.contact.recipient(self.cases[0] if self.cases else "")


def each_once(people: Iterable[Person]) -> list[Person]:
    """Everyone once, with all of their cases and their latest contact."""
    found: dict[str, Person] = {}
    for person in people:
        if (before := found.get(person.recipient)) is not None:
            person = Person(contact=person.contact, cases=[*before.cases, *person.cases])
        found[person.recipient] = person
    return list(found.values())


class Whom(Value):
    """Which of the people that the database knows a message is for."""

    kind: Literal["attached", "client", "joined", "left", "newsletter"] = "attached"
    """Everyone attached; those of one `client`; those who were not attached before the `change`;
    those who are not attached any more since the `change`; everyone who gets the newsletter."""
    client: str | None = None
    change: int | None = None
    """The sequence of the change of audience by which they joined or left."""


class Joint(Value):
    """What the defects of a release say alike: a person on several of them gets one message."""

    release: str
    says: Literal["planned", "withdrawn", "deployed", "reminder"]
    change: int | None = None
    """The release's sequence of the change that they report; a reminder reports none."""
    deploy_at: Instant | None = None
    """When it is to be deployed, as the message says."""

    @property
    def key(self) -> str:
        """The same for all that say it: `REL-7/12/planned/2027-11-12T06:00:00+00:00`."""
        date = self.deploy_at and self.deploy_at.isoformat()
        parts = (self.release, self.change, self.says, date)
        return "/".join(str(part) for part in parts if part is not None)


class NotifyClients(_Effect):
    """Send one message to each of `people`, or where None to those who `whom` says."""

    lane = Lane.CLIENTS
    receipt = DeliveryReceipt
    type: Literal["tell_clients"] = "tell_clients"
    kind: ClientEvent
    people: list[Person] | None = None
    whom: Whom = Whom()
    defect: str | None = None
    release: str | None = None
    joint: Joint | None = None
    """What other defects of the release say alike, where they do."""
    facts: dict[str, Any] = Field(default_factory=dict)
    """What the template shows; only public text and values (D8)."""

    @property
    def is_to_all_attached(self) -> bool:
        """Whether the database says who it is for, and it is for every case."""
        return self.people is None and self.whom.kind == "attached"

    def joined_with(self, later: Any) -> "Self | None":
        """The same message to people who are named: one to all of them."""
        if not isinstance(later, NotifyClients) or self.people is None or later.people is None:
            return None
        named = {"key", "sequence", "at", "people"}
        if any(
            getattr(self, field) != getattr(later, field)
            for field in type(self).model_fields
            if field not in named
        ):
            return None
        more = sum(len(person.model_dump_json()) for person in later.people)
        return self._grown(self.weight + more, people=each_once([*self.people, *later.people]))


class NotifyStaff(_Effect):
    """Send one message to each place that the policy names for `role`."""

    lane = Lane.STAFF
    receipt = DeliveryReceipt
    type: Literal["tell_staff"] = "tell_staff"
    kind: StaffEvent
    role: Role
    case: str | None = None
    defect: str | None = None
    release: str | None = None
    facts: dict[str, Any] = Field(default_factory=dict)


class PostStatus(_Effect):
    """Post, update or resolve one incident on the status page."""

    lane = Lane.STATUS_PAGE
    receipt = DeliveryReceipt
    type: Literal["post_status"] = "post_status"
    incident: str
    """The incident's key, the same through its life: `DEF-000045/S1-1`."""
    name: str
    body: str
    stage: Stage | Literal["resolved"]
    severity: Severity


class UpdateReadModel(_Effect):
    """Bring the portal's read model up to date: who is attached, what happened, how it stands.

    A waiting one is joined with the next, so an outage of the database costs few writes.
    """

    lane = Lane.READ_MODEL
    type: Literal["project"] = "project"
    kind: EntityKind
    snapshot: dict[str, Any]
    facts: list[Fact] = Field(default_factory=list)
    audience: list[AudienceChange] = Field(default_factory=list)
    members: list[MemberChange] = Field(default_factory=list)

    @cached_property
    def _bare_weight(self) -> int:
        """Of one that tells of no fact and no change."""
        told = {"facts", "audience", "members"}
        return len(self.model_dump_json(exclude=told))

    @property
    def changes(self) -> list[int]:
        """The sequences at which people or defects joined or left."""
        joined = [change.sequence for change in self.audience]
        return [*joined, *(change.sequence for change in self.members)]

    def joined_with(self, later: Any) -> "UpdateReadModel | None":
        """One projection that says what both say."""
        if not isinstance(later, UpdateReadModel):
            return None
        return later._grown(
            self.weight - self._bare_weight + later.weight,
            facts=[*self.facts, *later.facts],
            audience=[*self.audience, *later.audience],
            members=[*self.members, *later.members],
        )


class OpenDefect(_Effect):
    """Start the defect's workflow for this case, or attach the case to the one that runs."""

    lane = Lane.WORKFLOWS
    receipt = DefectOpened
    type: Literal["open_defect"] = "open_defect"
    attachment: Attachment
    defect: str | None = None
    fields: dict[str, Any] | None = None
    actor: str


class CloseCases(_Effect):
    """Tell every case attached at `sequence` that its defect is resolved."""

    lane = Lane.WORKFLOWS
    receipt = Signalled
    type: Literal["close_cases"] = "close_cases"
    resolution: str
    formerly: list[str] = Field(default_factory=list)
    """Defects merged into this one: some cases may still go by their numbers."""


class SignalDefect(_Effect):
    """Signal the defect a case is on; one that does not run here is named in the receipt."""

    lane = Lane.WORKFLOWS
    receipt = Signalled
    type: Literal["tell_defect"] = "tell_defect"
    defect: str
    signal: str
    payload: dict[str, Any] = Field(default_factory=dict)


class MoveCases(_Effect):
    """Move every case attached at `sequence` to another defect, or take them back from it."""

    lane = Lane.WORKFLOWS
    receipt = CasesMoved
    type: Literal["move_cases"] = "move_cases"
    other: str
    """The defect that takes them, or gives them back."""
    back: bool = False
    actor: str
    severity: Severity | None = None
    """How severe the merged one is."""
    feedback: list[SaidOfSeverity] = Field(default_factory=list)
    """What clients said of the severity: it goes along (D3)."""
    formerly: list[str] = Field(default_factory=list)
    """Defects that were merged into it before: cases may still go by their numbers."""


class KeepPreferences(_Effect):
    """Remember what a person chose for every mail."""

    lane = Lane.READ_MODEL
    type: Literal["keep_preferences"] = "keep_preferences"
    address: str
    chosen: dict[str, Any]


class BookMinutes(_Effect):
    """Take minutes from a client's allowance for a booking, instead of what it took before."""

    lane = Lane.WORKFLOWS
    receipt = MinutesBooked
    type: Literal["book_minutes"] = "book_minutes"
    booking: str
    """What the minutes are for, the same when a call is moved: `CASE-000001/call-1`."""
    client: str
    period: str
    """The year, or year and month, whose allowance pays: `2027` or `2027-03`."""
    minutes: int
    """0 gives back what the booking had taken."""
    allowance: int
    """Minutes the client may use in the period."""
    call: Instant | None = None


class AlignDefects(_Effect):
    """Bring every defect of a release in line with its plan; who is in line is left alone.

    What matters is how the plan stands, not how it came to: a newer one takes a waiting one's
    place, and one under way gives up as soon as the database knows a newer plan.
    """

    lane = Lane.WORKFLOWS
    receipt = DefectsAligned
    type: Literal["align_defects"] = "align_defects"
    plan: Literal["planned", "deployed", "cancelled"]
    plan_version: int
    plan_sequence: int
    """A defect aligned before this sequence is not in line: that of the last change of plan, or of
    a later command to tell all again."""
    plan_change: int | None = None
    """The sequence of the last change of plan."""
    deploy_at: Instant
    reason: str
    actor: str
    replaceable: str | None = "align"
    replaces: tuple[str, ...] = ("align",)


class MarkArea(_Effect):
    """Tell every open defect of an area, of some severities, that work began there (R6)."""

    lane = Lane.WORKFLOWS
    receipt = Signalled
    type: Literal["mark_area"] = "mark_area"
    functional_area: str
    severities: list[Severity]
    note: str | None = None
    actor: str


class RankImpact(_Effect):
    """Rank the open defects of a severity by their impact, and remember the ranking."""

    lane = Lane.WORKFLOWS
    receipt = ImpactRanked
    type: Literal["rank_impact"] = "rank_impact"
    severity: Severity
    shown: int
    """Places of the ranking that are answered."""


Effect = Annotated[
    NotifyClients
    | NotifyStaff
    | PostStatus
    | UpdateReadModel
    | OpenDefect
    | CloseCases
    | SignalDefect
    | MoveCases
    | KeepPreferences
    | BookMinutes
    | AlignDefects
    | MarkArea
    | RankImpact,
    Field(discriminator="type"),
]


def reads_audience(effect: Effect) -> bool:
    """Whether it looks up who is attached, and so waits until the portal lane has written that."""
    return isinstance(effect, CloseCases | MoveCases | AlignDefects) or (
        isinstance(effect, NotifyClients) and effect.people is None
    )
