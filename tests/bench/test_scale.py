"""`docs/scale.md` agrees with what was measured, and its arithmetic holds together."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.adapters.policy_files import PolicyFiles
from bench.alone import Outage, actions, events
from bench.curves import WINDOWS, Curve
from bench.drawing import Axis, Line, drawing
from bench.families import lived
from bench.inputs import measured
from bench.kept import keep, kept
from bench.lives import LIVES, MONDAY
from bench.population import (
    ARRIVE,
    LIVE,
    VENDOR_ZONE,
    Crowd,
    arrivals_per_day,
    opened_on_average,
)
from bench.queues import backlog, rate_for
from bench.results import NoFigure, Results, committed
from bench.scale import PAGE, filled, written
from bench.sizing import FAST, MORNING, SIZES, Measured, Sizing, breaks_at
from bench.story import Stage
from bench.week import SECONDS, Week, played

WEEK = datetime(2027, 5, 3, tzinfo=VENDOR_ZONE).astimezone(UTC)
_COST = "What a life costs"


@pytest.fixture(scope="module")
def found() -> Measured:
    """What the checkout has measured."""
    return measured(committed(), kept())


# --- the page -------------------------------------------------------------------------------------


def test_the_page_and_its_pictures_say_what_was_measured() -> None:
    """Nobody has changed a table by hand, and none is left from before a measurement."""
    files = written(committed(), kept(), PAGE.read_text("utf-8"))

    stale = [file.name for file, text in files.items() if file.read_text("utf-8") != text]
    assert stale == [], "run .venv/bin/python -m bench.scale"


def test_a_changed_figure_makes_the_page_stale() -> None:
    """The check bites: with replays twice as fast the page would say something else."""
    page = PAGE.read_text("utf-8")
    rows = [
        (heading, (cells[0], "99,999") if cells[0] == "events per second of CPU" else cells)
        for heading, cells in committed().rows
    ]

    assert written(Results(tuple(rows)), kept(), page)[PAGE] != page


def test_a_place_without_a_table_is_an_error() -> None:
    """A misspelt name in the page is not passed over."""
    with pytest.raises(KeyError):
        filled("<!-- table: nothing -->\n<!-- end -->", {"stores": "x"})


def test_both_stories_told_the_same() -> None:
    """What is kept of the real workflows has the mails, effects and actions that were predicted."""
    story = kept()["story"]

    predicted, seen = story["predicted"], story["seen"]
    for what in ("entities", "mails", "effects", "actions"):
        assert seen[what] == predicted[what], what
    assert seen["events"] == pytest.approx(predicted["events"], rel=0.03)
    assert seen["turns"] == pytest.approx(predicted["turns"], rel=0.03)


# --- what it is derived from ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["S1", "S2", "S4"])
def test_machines_alone_cost_what_real_workflows_cost(name: str) -> None:
    """Played without a server, each measured life has the measured actions, and about the events.

    How many workflow tasks a server makes of what is done at one instant differs from run to run.
    """
    policy = PolicyFiles().load("eto", MONDAY.year).pinned()

    alone = lived(LIVES[name], policy)

    title, results = LIVES[name].title, committed()
    assert alone.finished
    assert actions(alone.notes) == results.figure(_COST, title, "actions")
    assert events(alone.notes) == pytest.approx(results.figure(_COST, title, "events"), rel=0.05)


def test_a_figure_is_found_by_its_heading_and_row() -> None:
    """The median before the spread, without the marks between thousands; another is an error."""
    results = Results.read(
        "## Replay\n\n| x | ours |\n|---|---:|\n| a | 1,277 (1,067 to 1,839) |\n"
    )

    assert results.figure("Replay", "a") == 1277
    with pytest.raises(NoFigure, match="Replay: b"):
        results.figure("Replay", "b")


def test_parts_are_kept_beside_each_other(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A new measurement takes the place of its own part only."""
    file = tmp_path_factory.mktemp("kept") / "scale.json"
    keep("rows", {"a": 1}, file=file)
    keep("peaks", {"a": 1}, under="10", file=file)
    keep("peaks", {"a": 2}, under="20", file=file)
    keep("rows", {"b": {"c": 2}}, file=file)

    assert kept(file) == {"rows": {"b": {"c": 2}}, "peaks": {"10": {"a": 1}, "20": {"a": 2}}}


# --- queues ---------------------------------------------------------------------------------------

bursts = st.lists(st.integers(0, 200), min_size=1, max_size=60)


@given(bursts, st.integers(1, 50))
def test_a_curve_foresees_the_queue(arriving: list[int], rate: int) -> None:
    """Longest backlog and longest wait by the curve are those of a queue served second by second.

    Windows between two that are kept make no difference here: up to seven seconds all are kept.
    """
    quiet = np.zeros(2_000)
    quiet[: len(arriving)] = arriving
    quiet[7:] = 0
    curve, served = Curve.of(quiet), backlog(quiet, rate)

    assert curve.longest(rate) == pytest.approx(served.longest)
    assert served.latest == pytest.approx(curve.wait(rate), abs=1.001)


@given(bursts, st.integers(1, 20))
def test_the_rate_for_a_wait_is_enough(arriving: list[int], seconds: int) -> None:
    """At the rate that is asked for nothing waits longer, but for the second it came in."""
    spread = np.array([*arriving, *[0] * 200], dtype=np.float64)

    assert backlog(spread, rate_for(spread, seconds) + 0.01).latest <= seconds + 1
    assert Curve.of(spread).rate_for(seconds) <= float(max(arriving))


@given(bursts, st.integers(1, 49))
def test_a_faster_queue_is_shorter(arriving: list[int], rate: int) -> None:
    """Longest backlog and wait never grow with the rate, and all that came has left in the end."""
    came = np.array([*arriving, *[0] * 12_000], dtype=np.float64)
    slow, fast = backlog(came, rate), backlog(came, rate + 1)

    assert fast.longest <= slow.longest
    assert fast.latest <= slow.latest
    assert slow.waiting[-1] == 0


@given(bursts)
def test_a_curve_rises_and_ends_with_everything(arriving: list[int]) -> None:
    """A longer window holds no less, the longest one all; twice the crowd is twice the curve."""
    came = np.array(arriving, dtype=np.float64)
    curve = Curve.of(came)

    assert list(curve.most) == sorted(curve.most)
    assert curve.most[-1] == came.sum()
    assert Curve.of(2 * came) == curve.times(2) == curve.plus(curve)
    assert curve.within(WINDOWS[3]) == curve.most[3]


# --- the outage -----------------------------------------------------------------------------------


def test_a_try_succeeds_after_the_outage() -> None:
    """Tries are 1, 2, 4 seconds apart, and the first after the end of the outage arrives."""
    outage = Outage(WEEK, WEEK + timedelta(seconds=5))

    failed, arrived = outage.attempt(WEEK)

    assert [(at - WEEK).seconds for at in failed] == [0, 1, 3]
    assert arrived == WEEK + timedelta(seconds=7)


def test_tries_are_given_up_within_half_an_hour() -> None:
    """No try is later than 30 minutes after the first, and none further than 5 from the next."""
    failed, arrived = Outage(WEEK, WEEK + timedelta(hours=8)).attempt(WEEK)

    assert arrived is None
    assert failed[-1] < WEEK + timedelta(minutes=30)
    apart = [after - before for before, after in pairwise(failed)]
    assert max(apart) == timedelta(minutes=5)


def test_everything_leaves_after_an_outage() -> None:
    """A crowd that lived through an outage has told its clients all that it would have without."""
    crowd = Crowd(40, WEEK)
    outage = Outage(WEEK + timedelta(hours=32), WEEK + timedelta(hours=40))
    dry, wet = (
        played(crowd, 100, None).mails,
        played(crowd, 100, outage).mails,
    )

    late = {"delivery.failing", "defect.update"}
    assert {k: n for k, n in wet.items() if k not in late} == {
        k: n for k, n in dry.items() if k not in late
    }
    assert wet["delivery.failing"] > 0


# --- the crowd ------------------------------------------------------------------------------------


def test_what_is_open_is_what_arrives_times_how_long_it_lives() -> None:
    """Little's law, by severity; the shares make a whole."""
    opened = opened_on_average()

    assert sum(ARRIVE.values()) == pytest.approx(1)
    assert sum(opened.values()) == pytest.approx(1)
    for severity, a_day in arrivals_per_day(1_000).items():
        assert a_day * LIVE[severity] == pytest.approx(1_000 * opened[severity])


def test_the_same_seed_draws_the_same_crowd() -> None:
    """A week can be played again, and another seed makes another one."""
    weeks = [played(Crowd(10, WEEK, seed=seed), 100, None) for seed in (1, 1, 2)]

    assert weeks[0].mails == weeks[1].mails
    assert weeks[0].wakes == weeks[1].wakes
    assert weeks[0].wakes != weeks[2].wakes


def test_a_crowd_has_about_as_many_open_as_asked_for() -> None:
    """Of the defects drawn, those under way on Wednesday are the number that was asked for."""
    crowd, noon = Crowd(300, WEEK), WEEK + timedelta(days=2, hours=12)
    parts = [*crowd.defect_parts()]
    opened = [
        part
        for part in parts
        if part.at <= noon < part.at + timedelta(days=LIVE[part.fields["severity"]])
    ]

    assert len(opened) == pytest.approx(300, rel=0.1)


def test_a_week_counts_every_mail_once() -> None:
    """By event, by second and by minute it is the same sum, and all of it lies in the week."""
    stage = Stage(WEEK + timedelta(seconds=SECONDS), told_per_second=100)
    week, mails = Week(WEEK), 0
    for part in Crowd(10, WEEK).defect_parts():
        for alone in stage.family(part):
            week.add(alone)
            mails += sum(note.mails for note in alone.notes if note.at >= WEEK)

    assert sum(week.mails.values()) == week.seconds["mails"].sum() == mails > 0


def test_a_larger_cache_replays_less() -> None:
    """Without a cache each wake replays, with all of it only the first of each entity."""
    week = played(Crowd(20, WEEK), 100, None)

    replayed = [float(week.replayed(cached).sum()) for cached in (0, 5, 10_000)]

    assert replayed == sorted(replayed, reverse=True)
    assert replayed[0] == sum(week.lengths)
    assert replayed[2] < replayed[0]


# --- the arithmetic -------------------------------------------------------------------------------


def test_more_defects_cost_more(found: Measured) -> None:
    """No cost falls with the size, from one column of the page to the next."""
    sizings = [Sizing(found, size) for size in SIZES]
    each: tuple[Callable[[Sizing], float], ...] = (
        lambda s: s.workflows,
        lambda s: s.a_month("actions"),
        lambda s: s.backup,
        lambda s: s.database_a_year,
        lambda s: s.curve("sent").wait(50),
        lambda s: s.curve("sent").rate_for(FAST),
        lambda s: s.processes(MORNING),
        lambda s: s.transactions(FAST),
        lambda s: s.shards,
        lambda s: s.nudged(1),
        lambda s: s.signalled(0.1),
    )
    for cost in each:
        costs = [cost(sizing) for sizing in sizings]
        assert costs == sorted(costs)
        assert costs[-1] > costs[0]


def test_parts_make_the_whole(found: Measured) -> None:
    """Tables add up to the database, with history to the backup; less time needs more workers."""
    sizing = Sizing(found, 100_000)

    assert sizing.database == pytest.approx(sum(map(sizing.stored, found.rows)))
    stores = sizing.open_history + sizing.closed_history + sizing.database
    assert sizing.backup == pytest.approx(stores)
    assert sizing.processes(FAST) >= sizing.processes(MORNING)
    assert sizing.processes(FAST) >= sizing.processes(FAST, warm=True)


def test_a_larger_crowd_is_a_multiple_of_one_that_was_played(found: Measured) -> None:
    """A million is ten times the hundred thousand that were played, to the last mail."""
    million, played_one = Sizing(found, 1_000_000), Sizing(found, 100_000)

    assert (million.played, million.factor) == (100_000, 10)
    assert million.curve("mails") == played_one.curve("mails").times(10)
    assert million.workflows == 10 * played_one.workflows


def test_two_played_sizes_agree(found: Measured) -> None:
    """The week of ten thousand, times ten, is that of a hundred thousand, but for chance."""
    small, large = (Sizing(found, size) for size in SIZES[:2])

    for kind in ("sent", "mails", "turn"):
        least, most = (s.curve(kind).within(60) for s in (small, large))
        assert 10 * least == pytest.approx(most, rel=0.1)


def test_a_limit_is_just_reached_where_it_is_said_to_break(found: Measured) -> None:
    """With that many defects all leave in five minutes at 50 a second, with a tenth more not."""
    at = breaks_at(found, "all leave in 5 minutes")
    curve = Sizing(found, 100_000).curve("sent")

    assert curve.times(at / 100_000).rate_for(FAST) == pytest.approx(50)
    assert curve.times(1.1 * at / 100_000).wait(50) > FAST


# --- pictures -------------------------------------------------------------------------------------


def test_a_picture_is_well_formed_and_keeps_within_its_frame() -> None:
    """Markup in names is escaped, and what lies below a logarithmic axis lies on it."""
    picture = drawing(
        "a < b",
        "c & d",
        Axis(0, 10, [(5, "five")]),
        Axis(1, 100, [(10, "10")], log=True),
        [Line("<script>", [(0, 0), (10, 100)])],
    )

    assert "<script>" not in picture
    points = re.search(r'points="(\S+) (\S+)"', picture)
    assert points is not None
    (_, low), (_, high) = (map(float, point.split(",")) for point in points.groups())
    assert high < low <= 300
