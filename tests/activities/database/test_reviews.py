"""Consultation minutes, open defects and reviews of their impact, on both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from sqlalchemy import Engine, text

from activities.adapters.database import (
    DatabaseConsultation,
    DatabaseImpact,
    DatabaseReadModel,
)
from activities.ports import Booking, Consultation, Impact, OpenDefects
from domain.contract.effects import BookMinutes, Fact, UpdateReadModel
from domain.contract.values import Severity

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
THREADS = 8


def at_once(act: Callable[[int], Booking]) -> list[Booking]:
    """Run `act(0)`, `act(1)`, ... from as many threads, all let go at the same moment."""
    gate = threading.Barrier(THREADS)

    def wait_and_act(number: int) -> Booking:
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(wait_and_act, range(THREADS)))


def minutes(
    case: str,
    wanted: int,
    sequence: int = 1,
    client: str = "acme",
    period: str = "2026",
    allowance: int = 100,
    call: int = 1,
) -> BookMinutes:
    """A call to be booked."""
    return BookMinutes(
        key=f"{case}/{sequence}/book_minutes",
        entity=case,
        sequence=sequence,
        at=NOW,
        booking=f"{case}/call-{call}",
        client=client,
        period=period,
        minutes=wanted,
        allowance=allowance,
        call=NOW + HOUR,
    )


def test_the_adapters_are_what_activities_ask_for(engine: Engine) -> None:
    """Type-checked: each adapter fits its port."""
    consultation: Consultation = DatabaseConsultation(engine)
    impact: Impact = DatabaseImpact(engine)
    open_defects: OpenDefects = DatabaseImpact(engine)
    assert all((consultation, impact, open_defects))


# --- consultation --------------------------------------------------------------------------------

BOOKINGS: list[tuple[str, list[tuple[BookMinutes, Booking]]]] = [
    ("all at once", [(minutes("C1", 100), Booking(True, 0))]),
    ("one too many", [(minutes("C1", 101), Booking(False, 100))]),
    (
        "several cases share",
        [
            (minutes("C1", 60), Booking(True, 40)),
            (minutes("C2", 60), Booking(False, 40)),
            (minutes("C3", 40), Booking(True, 0)),
        ],
    ),
    (
        "a call that is moved takes instead of what it took",
        [
            (minutes("C1", 60), Booking(True, 40)),
            (minutes("C1", 90, 2), Booking(True, 10)),
            (minutes("C1", 120, 3), Booking(False, 10)),
            (minutes("C1", 30, 4), Booking(True, 70)),
        ],
    ),
    (
        "another call of the case",
        [
            (minutes("C1", 60), Booking(True, 40)),
            (minutes("C1", 60, 2, call=2), Booking(False, 40)),
            (minutes("C1", 30, 3, call=2), Booking(True, 10)),
            (minutes("C1", 70, 4), Booking(True, 0)),
            (minutes("C1", 0, 5, call=2), Booking(True, 30)),
        ],
    ),
    (
        "given back",
        [
            (minutes("C1", 60), Booking(True, 40)),
            (minutes("C1", 0, 2), Booking(True, 100)),
            (minutes("C2", 100), Booking(True, 0)),
        ],
    ),
    (
        "a repeat and an older one",
        [
            (minutes("C1", 60, 5), Booking(True, 40)),
            (minutes("C1", 60, 5), Booking(True, 40)),
            (minutes("C1", 10, 3), Booking(True, 40)),
            (minutes("C2", 10), Booking(True, 30)),
            (minutes("C1", 60, 5), Booking(True, 30)),
        ],
    ),
    (
        "a repeat of what did not fit, when it would",
        [
            (minutes("C1", 60), Booking(True, 40)),
            (minutes("C2", 60), Booking(False, 40)),
            (minutes("C1", 0, 2), Booking(True, 100)),
            (minutes("C2", 60), Booking(False, 100)),
            (minutes("C2", 60, 2), Booking(True, 40)),
        ],
    ),
    (
        "clients and periods are apart",
        [
            (minutes("C1", 100), Booking(True, 0)),
            (minutes("C2", 100, client="ACME"), Booking(True, 0)),
            (minutes("C3", 100, period="2027"), Booking(True, 0)),
            (minutes("C4", 1), Booking(False, 0)),
        ],
    ),
    (
        "moved to another period",
        [
            (minutes("C1", 80, 1, period="2026-03"), Booking(True, 20)),
            (minutes("C2", 80, 1, period="2026-04"), Booking(True, 20)),
            (minutes("C1", 80, 2, period="2026-04"), Booking(False, 20)),
            (minutes("C3", 30, 1, period="2026-03"), Booking(False, 20)),
            (minutes("C1", 20, 3, period="2026-04"), Booking(True, 0)),
            (minutes("C3", 100, 2, period="2026-03"), Booking(True, 0)),
        ],
    ),
    (
        "the allowance was cut",
        [
            (minutes("C1", 60), Booking(True, 40)),
            (minutes("C2", 1, allowance=30), Booking(False, 0)),
            (minutes("C2", 0, 2, allowance=30), Booking(True, 0)),
            (minutes("C1", 0, 2, allowance=30), Booking(True, 30)),
            (minutes("C3", 1, allowance=0), Booking(False, 0)),
        ],
    ),
    (
        "an odd client",
        [
            (minutes("C1", 100, client="o'\0\"%"), Booking(True, 0)),
            (minutes("C2", 1, client="o'\0\"%"), Booking(False, 0)),
        ],
    ),
]


@pytest.mark.parametrize("steps", [row[1] for row in BOOKINGS], ids=[row[0] for row in BOOKINGS])
def test_minutes_are_booked_whole_or_not_at_all(
    engine: Engine, steps: list[tuple[BookMinutes, Booking]]
) -> None:
    """C11: one step after the other."""
    consultation = DatabaseConsultation(engine)
    assert [consultation.book(effect) for effect, _ in steps] == [answer for _, answer in steps]


def test_a_call_is_remembered_with_what_was_booked(engine: Engine) -> None:
    """Of a booking that did not fit nothing is kept but that it did not."""
    consultation = DatabaseConsultation(engine)
    consultation.book(minutes("C1", 30))
    consultation.book(minutes("C1", 200, 2).model_copy(update={"call": NOW + 9 * HOUR}))
    consultation.book(minutes("C2", 200))
    query = text("SELECT booking, minutes, call_at IS NULL FROM consultations ORDER BY 1")
    with engine.connect() as connection:
        kept = [tuple(row) for row in connection.execute(query)]
    assert kept == [("C1/call-1", 30, False), ("C2/call-1", 0, True)]


def test_the_last_minutes_go_to_one_booking(engine: Engine) -> None:
    """C11: though all ask in the same moment, round after round."""
    consultation = DatabaseConsultation(engine)
    for n in range(10):

        def book(me: int, n: int = n) -> Booking:
            return consultation.book(minutes(f"CASE-{n}-{me}", 60, period=f"{2030 + n}"))

        answers = at_once(book)
        assert [answer.fits for answer in answers].count(True) == 1
        assert {answer.balance for answer in answers if answer.fits} == {40}
        assert book(0).balance == 40


def test_repeats_of_one_booking_at_once_are_one_booking(engine: Engine) -> None:
    """As when an activity that was given up is still running."""
    consultation = DatabaseConsultation(engine)
    answers = at_once(lambda _: consultation.book(minutes("C1", 60)))
    assert answers == [Booking(True, 40)] * THREADS


def test_moves_of_one_call_at_once_end_with_the_newest(engine: Engine) -> None:
    """In whatever order they get their turn."""
    consultation = DatabaseConsultation(engine)
    at_once(lambda me: consultation.book(minutes("C1", 10 * (me + 1), me)))
    assert consultation.book(minutes("C1", 10 * THREADS, THREADS - 1)) == Booking(True, 20)


# --- impact --------------------------------------------------------------------------------------


def project(
    engine: Engine,
    number: str,
    sequence: int = 1,
    happened: tuple[Fact, ...] = (),
    kind: Literal["case", "defect"] = "defect",
    **snapshot: Any,
) -> None:
    """Write how a defect stands."""
    stands = {"number": number, "severity": "S3", "state": "open", "functional_area": "billing"}
    DatabaseReadModel(engine).project(
        UpdateReadModel(
            key=f"{number}/{sequence}/project",
            entity=number,
            sequence=sequence,
            at=NOW,
            kind=kind,
            snapshot=stands | snapshot,
            facts=list(happened),
        )
    )


def test_open_defects_are_those_whose_life_goes_on(engine: Engine) -> None:
    """By severity, and by area and severity; cases are no defects."""
    for state in ("open", "on_hold", "scheduled", "resolved", "closed", "merged"):
        project(engine, f"D-{state}", state=state)
    project(engine, "D-S4", severity="S4", functional_area="o'hara\0")
    project(engine, "D-unknown", state=None)
    project(engine, "C1", kind="case")
    impact, lasting = DatabaseImpact(engine), ["D-on_hold", "D-open", "D-scheduled", "D-unknown"]
    assert [found["number"] for found in impact.open_defects(Severity.S3)] == lasting
    assert list(impact.open_defects(Severity.S1)) == []
    both = [Severity.S3, Severity.S4]
    assert impact.in_area("billing", both, None, 10) == lasting
    assert impact.in_area("billing", both, "D-on_hold", 2) == lasting[1:3]
    assert impact.in_area("o'hara\0", both, None, 10) == ["D-S4"]
    assert impact.in_area("o'hara\0", [Severity.S3], None, 10) == []
    assert impact.in_area("billing", [], None, 10) == []
    assert impact.in_area("Billing", both, None, 10) == []


@pytest.mark.parametrize("count", [499, 500, 501, 1_200])
def test_open_defects_are_read_page_by_page(engine: Engine, count: int) -> None:
    """All of them once, though some are resolved while they are read."""
    with engine.begin() as connection:
        insert = text(
            "INSERT INTO entities (kind, number, sequence, snapshot, severity, state, "
            "needs_attention, updated_at) VALUES ('defect', :n, 1, :snapshot, 'S3', 'open', "
            ":no, :at)"
        )
        rows = [
            {"n": f"D{n:05d}", "snapshot": f'{{"number": "D{n:05d}"}}', "no": False, "at": NOW}
            for n in range(count)
        ]
        for row in rows:
            connection.execute(insert, row)
    found = []
    for snapshot in DatabaseImpact(engine).open_defects(Severity.S3):
        found.append(snapshot["number"])
        if len(found) == 1:
            project(engine, "D00000", 2, state="resolved")
    assert found == [row["n"] for row in rows]


def said(sequence: int, client: str, severity: str, comment: str | None, at: datetime) -> Fact:
    """What a client said of a severity."""
    return Fact(
        sequence=sequence,
        at=at,
        event="severity.feedback",
        actor="agent",
        details={"client": client, "severity": severity},
        internal_text=comment,
    )


def test_what_clients_said_comes_newest_last(engine: Engine) -> None:
    """D3: of each defect that was asked for, and nothing else that happened to it."""
    other = Fact(sequence=2, at=NOW, event="defect.note", internal_text="secret")
    late = said(1, "acme", "S1", 'It\'s "bad"\0', NOW + HOUR)
    early = said(3, "beta", "S2", None, NOW)
    tie = said(4, "acme", "S2", "better", NOW + HOUR)
    project(engine, "D1", 9, (tie, late, other, early))
    project(engine, "D2", 9, (said(1, "acme", "S4", "not mine", NOW),))
    project(engine, "D3", 9, (Fact(sequence=1, at=NOW, event="severity.feedback"),))
    found = DatabaseImpact(engine).comments(["D1", "D3", "D1", "unknown"])
    assert found == {
        "D1": [
            {"client": "beta", "severity": "S2", "comment": None, "at": NOW},
            {"client": "acme", "severity": "S1", "comment": 'It\'s "bad"\ufffd', "at": NOW + HOUR},
            {"client": "acme", "severity": "S2", "comment": "better", "at": NOW + HOUR},
        ],
        "D3": [{"client": None, "severity": None, "comment": None, "at": NOW}],
        "unknown": [],
    }


def test_any_number_of_defects_can_be_asked_for(engine: Engine) -> None:
    """More than a statement takes parameters."""
    project(engine, "D39999", 9, (said(1, "acme", "S1", "bad", NOW),))
    found = DatabaseImpact(engine).comments([f"D{n}" for n in range(40_000)])
    assert len(found) == 40_000
    assert [number for number, comments in found.items() if comments] == ["D39999"]


def test_the_newest_other_ranking_is_remembered(engine: Engine) -> None:
    """Whatever order they were kept in; of two at one instant the later name; a repeat replaces."""
    impact = DatabaseImpact(engine)
    assert impact.last_ranking("R1") is None
    impact.keep_ranking("R1", NOW, [{"number": "D1", "odd": "\0'"}])
    assert impact.last_ranking("R1") is None
    assert impact.last_ranking("R2") == [{"number": "D1", "odd": "\0'"}]
    impact.keep_ranking("R3", NOW + 2 * HOUR, [])
    impact.keep_ranking("R2", NOW + HOUR, [{"number": "D2"}])
    assert impact.last_ranking("R4") == []
    assert impact.last_ranking("R3") == [{"number": "D2"}]
    impact.keep_ranking("R2", NOW + 2 * HOUR, ({"number": "D4"},))
    assert impact.last_ranking("R4") == []
    assert impact.last_ranking("R3") == [{"number": "D4"}]
    impact.keep_ranking("R2", NOW + 3 * HOUR, [{"number": "D5"}])
    assert impact.last_ranking("R4") == [{"number": "D5"}]
