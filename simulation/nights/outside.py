"""Mail, status page and receivers of a night: they take what they get, or fail as they can."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activities.ports import Letter, NotNow, Refused
from activities.webhook_ports import Answer, NoAnswer
from domain.contract.effects import Effect, NotifyStaff, PostStatus
from domain.webhooks.receiver import Round
from simulation.nights.faults import Clock, Fault, Weather
from simulation.oracle.expected_state import Delivered

COME_AGAIN = timedelta(minutes=10)
"""What mail says where it says when it can be tried again; receivers of webhooks too."""


@dataclass
class Attempt:
    """One try of an activity, as the outside sees it."""

    asked: Effect | Round
    rival: Callable[[], None] | None = None
    """The try that the server begins where it takes this one for dead; None once it has."""
    last: tuple[str, str] | None = None
    """Effect and `Message-ID` of the letter that mail took last."""

    @property
    def effect(self) -> Effect:
        """What mail or the status page are used for."""
        if isinstance(self.asked, Round):
            raise TypeError("a round writes no letters")
        return self.asked


@dataclass(frozen=True, slots=True)
class Arrival:
    """A webhook that a receiver took."""

    at: datetime
    url: str
    id: str
    """`DEF-1/17/defect.update`."""
    body: str


@dataclass
class Arrivals:
    """What reached people and the status page, in order."""

    letters: list[Delivered] = field(default_factory=list)
    webhooks: list[Arrival] = field(default_factory=list)
    knocks: list[tuple[datetime, str]] = field(default_factory=list)
    """When which receiver was posted to, whether it took anything or not."""
    posts: list[tuple[datetime, str]] = field(default_factory=list)
    """When, and the key of the effect."""
    refused: set[tuple[str, str]] = field(default_factory=set)
    """Key and address of what mail would not take."""
    unheard: list[str] = field(default_factory=list)
    """`Message-ID` of each that was taken without its sender having heard of it: it has to be
    sent again, and no mail system can be asked whether it took the first."""


class Outside:
    """`Mailbox` and `StatusPage`; `attempt` is who uses them at present."""

    def __init__(self, weather: Weather, clock: Clock) -> None:
        self.arrivals = Arrivals()
        self.attempts: list[Attempt] = []
        self.gone: dict[str, datetime] = {}
        """Receivers that want no more, and since when."""
        self._weather = weather
        self._clock = clock

    @property
    def attempt(self) -> Attempt:
        """The try that is running."""
        return self.attempts[-1]

    # --- mail ------------------------------------------------------------------------------------

    def open(self) -> "_Session":
        """Begin a conversation."""
        return _Session(self)

    def take(self, letter: Letter) -> None:
        """Hand over one letter.

        Raises:
            Refused, NotNow: as ports have it.
            Crash: the worker dies before or after mail has it.
        """
        now, weather, attempt = self._clock(), self._weather, self.attempt
        struck = weather.crash("letter", now, letter.to)
        if Fault.STALL in struck and attempt.rival is not None:
            rival, attempt.rival = attempt.rival, None
            # Both hold the row for one that is being sent: neither can know of the other.
            self.arrivals.unheard.append(letter.message_id)
            rival()
        if weather.lasting(Fault.MAIL_DOWN, now):
            raise NotNow("mail is down")
        if weather.lasting(Fault.MAIL_LATER, now):
            raise NotNow("421", COME_AGAIN)
        if weather.lasting(Fault.MAIL_REFUSES, now, letter.to):
            self.arrivals.refused.add((attempt.effect.key, letter.to.lower()))
            raise Refused("smtp-550", "refused")
        self._arrive(letter, now)
        attempt.last = attempt.effect.key, letter.message_id
        taken = weather.strikes("taken", now, letter.to)
        if taken:
            if Fault.CRASH in taken:
                weather.die("taken")
            raise NotNow("the connection broke")

    def _arrive(self, letter: Letter, now: datetime) -> None:
        effect = self.attempt.effect
        self.arrivals.letters.append(
            Delivered(
                at=now,
                event=letter.headers["X-Event"],
                key=effect.key,
                recipient=self._recipient(letter),
                decided_at=effect.at,
                text=f"{letter.subject}\n{letter.text}",
                message_id=letter.message_id,
                repeats=repeated_by(effect),
            )
        )

    def _recipient(self, letter: Letter) -> str:
        effect = self.attempt.effect
        return effect.role.value if isinstance(effect, NotifyStaff) else letter.to.lower()

    # --- status page -----------------------------------------------------------------------------

    def post(self, effect: PostStatus, _at: datetime) -> None:
        """Post, update or resolve an incident; a repeat changes nothing.

        Raises:
            Refused, NotNow: as ports have it.
            Crash: the worker dies before or after the page has it.
        """
        now, weather = self._clock(), self._weather
        weather.crash("page", now)
        if weather.lasting(Fault.PAGE_DOWN, now):
            raise NotNow("the status page is down")
        if weather.lasting(Fault.PAGE_REFUSES, now):
            raise Refused("http-422", "refused")
        if effect.key not in {key for _, key in self.arrivals.posts}:
            self.arrivals.posts.append((now, effect.key))
        weather.crash("posted", now)
        if weather.lasting(Fault.PAGE_BREAKS, now):
            raise NotNow("the connection broke")

    # --- receivers of webhooks -------------------------------------------------------------------

    def hand_over(self, url: str, message: str, body: str) -> Answer:
        """Post one message to a receiver.

        Raises:
            NoAnswer: as ports have it.
            Crash: the worker dies before or after the receiver has it.
        """
        now, weather = self._clock(), self._weather
        struck = weather.crash("webhook", now, url)
        self.arrivals.knocks.append((now, url))
        if Fault.RECEIVER_GONE in struck:
            self.gone.setdefault(url, now)
        if url in self.gone:
            return Answer(410)
        if weather.lasting(Fault.RECEIVER_DOWN, now, url):
            raise NoAnswer("timeout")
        if weather.lasting(Fault.RECEIVER_LATER, now, url):
            return Answer(503, COME_AGAIN)
        is_first = message.rsplit("/", 2)[1] == "1"
        if is_first and weather.lasting(Fault.RECEIVER_REFUSES, now, url):
            return Answer(422)
        self.arrivals.webhooks.append(Arrival(now, url, message, body))
        if weather.crash("webhook taken", now, url):
            raise NoAnswer("broken")
        return Answer(204)


def repeated_by(effect: Effect) -> str | None:
    """The notice that this one repeats, by its key."""
    if isinstance(effect, NotifyStaff) and "repeat" in effect.facts:
        return str(effect.facts["acknowledge"])
    return None


class _Session:
    """A conversation with mail, or with a receiver of webhooks."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def __aenter__(self) -> "_Session":
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        return self._outside.hand_over(url, headers["webhook-id"], body.decode())

    def __enter__(self) -> "_Session":
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def send(self, letter: Letter) -> None:
        self._outside.take(letter)
