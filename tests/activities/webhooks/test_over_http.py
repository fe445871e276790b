"""Webhooks over HTTP: redirects, addresses, certificates, patience."""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine

from activities.adapters.webhook_http import WebhookHttp
from activities.webhook_ports import Answer, NoAnswer
from tests.activities.webhooks.receivers import add, happens, hold, post
from tests.webhook_server import Receiver, receiver


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
