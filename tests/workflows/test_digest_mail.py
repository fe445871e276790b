"""Digests on the time-skipping server: what a day brings, in one mail."""

from collections.abc import Callable
from datetime import datetime, timedelta

from activities.digest import begin_digest_mail
from activities.ports import Letter, NotNow
from domain.contract.identity import DIGEST_MAIL
from tests.domain.builders import CHICAGO
from tests.workflows.world import World

CLIENT = "client-1@example.org"


async def test_a_day_of_an_urgent_defect_comes_in_one_mail(world: World) -> None:
    """Confirmation and resolution at once, updates with the digest, through an outage of it."""
    await world.case()
    chosen = {"digest": True, "time_zone": "America/Chicago"}
    await world.tell("CASE-1", "set_preferences", **chosen)
    await world.settle()
    confirmed = await world.tell(
        "CASE-1", "confirm_defect", severity="S1", title="Down", functional_area="login"
    )
    defect = confirmed["defect"]
    await world.settle()
    for text in ("We look into it.", "We have found the cause."):
        await world.tell(defect, "post_progress", public_text=text)
        await world.settle()
    before = list(world.mailbox.events(CLIENT))
    status = await world.status(defect)
    await world.clock.until(await _next_morning(world))
    world.mailbox.before_send = _down_at_first()
    await begin_digest_mail(world.client)
    sent = await world.handle(DIGEST_MAIL).result()
    await world.tell(defect, "resolve", resolution="done")
    await world.settle()

    assert before == ["case.opened", "defect.confirmed"]
    assert status["updates_missed"] == 0
    assert sent == 1
    assert world.mailbox.events(CLIENT) == [*before, "digest", "defect.resolved"]
    digest = next(x for x in world.mailbox.letters if x.headers["X-Event"] == "digest")
    assert digest.headers["X-Defect"] == defect
    assert digest.text.index("look into it") < digest.text.index("found the cause")


async def test_a_notice_of_a_release_waits_for_the_digest(world: World) -> None:
    """R2: once, with what else there is, and not again by itself."""
    await world.case()
    await world.tell("CASE-1", "set_preferences", digest=True)
    await world.release(days=20)
    await world.after(days=6, hours=1)
    before = list(world.mailbox.events(CLIENT))
    await world.clock.until(await _next_morning(world))
    await begin_digest_mail(world.client)
    await world.handle(DIGEST_MAIL).result()
    await world.after(days=1)

    assert before == ["case.opened"]
    assert world.mailbox.events(CLIENT) == ["case.opened", "digest"]
    digest = world.mailbox.letters[-1]
    assert digest.headers["X-Release"] == "REL-1"
    assert digest.subject == "Your daily digest: 1 message"


def _down_at_first() -> Callable[[Letter], None]:
    tried = list[Letter]()

    def take(letter: Letter) -> None:
        tried.append(letter)
        if len(tried) == 1:
            raise NotNow("the mail system is down")

    return take


async def _next_morning(world: World) -> datetime:
    now = await world.clock.now()
    morning = now.astimezone(CHICAGO).replace(hour=8, minute=0, second=0, microsecond=0)
    return morning + timedelta(days=1)
