"""Which commands are repeats: senders, keys, and what was said under them."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.contract.catalogue import COMMANDS
from domain.contract.contacts import DeliveryBounced
from domain.contract.defect import (
    Absorb,
    AdoptPolicy,
    Hold,
    PostProgress,
    RecordSeverityFeedback,
    Resume,
    ScheduleRelease,
    WithdrawRelease,
)
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Command
from domain.defect.policy_change import AdoptPinnedPolicy
from domain.keys import KEYS_KEPT, KnownKeys, own_key, refuse_own_key
from tests.domain.builders import ETO, FRIDAY, a_defect, attachment
from tests.domain.world import CheckedWorld, world_of
from tests.soak import lives

HOLD: dict[str, Any] = {"actor": "agent-1", "reason": "waiting for logs", "key": "1"}
PLAN: dict[str, Any] = {
    "actor": "agent-1",
    "key": own_key("REL-1/2/3"),
    "release": "REL-1",
    "plan_version": 2,
}
DEPLOY_AT = "2027-06-01T18:00:00Z"
BOUNCED: dict[str, Any] = {
    "key": own_key("bounced-7"),
    "effect": "DEF-1/4/defect.update",
    "event": "defect.update",
    "address": "ada@river.example",
    "problem": "bounce-5.1.1",
}


def command(model: type[Command], given: dict[str, Any], **changed: Any) -> Command:
    """A command as it is read from a payload."""
    return parse(model, given | changed)


def knowing(*said: Command) -> KnownKeys:
    """What is remembered once these were said."""
    known = KnownKeys()
    for one in said:
        known.remember(one)
    return KnownKeys.model_validate_json(known.model_dump_json())


def answer(known: KnownKeys, said: Command) -> str:
    """What becomes of a command."""
    try:
        return "repeat" if known.has(said) else "new"
    except InvalidCommand as refused:
        return refused.field


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        (command(Hold, HOLD), "repeat"),
        (command(Hold, HOLD, reason="  waiting for logs "), "repeat"),
        (command(Hold, HOLD, key="2"), "new"),
        (command(Hold, HOLD, key=None), "new"),
        (command(Hold, HOLD, actor="agent-2"), "new"),
        (command(Hold, HOLD, reason="another"), "key"),
        (command(Resume, HOLD), "key"),
        (command(Resume, HOLD, reason=None), "key"),
        (command(Resume, HOLD, actor="agent-2"), "new"),
    ],
    ids=str,
)
def test_a_repeat_is_the_same_of_the_same_sender_under_the_same_key(
    again: Command, expected: str
) -> None:
    """Contract: a known key with anything else is refused; senders share no keys."""
    assert answer(knowing(command(Hold, HOLD)), again) == expected


@pytest.mark.parametrize(
    ("said", "again", "expected"),
    [
        (
            command(ScheduleRelease, PLAN, deploy_at=DEPLOY_AT),
            command(ScheduleRelease, PLAN, deploy_at=DEPLOY_AT, moved=True, actor="agent-2"),
            "repeat",
        ),
        (
            command(ScheduleRelease, PLAN, deploy_at=DEPLOY_AT),
            command(ScheduleRelease, PLAN, deploy_at="2027-06-02T18:00:00Z"),
            "key",
        ),
        (
            command(WithdrawRelease, PLAN, reason="not ready"),
            command(WithdrawRelease, PLAN, reason="release REL-1"),
            "repeat",
        ),
        (
            command(WithdrawRelease, PLAN, reason="not ready", key="mine"),
            command(WithdrawRelease, PLAN, reason="another", key="mine"),
            "key",
        ),
        (
            command(Absorb, PLAN, defect="DEF-2", cases=[attachment("CASE-1", "client-1")]),
            command(
                Absorb,
                PLAN,
                defect="DEF-2",
                cases=[attachment("CASE-1", "client-1") | {"contact": {"email": "b@c.example"}}],
            ),
            "repeat",
        ),
        (
            command(Absorb, PLAN, defect="DEF-2", cases=[attachment("CASE-1", "client-1")]),
            command(Absorb, PLAN, defect="DEF-2", cases=[attachment("CASE-2", "client-1")]),
            "key",
        ),
        (
            command(DeliveryBounced, BOUNCED),
            command(DeliveryBounced, BOUNCED, first=False, problem="bounce-5.2.2"),
            "repeat",
        ),
        (
            command(DeliveryBounced, BOUNCED),
            command(DeliveryBounced, BOUNCED, address="eve@river.example"),
            "key",
        ),
    ],
)
def test_a_workflow_of_ours_may_repeat_itself_in_other_words(
    said: Command, again: Command, expected: str
) -> None:
    """A release that is told to try again names who asked; what matters has to be the same."""
    assert answer(knowing(said), again) == expected


def test_a_policy_that_was_looked_up_is_no_part_of_what_was_said() -> None:
    """`adopt_policy` is judged before the policy is looked up, and remembered after."""
    asked = command(AdoptPolicy, {"actor": "agent-1", "policy": "eto", "key": "1"})
    known = knowing(AdoptPinnedPolicy(**asked.model_dump(), pinned=ETO))
    assert answer(known, asked) == "repeat"


@pytest.mark.parametrize(
    "key", ["CASE-000067/3/open_defect", "REL-2026.4/2/3", "a/0/b", "workflow:x", own_key("x")]
)
def test_keys_like_ours_are_refused_from_outside(key: str) -> None:
    """Contract: they could be those of a message that a workflow is going to send."""
    with pytest.raises(InvalidCommand, match=r"^key: .*product's own"):
        refuse_own_key(key)


@pytest.mark.parametrize(
    "key", [None, "hold-1", "crm/4711", "a/b/c", "/1/2", "REL-1/x/3", "urn:1/2/3", "Workflow:x"]
)
def test_other_keys_are_the_callers_own(key: str | None) -> None:
    """Whoever has keys with slashes may keep them."""
    refuse_own_key(key)

    assert answer(KnownKeys(), command(Hold, HOLD, key=key)) == "new"


def test_an_unmarked_key_like_ours_is_refused_whoever_the_actor_is() -> None:
    """A workflow's message names the person on whose behalf it is sent."""
    ours = command(WithdrawRelease, PLAN, reason="x")
    forged = command(WithdrawRelease, PLAN, reason="x", key="REL-1/2/3")
    assert answer(knowing(ours), ours) == "repeat"
    assert answer(knowing(ours), forged) == "key"
    assert answer(KnownKeys(), forged) == "key"


def test_the_longest_numbers_make_keys_that_are_taken() -> None:
    """A number has 64 characters, and a page of cases is named by two."""
    long = own_key(f"{'D' * 64}/12/move_cases/{'C' * 64}")
    other = own_key(f"{'D' * 64}/12/move_cases/{'B' * 64}")
    assert long != other
    assert {len(long) <= 128, len(other) <= 128} == {True}
    assert answer(KnownKeys(), command(Hold, HOLD, key=long)) == "new"


def test_a_thousand_forms_of_one_contact_make_nobody_elses_keys_forgotten() -> None:
    """Each sender has a fair share; who sends most forgets its own."""
    mine, ours = command(Hold, HOLD), command(WithdrawRelease, PLAN, reason="x")
    known = knowing(mine, ours)
    for n in range(3 * KEYS_KEPT):
        known.remember(command(Resume, {"actor": "contact-1", "key": f"{n}"}))
    assert answer(known, mine) == answer(known, ours) == "repeat"
    assert answer(known, command(Resume, {"actor": "contact-1", "key": "0"})) == "new"
    last = command(Resume, {"actor": "contact-1", "key": f"{3 * KEYS_KEPT - 1}"})
    assert answer(known, last) == "repeat"
    assert sum(map(len, known.of.values())) == KEYS_KEPT


def test_what_is_remembered_of_however_many_senders_is_bounded() -> None:
    """The longest actors and keys, one each: the one who spoke longest ago is forgotten."""
    known = KnownKeys()
    for n in range(2 * KEYS_KEPT):
        actor = f"{n}".rjust(128, "x")
        known.remember(command(Resume, {"actor": actor, "key": actor}))
    assert len(known.model_dump_json()) < 56_000
    latest = f"{2 * KEYS_KEPT - 1}".rjust(128, "x")
    assert answer(known, command(Resume, {"actor": latest, "key": latest})) == "repeat"


SENDERS = ("agent-1", "contact-1", "tracker", "")
"""The last one stands for a workflow of ours."""


def of_sender(sender: str, model: str, key: str | None, text: str) -> Command:
    """A command of one of them."""
    if key is not None and not sender:
        key = own_key(key)
    said: dict[str, Any] = {"actor": sender or "agent-1", "key": key, "reason": text}
    return parse(COMMANDS[model], said | {"resolution": text, "internal_note": text})


COMMANDS_OF_ANYBODY = st.builds(
    of_sender,
    st.sampled_from(SENDERS),
    st.sampled_from(["hold", "resume", "resolve", "reopen", "post_progress"]),
    st.sampled_from([None, "1", "2", "hold-1", "key-of-another"]),
    st.sampled_from(["one", "another"]),
)


def sender_of(said: Command) -> str:
    """Whose it is, worked out otherwise than by the code under test."""
    return "" if (said.key or "").startswith("workflow:") else said.actor


def answers(said: Iterable[Command]) -> list[tuple[Command, str]]:
    """What each is taken for, where each that is new is remembered."""
    known, found = KnownKeys(), []
    for one in said:
        found.append((one, answer(known, one)))
        if found[-1][1] == "new":
            known.remember(one)
    return found


@pytest.mark.hypothesis
@settings(max_examples=lives(200), deadline=None)
@given(said=st.lists(COMMANDS_OF_ANYBODY, max_size=40))
def test_what_one_sender_is_answered_depends_on_nobody_else(said: list[Command]) -> None:
    """For any interleaving: each is answered as if the others had said nothing."""
    together = answers(said)
    for sender in SENDERS:
        alone = answers(one for one in said if sender_of(one) == sender)
        assert [pair for pair in together if sender_of(pair[0]) == sender] == alone


@pytest.mark.hypothesis
@settings(max_examples=lives(40), deadline=None)
@given(said=st.lists(COMMANDS_OF_ANYBODY, max_size=15))
def test_keys_of_one_sender_change_nothing_of_what_anothers_command_does(
    said: list[Command],
) -> None:
    """A defect lives alike whether the keys of all senders are alike or told apart by name."""
    alike, apart = world_of(a_defect("S2")), world_of(a_defect("S2"))
    for one in said:
        key = None if one.key is None else f"{one.key}-of-{one.actor}"
        outcomes = [_tell(alike, one), _tell(apart, one.model_copy(update={"key": key}))]
        assert outcomes[0] == outcomes[1]
    left = {"known_keys"}
    assert alike.entity.model_dump(exclude=left) == apart.entity.model_dump(exclude=left)


def _tell(world: CheckedWorld, said: Command) -> str | None:
    try:
        world.say(said)
    except InvalidCommand as refused:
        return refused.field
    return None


# --- the attacks that this is for -----------------------------------------------------------------


def test_a_clients_key_keeps_no_defect_from_following_its_release() -> None:
    """Feedback under the key that its release will use is refused; the release is heard."""
    world = world_of(a_defect("S2"))
    feedback = {"actor": "contact-1", "client": "client-1", "severity": "S3"}
    with pytest.raises(InvalidCommand, match=r"^key: "):
        world.hear(RecordSeverityFeedback, **feedback, key="REL-1/2/3")
    world.hear(RecordSeverityFeedback, **feedback, key="2")
    world.hear(ScheduleRelease, **PLAN | {"plan_version": 1}, deploy_at=DEPLOY_AT)
    assert world.status()["release"]["id"] == "REL-1"


def test_a_key_of_one_actor_swallows_no_command_of_another() -> None:
    """One holds under a key that another one resumes under."""
    world = world_of(a_defect("S2"))
    world.hear(Hold, **HOLD)
    world.hear(Resume, actor="agent-2", key="1")
    assert world.status()["state"] == "open"
    with pytest.raises(InvalidCommand, match=r"^key: was used"):
        world.hear(PostProgress, actor="agent-2", key="1", internal_note="x")
    assert world.now == FRIDAY
