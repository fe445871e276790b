"""What places answer, in the words of ports: taken, refused for good, or not now."""

import io
import logging
import socket
import time
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

pytest.importorskip("apprise", reason="apprise is installed where staff are told at places")

import requests
from pydantic import SecretStr

from activities.adapters import apprise_places
from activities.adapters.apprise_places import ApprisePlaces
from activities.adapters.places import NoPlaces, places_for
from activities.ports import Letter, NotNow, Refused
from runtime.logs import configure_logs
from tests.activities.places.look_alikes import Answer, LookAlike, look_alike

TOKEN = "hunter2secret"
LETTER = Letter(
    message_id="<1@vendor.example>",
    to="place:chat",
    to_name=None,
    subject="[DEF-1] Target missed: Export fails",
    text="https://portal.vendor.example/staff/numbers/DEF-1\n\nThe target was missed.\n",
    html="<p>The target was missed.</p>",
    headers={},
    at=datetime(2026, 3, 3, 18, tzinfo=UTC),
)
SPOKEN = {
    "mmost": (f"mmost://{{}}/{TOKEN}", f"/hooks/{TOKEN}", b"ok"),
    "ntfy": (f"ntfy://{{}}/{TOKEN}", "/", b'{"id":"a","event":"message"}'),
    "gotify": (f"gotify://{{}}/{TOKEN}", "/message", b'{"id":1}'),
    "json": (f"json://{{}}/{TOKEN}", f"/{TOKEN}", b""),
}
"""Of services with hosts of one's own: the URL, where they are posted to, and what they answer."""


@pytest.fixture
def there() -> Iterator[LookAlike]:
    """One that takes everything."""
    with look_alike() as server:
        yield server


def places(there: LookAlike, scheme: str = "mmost") -> ApprisePlaces:
    """Where `chat` is that one."""
    return ApprisePlaces({"chat": SecretStr(SPOKEN[scheme][0].format(there.place))})


@pytest.mark.parametrize("scheme", SPOKEN)
def test_a_letter_reaches_services_of_each_kind(there: LookAlike, scheme: str) -> None:
    """Its subject and its text, by one request."""
    _, path, answer = SPOKEN[scheme]
    there.answers = [Answer(body=answer)]
    places(there, scheme).tell("chat", LETTER)

    (asked,) = there.asked
    assert asked.path == path
    said = " ".join(str(value) for value in asked.body.values())
    assert LETTER.subject in said
    assert "staff/numbers/DEF-1" in said
    assert "The target was missed." in said


@pytest.mark.parametrize("scheme", SPOKEN)
@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410, 413, 422])
def test_what_is_refused_for_good_is_said_so(there: LookAlike, scheme: str, status: int) -> None:
    """A hook that is gone, a token that is wrong: no further try helps. Nothing is followed."""
    there.answers = [Answer(status, b'{"error":"no"}', {"Location": "http://127.0.0.1:9/"})]
    with pytest.raises(Refused) as refusal:
        places(there, scheme).tell("chat", LETTER)

    assert refusal.value.code == f"http-{status}"
    assert len(there.asked) == 1


@pytest.mark.parametrize("scheme", SPOKEN)
@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(there: LookAlike, scheme: str, status: int) -> None:
    """An outage, and too many messages; one request each, the lane does the rest."""
    there.answers = [Answer(status, b"later")]
    with pytest.raises(NotNow) as reason:
        places(there, scheme).tell("chat", LETTER)

    assert reason.value.retry_after is None
    assert len(there.asked) == 1


@pytest.mark.parametrize(
    ("advice", "understood"),
    [("7", 7), ("600", 600), ("soon", None), ("-1", None), ("", None)],
)
def test_retry_after_is_taken(there: LookAlike, advice: str, understood: int | None) -> None:
    """As Slack and ntfy say it, in seconds."""
    there.answers = [Answer(429, b"rate_limited", {"Retry-After": advice})]
    with pytest.raises(NotNow) as reason:
        places(there).tell("chat", LETTER)

    expected = None if understood is None else timedelta(seconds=understood)
    assert reason.value.retry_after == expected


def test_an_outage_that_ends(there: LookAlike) -> None:
    """Each try is one of its own: nothing of the one before is remembered."""
    there.answers = [Answer(503), Answer(404), Answer(), Answer()]
    chat, came = places(there), list[str]()
    for _ in range(4):
        try:
            chat.tell("chat", LETTER)
            came.append("taken")
        except (NotNow, Refused) as error:
            came.append(type(error).__name__)

    assert came == ["NotNow", "Refused", "taken", "taken"]


def test_nobody_listens() -> None:
    """No connection, so no answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"json://127.0.0.1:{free.getsockname()[1]}/{TOKEN}"
        with pytest.raises(NotNow, match="nothing"):
            ApprisePlaces({"chat": SecretStr(url)}).tell("chat", LETTER)


def test_one_that_does_not_answer_is_not_waited_for(
    there: LookAlike, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It took the message and says nothing of it: it may come twice, but never not at all."""
    monkeypatch.setattr(apprise_places, "READ_SECONDS", 0.2)
    there.answers = [Answer(hangs=True)]
    began = time.monotonic()
    with pytest.raises(NotNow):
        places(there).tell("chat", LETTER)

    assert time.monotonic() - began < 10


@pytest.mark.parametrize("status", [200, 404, 503])
def test_an_answer_without_end_is_cut(
    there: LookAlike, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """By its length in time: each piece comes early enough, and the status counts."""
    monkeypatch.setattr(apprise_places, "ANSWER_SECONDS", 0.3)
    there.answers = [Answer(status, drips=True)]
    came = "taken"
    try:
        places(there).tell("chat", LETTER)
    except (NotNow, Refused) as error:
        came = type(error).__name__

    assert came == {200: "taken", 404: "Refused", 503: "NotNow"}[status]


def test_a_large_answer_is_read_in_part(there: LookAlike) -> None:
    """As of a proxy that shows a page of its own."""
    there.answers = [Answer(200, b"x" * 5_000_000)]
    places(there).tell("chat", LETTER)
    assert len(there.asked) == 1


def test_a_long_letter_is_shortened(there: LookAlike) -> None:
    """To what the place takes, by apprise's own limits; where it leads to comes first."""
    lines = "Another line of what a client wrote.\n" * 2_000
    long = Letter(
        **{name: getattr(LETTER, name) for name in Letter.__slots__}
        | {"text": f"https://portal.vendor.example/staff/numbers/DEF-1\n\n{lines}"}
    )
    places(there).tell("chat", long)

    (asked,) = there.asked
    assert "staff/numbers/DEF-1" in asked.body["text"]
    assert len(asked.body["text"]) <= 4_000


def test_no_secret_is_in_errors_or_logs(there: LookAlike) -> None:
    """The URL is one, and so is what a service makes of it."""
    written = io.StringIO()
    configure_logs("json", logging.DEBUG, written)
    try:
        for scheme in SPOKEN:
            for answer in (Answer(), Answer(503, TOKEN.encode()), Answer(404, TOKEN.encode())):
                there.answers = [answer]
                try:
                    places(there, scheme).tell("chat", LETTER)
                except (NotNow, Refused):
                    written.write(traceback.format_exc())
    finally:
        configure_logs("console")

    assert "Refused" in written.getvalue()
    assert TOKEN not in written.getvalue()


@pytest.mark.parametrize(
    "url",
    [f"slackk://{TOKEN}/b/c", TOKEN, f"slack://{TOKEN}", "json://", f"https://x.example/{TOKEN}"],
)
def test_a_url_that_apprise_does_not_know_is_refused_at_the_start(url: str) -> None:
    """By the name of its variable, without what it says."""
    with pytest.raises(ValueError, match="DEFECTS_PLACE_ONCALL_SLACK: must be one URL") as error:
        places_for(["oncall-slack"], {"oncall-slack": SecretStr(url)})

    assert TOKEN not in "".join(traceback.format_exception(error.value))


@pytest.mark.parametrize("known", [{}, {"pager": SecretStr("json://127.0.0.1")}])
def test_a_place_without_its_variable_is_refused(known: Mapping[str, SecretStr]) -> None:
    """One line for each, with the variable to set."""
    with pytest.raises(ValueError, match="DEFECTS_PLACE_ONCALL_SLACK: is not set") as error:
        places_for(["oncall-slack", "pager"], known)
    assert len(str(error.value).splitlines()) == 2 - len(known)


def test_where_no_place_is_named_there_is_none() -> None:
    """Variables of places that no policy names are nobody's business."""
    nowhere = places_for([], {"chat": SecretStr("nonsense")})
    assert isinstance(nowhere, NoPlaces)
    with pytest.raises(NotNow, match="DEFECTS_PLACE_CHAT"):
        nowhere.tell("chat", LETTER)


def test_others_who_use_requests_are_left_alone(there: LookAlike) -> None:
    """What was put in place for apprise does nothing for them."""
    places(there)
    there.answers = [Answer(200, b"y" * 200_000)]
    answer = requests.post(f"http://{there.place}/", json={}, timeout=5)
    assert len(answer.content) == 200_000
