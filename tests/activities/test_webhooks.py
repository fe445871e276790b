"""Webhooks from the database to a receiver on a real socket, on both databases."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine, text
from standardwebhooks import Webhook, WebhookVerificationError
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment

from activities.adapters.database import DatabaseReadModel, make_engine
from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from activities.adapters.database.webhooks import CALL_HOLDS, DatabaseWebhooks
from activities.adapters.webhook_http import WebhookHttp, is_public
from activities.webhook_ports import Answer, NoAnswer, Poster, Webhooks
from activities.webhooks import (
    CALL_ATTEMPTS,
    REFUSED_IN_A_ROW,
    CallReceivers,
    SendWebhooks,
    signed,
)
from domain.contract.effects import EntityKind, Fact, UpdateReadModel
from domain.webhooks.events import PATIENCE, PAUSES, secret_key
from domain.webhooks.receiver import Report, Round
from runtime.client import DefectsClient
from tests.webhook_server import SECRET, Receiver, receiver

NOW = datetime.now(UTC).replace(microsecond=0)
KEY = secret_key(SECRET)
NEW_SECRET = "whsec_" + "bmV3" * 8


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A migrated, empty database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Receiver]:
    """A receiver that takes everything."""
    async with receiver() as started:
        yield started


def happens(
    engine: Engine,
    number: str,
    *events: str,
    sequence: int = 1,
    at: datetime = NOW,
    kind: EntityKind = "defect",
) -> UpdateReadModel:
    """Facts with these events reach the read model, in one projection."""
    facts = [
        Fact(
            sequence=sequence + n,
            at=at,
            event=event,
            actor="agent-7",
            details={"severity": "S1", "secret_detail": "internal"},
            public_text="Words for clients",
            internal_text="internal words",
        )
        for n, event in enumerate(events)
    ]
    last = sequence + len(events)
    projection = UpdateReadModel(
        key=f"{number}/{last}/project",
        entity=number,
        sequence=last,
        at=at,
        kind=kind,
        snapshot={"number": number},
        facts=facts,
    )
    DatabaseReadModel(engine).project(projection)
    return projection


def add(engine: Engine, url: str, *events: str, at: datetime = NOW) -> str:
    """A receiver that an operator has added."""
    added = DatabaseWebhookReceivers(engine).add(url, KEY, at, events or ("*",))
    assert added is not None
    return added


async def hold(engine: Engine, to: str, poster: Poster | None = None, **asked: Any) -> Report:
    """One round, at this moment."""
    http = poster or WebhookHttp(allow_private=True)
    environment = ActivityEnvironment()
    environment.info = replace(
        environment.info, started_time=asked.pop("at", None) or datetime.now(UTC)
    )
    report: Report = await environment.run(
        SendWebhooks(DatabaseWebhooks(engine), http).send_webhooks, Round(receiver=to, **asked)
    )
    return report


def states(engine: Engine, to: str) -> dict[str, str]:
    """Where every message to a receiver stands."""
    return {d["id"]: d["state"] for d in DatabaseWebhookReceivers(engine).deliveries(to)}


def test_the_adapters_are_what_activities_ask_for(engine: Engine) -> None:
    """Type-checked."""
    webhooks: Webhooks = DatabaseWebhooks(engine)
    poster: Poster = WebhookHttp()

    assert (webhooks, poster) is not None


# --- what is written -----------------------------------------------------------------------------


def test_facts_and_messages_are_written_together_once_for_each_receiver_that_wants_them(
    engine: Engine,
) -> None:
    """A repeat of `project`, whole or merged into a newer one, makes no second message."""
    everything = add(engine, "https://a.example/1")
    some = add(engine, "https://a.example/2", "defect.update", "case.*")
    off = add(engine, "https://a.example/3")
    DatabaseWebhookReceivers(engine).disable(off)
    for _ in range(3):
        happens(engine, "DEF-1", "defect.confirmed", "policy.adopted", "defect.update")

    both = {"DEF-1/1/defect.confirmed": "waiting", "DEF-1/3/defect.update": "waiting"}
    assert states(engine, everything) == both
    assert states(engine, some) == {"DEF-1/3/defect.update": "waiting"}
    assert states(engine, off) == {}


def test_a_fact_that_cannot_be_written_leaves_no_message(engine: Engine) -> None:
    """One transaction: nothing is announced that did not happen."""
    to = add(engine, "https://a.example/1")
    wrong = UpdateReadModel.model_construct(
        **happens(engine, "DEF-1", "policy.adopted").__dict__
        | {"facts": [Fact(sequence=9, at=NOW, event="defect.update")], "members": [None]}
    )
    with pytest.raises(AttributeError):
        DatabaseReadModel(engine).project(wrong)

    assert states(engine, to) == {}


def test_who_was_called_is_not_called_again_before_a_round_has_begun(engine: Engine) -> None:
    """A release that resolves ten thousand defects calls each receiver a handful of times."""
    to = add(engine, "https://a.example/1", "defect.*")
    webhooks = DatabaseWebhooks(engine)
    news = happens(engine, "DEF-1", "defect.update")
    other = happens(engine, "CASE-1", "case.opened", kind="case")

    def called(at: datetime = NOW, again: bool = False) -> Sequence[str]:
        return webhooks.to_call(news, at, again=again)

    assert webhooks.to_call(other, NOW, again=False) == []
    assert [called(), called(), called(again=True)] == [[to], [], [to]]
    assert called(NOW + CALL_HOLDS * 2) == [to], "a call that came to nothing is made good"
    webhooks.begin(to, NOW, at_once=False)
    assert [called(), called()] == [[to], []]


class Unwilling:
    """A client whose server takes no signal; it counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def start_workflow(self, *given: Any, **more: Any) -> None:
        """Refuse."""
        self.asked += 1
        raise RPCError("too many signals", RPCStatusCode.RESOURCE_EXHAUSTED, b"")


async def test_a_receiver_that_cannot_be_called_holds_up_no_projection(engine: Engine) -> None:
    """After some attempts the portal goes on: messages wait, and a later one calls again."""
    add(engine, "https://a.example/1")
    news, client = happens(engine, "DEF-1", "defect.update"), Unwilling()
    calls = CallReceivers(
        DefectsClient(cast("Client", client)),
        DatabaseWebhooks(engine),
        asyncio.get_running_loop(),
    )
    for attempt in range(1, CALL_ATTEMPTS):
        with pytest.raises(RPCError):
            await asyncio.to_thread(calls.call, news, NOW, attempt)
    await asyncio.to_thread(calls.call, news, NOW, CALL_ATTEMPTS)

    assert client.asked == CALL_ATTEMPTS


def test_a_message_goes_with_the_fact_it_tells_of(engine: Engine) -> None:
    """Whoever deletes old facts leaves nothing that waits for ever."""
    to = add(engine, "https://a.example/1")
    happens(engine, "DEF-1", "defect.update")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM facts"))

    assert DatabaseWebhooks(engine).end(to, None, None).next_at is None
    assert states(engine, to) == {}


# --- what is sent --------------------------------------------------------------------------------


async def test_a_message_is_verified_by_the_library_and_holds_nothing_internal(
    engine: Engine, server: Receiver
) -> None:
    """Headers and payload as the specification has them; the id is the fact's key."""
    to = add(engine, server.url)
    happens(engine, "DEF-1", "defect.confirmed")
    report = await hold(engine, to)

    (post,) = server.posts
    assert Webhook(SECRET).verify(post.body, post.headers) == {
        "type": "defect.confirmed",
        "timestamp": NOW.isoformat().replace("+00:00", "Z"),
        "data": {
            "number": "DEF-1",
            "kind": "defect",
            "event": "defect.confirmed",
            "severity": "S1",
            "public_text": "Words for clients",
        },
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW_SECRET).verify(post.body, post.headers)
    assert post.id == "DEF-1/1/defect.confirmed"
    assert post.headers["content-type"] == "application/json"
    assert "internal" not in post.body
    assert "agent-7" not in post.body
    assert (report.sent, report.waiting, report.next_at) == (1, 0, None)
    assert states(engine, to) == {"DEF-1/1/defect.confirmed": "sent"}


async def test_what_one_entity_did_arrives_in_order_whatever_order_it_was_written_in(
    engine: Engine, server: Receiver
) -> None:
    """A projection that came late is sent first, as long as it still can be."""
    to = add(engine, server.url)
    happens(engine, "DEF-1", "defect.held", "defect.resumed", sequence=5)
    happens(engine, "DEF-1", "defect.confirmed", "defect.update", sequence=1)
    for n in range(30):
        happens(engine, f"DEF-9{n}", "defect.confirmed", "defect.update")
    report = await hold(engine, to)

    assert report.sent == 64
    assert server.of("DEF-1") == [
        "defect.confirmed", "defect.update", "defect.held", "defect.resumed",
    ]  # fmt: skip
    assert all(server.of(f"DEF-9{n}") == ["defect.confirmed", "defect.update"] for n in range(30))


async def test_a_message_nobody_takes_holds_up_its_entity_and_no_other(
    engine: Engine, server: Receiver
) -> None:
    """It is tried again by the schedule; when it is given up the entity goes on."""
    to = add(engine, server.url)
    happens(engine, "DEF-1", "defect.confirmed", "defect.update")
    happens(engine, "DEF-2", "defect.confirmed")
    server.of_id = {"DEF-1/1/defect.confirmed": 422}
    at, reports = datetime.now(UTC), []
    for _ in range(len(PAUSES) + 1):
        reports.append(await hold(engine, to, at=at))
        at = reports[-1].next_at or at

    assert server.ids() == ["DEF-2/1/defect.confirmed", "DEF-1/2/defect.update"]
    assert [r.given_up for r in reports] == [0] * len(PAUSES) + [1]
    assert [(r.down, r.troubled) for r in reports] == [(False, 1)] * len(PAUSES) + [(False, 0)]
    assert at - datetime.now(UTC) > timedelta(days=5)
    assert states(engine, to)["DEF-1/1/defect.confirmed"] == "failed"
    assert {p.headers["webhook-id"] for p in server.posts if p not in server.taken} == {
        "DEF-1/1/defect.confirmed"
    }, "the id is the same on every try"


async def test_a_receiver_that_is_down_is_asked_once_and_nothing_is_lost(
    engine: Engine, server: Receiver
) -> None:
    """One attempt for a hundred messages; what it asks for is passed on."""
    to = add(engine, server.url)
    for n in range(100):
        happens(engine, f"DEF-{n}", "defect.confirmed")
    server.status, server.headers = 503, {"Retry-After": "120"}
    report = await hold(engine, to)
    server.status = 200
    after = await hold(engine, to)

    assert (report.down, report.sent, report.waiting) == (True, 0, 100)
    assert (report.problem, report.retry_after) == ("http-503", 120)
    assert (after.sent, after.waiting, after.down) == (100, 0, False)
    assert len(server.posts) == 101


async def test_a_receiver_that_refuses_whatever_it_gets_counts_as_down(
    engine: Engine, server: Receiver
) -> None:
    """It is not asked about each of a thousand messages."""
    to = add(engine, server.url)
    for n in range(30):
        happens(engine, f"DEF-{n}", "defect.confirmed")
    server.status = 500
    report = await hold(engine, to)

    assert report.down
    assert len(server.posts) == REFUSED_IN_A_ROW


async def test_what_has_waited_too_long_for_a_dead_receiver_is_given_up_at_once(
    engine: Engine, server: Receiver
) -> None:
    """Both must be old, the outage and the message; what is younger goes on waiting."""
    to = add(engine, server.url)
    long_ago = NOW - PATIENCE - timedelta(hours=1)
    happens(engine, "DEF-1", "defect.confirmed", at=long_ago)
    happens(engine, "DEF-2", "defect.confirmed")
    server.trick = "drop"
    first = await hold(engine, to)
    last = await hold(engine, to, down_since=long_ago)

    assert (first.down, first.given_up) == (True, 0)
    assert (last.given_up, last.waiting, last.problem) == (1, 1, "connection")
    assert states(engine, to)["DEF-1/1/defect.confirmed"] == "failed"


async def test_one_that_is_gone_is_disabled_and_gets_nothing_more(
    engine: Engine, server: Receiver
) -> None:
    """410: nothing is sent, nothing is written, until somebody enables it."""
    to = add(engine, server.url)
    happens(engine, "DEF-1", "defect.confirmed")
    server.status = 410
    gone = await hold(engine, to)
    server.status = 200
    happens(engine, "DEF-2", "defect.confirmed")
    again = await hold(engine, to)

    assert (gone.stopped, again.stopped) == ("gone", "disabled")
    assert len(server.posts) == 1
    assert list(states(engine, to)) == ["DEF-1/1/defect.confirmed"]
    DatabaseWebhookReceivers(engine).enable(to)
    assert (await hold(engine, to)).sent == 1
    assert (await hold(engine, "nobody")).stopped == "removed"


# --- receivers -----------------------------------------------------------------------------------


async def test_both_secrets_sign_until_the_rotation_is_over(
    engine: Engine, server: Receiver
) -> None:
    """Zero downtime: a receiver may change to the new secret at any time meanwhile."""
    to = add(engine, server.url)
    receivers = DatabaseWebhookReceivers(engine)
    receivers.rotate(to, secret_key(NEW_SECRET), datetime.now(UTC), timedelta(hours=1))
    happens(engine, "DEF-1", "defect.confirmed")
    await hold(engine, to)
    happens(engine, "DEF-1", "defect.update", sequence=9)
    await hold(engine, to, at=datetime.now(UTC) + timedelta(hours=2))

    both, new = server.posts
    for secret in (SECRET, NEW_SECRET):
        Webhook(secret).verify(both.body, both.headers)
    assert (new.is_signed_with(SECRET), new.is_signed_with(NEW_SECRET)) == (False, True)


async def test_what_failed_and_what_was_never_written_can_be_replayed(
    engine: Engine, server: Receiver
) -> None:
    """With the ids they always had, imported pasts left out."""
    to = add(engine, server.url)
    receivers = DatabaseWebhookReceivers(engine)
    receivers.disable(to)
    happens(engine, "DEF-1", "defect.confirmed", "policy.adopted", "defect.update")
    happens(engine, "DEF-2", "defect.confirmed", at=NOW - timedelta(days=2))
    happens(engine, "DEF-2", "defect.imported", sequence=5)
    receivers.enable(to)
    assert (await hold(engine, to)).sent == 0
    count = receivers.replay_since(to, NOW - timedelta(days=9), datetime.now(UTC))
    first = await hold(engine, to)
    receivers.replay_since(to, NOW - timedelta(days=9), datetime.now(UTC))
    second = await hold(engine, to)

    assert (count, first.sent, second.sent) == (3, 3, 3)
    assert set(server.ids()) == {
        "DEF-1/1/defect.confirmed", "DEF-1/3/defect.update", "DEF-2/5/defect.imported",
    }  # fmt: skip
    assert server.of("DEF-1") == ["defect.confirmed", "defect.update"] * 2


async def test_failed_messages_are_replayed_alone(engine: Engine, server: Receiver) -> None:
    """What was sent is not sent again by it."""
    to = add(engine, server.url)
    long_ago = NOW - PATIENCE * 2
    happens(engine, "DEF-1", "defect.confirmed", at=long_ago)
    server.status = 404
    await hold(engine, to, down_since=long_ago)
    server.status = 200
    happens(engine, "DEF-2", "defect.confirmed")
    await hold(engine, to)
    count = DatabaseWebhookReceivers(engine).replay_failed(to, datetime.now(UTC))
    await hold(engine, to)

    assert count == 1
    assert server.ids() == ["DEF-2/1/defect.confirmed", "DEF-1/1/defect.confirmed"]


def test_settings_are_synchronised_and_undo_nobody_s_decision(engine: Engine) -> None:
    """Added, rotated, disabled and enabled with the settings; others are left alone."""
    receivers = DatabaseWebhookReceivers(engine)
    by_hand = add(engine, "https://a.example/by-hand")
    urls = ["https://a.example/1", "https://a.example/2"]

    def disabled() -> dict[str, str | None]:
        return {r.url.rpartition("/")[2]: r.disabled for r in receivers.all() if r.id != by_hand}

    receivers.synchronise(urls, KEY, NOW)
    receivers.synchronise(urls, KEY, NOW)
    assert disabled() == {"1": None, "2": None}
    receivers.synchronise(urls[:1], secret_key(NEW_SECRET), NOW)
    assert disabled() == {"1": None, "2": "settings"}
    assert {r.secrets for r in receivers.all() if r.url == urls[0]} == {2}
    receivers.synchronise(urls, KEY, NOW)
    assert disabled() == {"1": None, "2": None}
    receivers.disable(next(r.id for r in receivers.all() if r.url == urls[1]))
    receivers.synchronise(urls, KEY, NOW)
    assert disabled() == {"1": None, "2": "operator"}
    receivers.synchronise([], None, NOW)
    assert disabled() == {"1": "settings", "2": "operator"}
    assert receivers.add(urls[0], KEY, NOW) is None, "one URL is one receiver"
    assert [r.disabled for r in receivers.all() if r.id == by_hand] == [None]
    assert receivers.remove(by_hand)
    assert not receivers.remove(by_hand)


async def test_removing_a_receiver_removes_its_messages(engine: Engine) -> None:
    """And nothing is left over that a receiver of the same URL would get later."""
    to = add(engine, "https://a.example/1")
    happens(engine, "DEF-1", "defect.confirmed")
    DatabaseWebhookReceivers(engine).remove(to)
    add(engine, "https://a.example/1")

    assert states(engine, to) == {}


# --- over HTTP -----------------------------------------------------------------------------------


async def post(url: str, http: WebhookHttp | None = None) -> Answer:
    """Post something small."""
    async with (http or WebhookHttp(allow_private=True)).open() as conversation:
        return await conversation.post(url, signed([KEY], "id", datetime.now(UTC), "{}"), b"{}")


async def problem(url: str, http: WebhookHttp | None = None) -> str:
    """The code of what goes wrong."""
    with pytest.raises(NoAnswer) as none:
        await post(url, http)
    assert url not in str(none.value)
    return none.value.code


async def test_a_redirect_is_not_followed(server: Receiver) -> None:
    """It would take the message to a place that nobody judged."""
    async with receiver() as elsewhere:
        server.status, server.headers = 302, {"Location": elsewhere.url}
        answer = await post(server.url)

    assert answer == Answer(302)
    assert elsewhere.posts == []


async def test_an_answer_without_end_is_an_answer(server: Receiver) -> None:
    """Only a bounded part of what comes after the headers is read."""
    server.trick = "endless"

    assert await post(server.url) == Answer(200)


async def test_a_receiver_that_keeps_silent_is_given_its_time(server: Receiver) -> None:
    """And one that hangs up, or is not there, has not answered either."""
    server.trick = "stall"
    assert await problem(server.url, WebhookHttp(allow_private=True, timeout=0.2)) == "timeout"
    server.trick = "drop"
    assert await problem(server.url) == "connection"
    assert await problem("http://127.0.0.1:1/") == "connection"
    nowhere = WebhookHttp(allow_private=True, resolve=Names([]))
    assert await problem("http://nowhere.invalid/", nowhere) == "no-such-host"
    assert await problem("http://a.example:x/") == "url"


@pytest.mark.parametrize(
    ("advice", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Sun, 06 Nov 1994 08:49:40 GMT", timedelta(seconds=3)),
        ("Sun, 06 Nov 1994 08:00:00 GMT", timedelta(0)),
        ("soon", None),
        ("", None),
    ],
)
async def test_retry_after_is_seconds_or_a_date(
    server: Receiver, advice: str, wait: timedelta | None
) -> None:
    """A date counts from the answer's own."""
    server.status = 503
    server.headers = {"Retry-After": advice, "Date": "Sun, 06 Nov 1994 08:49:37 GMT"}

    assert await post(server.url) == Answer(503, wait)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1", "not one",
    ],
)  # fmt: skip
def test_private_addresses_are_known_in_every_guise(address: str) -> None:
    """Loopback, private, link-local, shared, multicast; mapped and translated ones too."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_pass(address: str) -> None:
    """Whatever they are written in."""
    assert is_public(address)


class Names:
    """A name server with an answer for each time it is asked, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Answer."""
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def test_private_receivers_are_refused_by_address_and_by_name(server: Receiver) -> None:
    """Whatever the URL says: one private address among public ones is enough."""
    port = server.url.split(":")[2]
    both = Names(["1.1.1.1", "127.0.0.1"])

    assert await problem(server.url, WebhookHttp()) == "not-https"
    assert await problem(f"https://127.0.0.1:{port}", WebhookHttp()) == "private-address"
    assert await problem("https://2130706433/", WebhookHttp()) == "private-address"
    assert await problem("https://[::ffff:127.0.0.1]/", WebhookHttp()) == "private-address"
    assert await problem("https://a.example/", WebhookHttp(resolve=both)) == "private-address"
    assert server.posts == []


async def test_the_connection_goes_to_the_address_that_was_judged(server: Receiver) -> None:
    """A name that leads elsewhere when it is asked again is not asked again (DNS rebinding)."""
    names = Names(["127.0.0.1"], ["10.9.9.9"])
    http = WebhookHttp(allow_private=True, resolve=names)
    url = server.url.replace("127.0.0.1", "hooks.example")
    answer = await post(url, http)

    assert answer == Answer(200)
    assert names.asked == ["hooks.example"]
    assert server.posts[0].headers["host"] == url.split("/")[2]


async def test_another_address_of_the_name_is_tried_where_one_does_not_answer() -> None:
    """As with IPv6 where there is no way to it."""
    async with receiver() as server:
        http = WebhookHttp(allow_private=True, resolve=Names(["::1", "127.0.0.1"]))

        assert await post(server.url.replace("127.0.0.1", "hooks.example"), http) == Answer(200)


async def test_the_certificate_is_checked_against_the_name(tmp_path: Path) -> None:
    """Though the connection is made to an address."""
    serving, trusting = certificate(tmp_path, "hooks.example")
    async with receiver(serving) as server:
        http = WebhookHttp(allow_private=True, resolve=Names(["127.0.0.1"]), tls=trusting)
        right = server.url.replace("127.0.0.1", "hooks.example")
        wrong = server.url.replace("127.0.0.1", "other.example")

        assert await post(right, http) == Answer(200)
        assert await problem(wrong, http) == "certificate"
        assert await problem(
            right, WebhookHttp(allow_private=True, resolve=Names(["127.0.0.1"]))
        ) == ("certificate")


async def test_slow_receivers_wait_for_nobody_and_nobody_for_them(engine: Engine) -> None:
    """Thirty receivers that keep silent, and one that gets everything meanwhile."""
    async with AsyncExitStack() as stack:
        silent = [await stack.enter_async_context(receiver()) for _ in range(30)]
        for one in silent:
            one.trick = "stall"
        quick = await stack.enter_async_context(receiver())
        ids = [await asyncio.to_thread(add, engine, one.url) for one in [*silent, quick]]
        await asyncio.to_thread(happens, engine, "DEF-1", "defect.confirmed")
        held = [asyncio.create_task(hold(engine, one)) for one in ids[:-1]]
        report = await hold(engine, ids[-1])
        waiting = [round_ for round_ in held if not round_.done()]
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)

    assert report.sent == 1
    assert len(waiting) == 30


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For a server of that name, and for a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signed_by_itself = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed_by_itself.public_bytes(serialization.Encoding.PEM)
    )
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(file)
    return serving, ssl.create_default_context(cafile=file)
