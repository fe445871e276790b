"""Tokens, idempotency keys and correspondence, the same on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from activities.adapters.database import DatabaseLedger, DatabaseReadModel
from activities.adapters.database.correspondence import DatabaseCorrespondence
from activities.adapters.database.idempotency import (
    REMEMBERED,
    DatabaseIdempotency,
    OtherRequest,
)
from activities.adapters.database.tokens import DatabaseTokens
from activities.ports import Delivery
from domain.contract.effects import AudienceChange, Detachment, EntityKind, UpdateReadModel
from domain.contract.values import Attachment
from tests.domain.builders import FRIDAY, attachment

ADA = "ada@river.example"


def test_a_token_comes_back_as_it_was_made(engine: Engine) -> None:
    """Scopes and instants included."""
    known = DatabaseTokens(engine)
    said, token = known.create("crm", ["cases:read", "cases:write"], FRIDAY, timedelta(days=1))

    assert known.known(said, FRIDAY) == token
    assert [each.name for each in known.all()] == ["crm"]
    assert known.revoke(token.id, FRIDAY) is not None
    assert known.known(said, FRIDAY) is None


def test_a_key_stands_for_one_request(engine: Engine) -> None:
    """Of one caller, until it is forgotten; the first number and outcome stay."""
    keys = DatabaseIdempotency(engine)

    first = keys.claim("crm", "k", "r1", FRIDAY)
    assert (first.new, first.number, first.since) == (True, None, FRIDAY)
    keys.keep_outcome("crm", "k", "opened", "CASE-1")
    keys.keep_outcome("crm", "k", "opened", "CASE-2")
    again = keys.claim("crm", "k", "r1", FRIDAY + timedelta(hours=1))
    assert (again.new, again.number, again.outcome) == (False, "CASE-1", "opened")
    with pytest.raises(OtherRequest):
        keys.claim("crm", "k", "r2", FRIDAY)
    assert keys.claim("tracker", "k", "r2", FRIDAY).new
    keys.forget("crm", "k")
    assert keys.claim("crm", "k", "r2", FRIDAY + timedelta(hours=2)).new
    later = FRIDAY + REMEMBERED + timedelta(hours=3)
    assert keys.claim("crm", "k", "r3", later).new


def test_keys_are_counted_by_what_came_of_them(engine: Engine) -> None:
    """Those of one prefix only, and only the recent ones."""
    keys = DatabaseIdempotency(engine)
    for key in ("ab/1", "ab/2", "abc/1", "b/1", "ab/3"):
        keys.claim("mail", key, "r", FRIDAY)
        keys.keep_outcome("mail", key, "noted" if key == "ab/3" else "opened", None)

    assert keys.count("mail", "ab", "opened", FRIDAY) == 2
    assert keys.count("mail", "ab", "opened", FRIDAY + timedelta(seconds=1)) == 0
    assert keys.count("crm", "ab", "opened", FRIDAY) == 0


def test_a_key_claimed_at_once_is_one_callers(engine: Engine) -> None:
    """Claims take turns, and numbers too: everybody gets the first."""
    keys = DatabaseIdempotency(engine)

    def claim(n: int) -> tuple[bool, str | None]:
        at = FRIDAY + timedelta(microseconds=n)
        new = keys.claim("crm", "k", "r", at).new
        keys.keep_outcome("crm", "k", "opened", f"CASE-{n}")
        return new, keys.claim("crm", "k", "r", at).number

    with ThreadPoolExecutor(8) as threads:
        came = list(threads.map(claim, range(8)))

    assert sum(new for new, _ in came) == 1
    assert len({number for _, number in came}) == 1


def _project(
    engine: Engine, kind: EntityKind, entity: str, sequence: int, *changes: AudienceChange
) -> None:
    DatabaseReadModel(engine).project(
        UpdateReadModel(
            key=f"{entity}/{sequence}/project",
            entity=entity,
            sequence=sequence,
            policy="eto",
            at=FRIDAY,
            kind=kind,
            snapshot={"number": entity, "state": "open"},
            audience=list(changes),
        )
    )


def _joins(sequence: int, case: str, client: str, email: str) -> AudienceChange:
    joining = Attachment.model_validate(attachment(case, client, email=email))
    return AudienceChange(
        sequence=sequence, at=FRIDAY + timedelta(minutes=sequence), attach=[joining]
    )


def test_a_person_is_known_by_what_they_are_attached_to(engine: Engine) -> None:
    """Their newest client, and of numbers only the cases that are theirs now."""
    known = DatabaseCorrespondence(engine)
    _project(engine, "case", "C-1", 1, _joins(1, "C-1", "river", "Ada@river.example"))
    _project(engine, "case", "C-2", 1, _joins(2, "C-2", "valley", ADA))
    _project(engine, "case", "C-3", 1, _joins(3, "C-3", "harbour", "bob@harbour.example"))
    _project(engine, "defect", "DEF-1", 4, _joins(4, "C-1", "river", ADA))
    _project(engine, "defect", "DEF-1", 5, _joins(5, "C-2", "valley", ADA))
    leaves = AudienceChange(sequence=6, at=FRIDAY, detach=[Detachment(case="C-1")])
    _project(engine, "defect", "DEF-1", 6, leaves)

    assert known.client_of("ADA@river.example") == "valley"
    assert known.client_of("nobody@river.example") is None
    assert known.cases_of(ADA, ["C-3", "C-2", "C-1", "C-9"]) == ["C-2", "C-1"]
    assert known.cases_of(ADA, ["DEF-1"]) == ["C-2"]
    assert known.cases_of("bob@harbour.example", ["DEF-1", "C-1"]) == []


def test_a_message_of_ours_says_what_it_was_about_to_its_recipient_only(engine: Engine) -> None:
    """Whoever else quotes its id learns and reaches nothing."""
    delivery = Delivery("k", ADA, "email", "DEF-1", "defect.update", "<m@x>", cases=("C-1", "C-2"))
    DatabaseLedger(engine).claim(delivery, FRIDAY)
    known = DatabaseCorrespondence(engine)

    assert known.written_about("Ada@river.example", ["<m@x>", "<n@x>"]) == ["C-1", "C-2", "DEF-1"]
    assert known.written_about("eve@evil.example", ["<m@x>"]) == []
    assert (known.is_ours("<m@x>"), known.is_ours("<n@x>")) == (True, False)
