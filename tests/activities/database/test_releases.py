"""Which defects are in which release, and what the portal shows of releases, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from activities.adapters.database import DatabaseMembers, DatabaseReadModel
from activities.ports import Member, Members, SyncProgress
from domain.contract.effects import MemberChange, UpdateReadModel

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
THREADS = 8
RELEASE = "REL-2026.4"


def change(sequence: int, *defects: str, attached: bool = True) -> MemberChange:
    """Defects that join or leave at one point of the sequence."""
    return MemberChange(sequence=sequence, at=NOW, defects=list(defects), attached=attached)


def project(
    engine: Engine,
    number: str,
    sequence: int = 1,
    *members: MemberChange,
    kind: Literal["defect", "release"] = "release",
    **snapshot: Any,
) -> None:
    """Write how an entity stands, and its changes of members."""
    DatabaseReadModel(engine).project(
        UpdateReadModel(
            key=f"{number}/{sequence}/project",
            entity=number,
            sequence=sequence,
            at=NOW,
            kind=kind,
            snapshot={"number": number} | snapshot,
            members=list(members),
        )
    )


def change_members(engine: Engine, *changes: MemberChange) -> None:
    """Write the changes of the release, one projection each, in the order given."""
    for each in changes:
        project(engine, RELEASE, each.sequence, each)


def to_align(engine: Engine, plan_sequence: int = 0) -> list[str]:
    """The defects of the release that are not aligned; the count says the same."""
    members = DatabaseMembers(engine)
    found = [member.defect for member in members.pending(RELEASE, plan_sequence, None, 100)]
    assert members.progress_of(RELEASE, plan_sequence).to_align == len(found)
    return found


def attached(engine: Engine) -> int:
    """How many defects are in the release."""
    return DatabaseMembers(engine).progress_of(RELEASE, 0).attached


# --- members -------------------------------------------------------------------------------------


def test_the_adapter_is_what_activities_ask_for(engine: Engine) -> None:
    """Type-checked."""
    members: Members = DatabaseMembers(engine)
    assert members.progress_of(RELEASE, 0) == SyncProgress(attached=0, to_align=0)
    assert members.pending(RELEASE, 0, None, 10) == []


def test_a_member_says_how_its_defect_stands(engine: Engine) -> None:
    """As far as the read model knows; a case of that number is no defect."""
    project(engine, "D1", kind="defect", state="scheduled")
    project(engine, "D2", state="planned")
    change_members(engine, change(3, "D2", "D1"))
    DatabaseMembers(engine).aligned(RELEASE, {"D1": 2})
    assert DatabaseMembers(engine).pending(RELEASE, 5, None, 10) == [
        Member(defect="D1", sequence=3, attached=True, aligned=2, state="scheduled"),
        Member(defect="D2", sequence=3, attached=True, aligned=None, state=None),
    ]


ALIGNMENT = [
    # attached, sequence, told up to, sequence of the plan, still to be told
    (True, 3, None, 0, True),
    (True, 3, 2, 0, True),
    (True, 3, 3, 3, False),
    (True, 3, 3, 4, True),
    (True, 3, 4, 4, False),
    (True, 3, 9, 4, False),
    (True, 5, 4, 4, True),
    (False, 3, None, 9, False),
    (False, 3, 2, 9, True),
    (False, 3, 3, 9, False),
    (False, 3, 4, 9, False),
]


@pytest.mark.parametrize(("joined", "sequence", "told", "plan", "expected"), ALIGNMENT)
def test_who_is_not_aligned(
    engine: Engine, joined: bool, sequence: int, told: int | None, plan: int, expected: bool
) -> None:
    """R3: each change is told once to those in it, and to those who left if they ever heard."""
    change_members(engine, change(sequence, "D1", attached=joined))
    if told is not None:
        DatabaseMembers(engine).aligned(RELEASE, {"D1": told})
    assert to_align(engine, plan) == (["D1"] if expected else [])
    assert attached(engine) == int(joined)


def test_who_left_untold_and_came_back_is_told_once(engine: Engine) -> None:
    """The detour never reached anybody."""
    members = DatabaseMembers(engine)
    change_members(engine, change(1, "D1"), change(2, "D1", attached=False))
    assert to_align(engine) == []
    change_members(engine, change(3, "D1"))
    assert to_align(engine) == ["D1"]
    members.aligned(RELEASE, {"D1": 3})
    assert to_align(engine) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2, 1, 0), (2, 0, 1, 2)])
def test_repeats_and_late_arrivals_change_nothing(engine: Engine, order: tuple[int, ...]) -> None:
    """Each change carries its own sequence."""
    changes = [change(1, "D1", "D2", "D3"), change(2, "D1", attached=False), change(3, "D1", "D4")]
    change_members(engine, *(changes[n] for n in order))
    assert to_align(engine) == ["D1", "D2", "D3", "D4"]
    found = DatabaseMembers(engine).pending(RELEASE, 0, None, 1)
    assert [(member.sequence, member.attached) for member in found] == [(3, True)]


def test_merged_projections_say_what_each_said(engine: Engine) -> None:
    """Several changes in one write, the newest of each defect counts, whatever their order."""
    project(
        engine, RELEASE, 9, change(4, "D2", attached=False), change(3, "D1", "D2"), change(3, "D1")
    )
    assert to_align(engine) == ["D1"]
    assert attached(engine) == 1


def test_how_far_a_defect_was_told_never_goes_back(engine: Engine) -> None:
    """A late word of an earlier round changes nothing; nor does one of a stranger."""
    members = DatabaseMembers(engine)
    change_members(engine, change(1, "D1", "D2"))
    members.aligned(RELEASE, {"D1": 5, "D2": 1, "stranger": 9})
    members.aligned(RELEASE, {"D1": 2})
    members.aligned(RELEASE, {})
    members.aligned("REL-other", {"D2": 9})
    found = members.pending(RELEASE, 6, None, 9)
    assert [(member.defect, member.aligned) for member in found] == [("D1", 5), ("D2", 1)]


def test_releases_do_not_mix(engine: Engine) -> None:
    """A defect moved from one to the other is in both lists, and attached to one."""
    change_members(engine, change(1, "D1"), change(2, "D1", attached=False))
    project(engine, "REL-other", 1, change(1, "D1"))
    assert attached(engine) == 0
    assert DatabaseMembers(engine).progress_of("REL-other", 0) == SyncProgress(
        attached=1, to_align=1
    )


def test_ten_thousand_defects_are_reached_page_by_page(engine: Engine) -> None:
    """Each once; those told meanwhile and those behind the cursor do not disturb."""
    members = DatabaseMembers(engine)
    defects = [f"DEF-{n:06d}" for n in range(10_000)]
    change_members(engine, change(1, *defects[:5_000]), change(2, *defects[5_000:]))
    assert members.progress_of(RELEASE, 0) == SyncProgress(attached=10_000, to_align=10_000)
    reached: list[str] = []
    while page := members.pending(RELEASE, 0, reached[-1] if reached else None, 1_500):
        reached += [member.defect for member in page]
        members.aligned(RELEASE, {member.defect: member.sequence for member in page[1:]})
    assert reached == defects
    assert members.progress_of(RELEASE, 0) == SyncProgress(attached=10_000, to_align=7)


def test_what_was_planned_without_the_release_is_adopted(engine: Engine) -> None:
    """Open defects whose snapshot names it, and that it has never heard of."""
    states = ["open", "on_hold", "scheduled", "resolved", "closed", "merged"]
    for state in states:
        release = {"id": RELEASE}
        project(engine, f"D-{state}", kind="defect", state=state, release=release)
    project(engine, "D-elsewhere", kind="defect", state="scheduled", release={"id": "REL-other"})
    project(engine, "D-nowhere", kind="defect", state="open", release=None)
    project(engine, "D-left", kind="defect", state="scheduled", release={"id": RELEASE})
    project(engine, "D-known", kind="defect", state="scheduled", release={"id": RELEASE})
    change_members(engine, change(1, "D-left", "D-known"), change(2, "D-left", attached=False))
    members = DatabaseMembers(engine)
    members.aligned(RELEASE, {"D-known": 1})
    for _ in range(2):
        members.adopt(RELEASE)
    assert members.pending(RELEASE, 0, None, 10) == [
        Member(defect=f"D-{state}", sequence=0, attached=True, aligned=None, state=state)
        for state in sorted(states[:3])
    ]
    assert attached(engine) == 4
    change_members(engine, change(5, "D-open", attached=False))
    members.adopt(RELEASE)
    assert to_align(engine) == ["D-on_hold", "D-scheduled"]


def test_a_release_of_an_odd_name_adopts_its_own(engine: Engine) -> None:
    """Quotes and NULs."""
    odd = "R'\0\"%"
    project(engine, "D1", kind="defect", state="open", release={"id": odd})
    DatabaseMembers(engine).adopt(odd)
    DatabaseMembers(engine).aligned(odd, {"D1": 0})
    assert DatabaseMembers(engine).progress_of(odd, 0) == SyncProgress(attached=1, to_align=0)


@pytest.mark.parametrize(
    ("known", "expected"),
    [(None, False), (4, True), (3, False), (2, False), ("4", False), (10**12, True)],
)
def test_a_newer_plan_supersedes(engine: Engine, known: Any, expected: bool) -> None:
    """As the read model knows it; a release it does not know is not superseded."""
    members = DatabaseMembers(engine)
    assert not members.is_superseded(RELEASE, 3)
    project(engine, RELEASE, 1, plan_version=known)
    project(engine, RELEASE, 1, kind="defect", plan_version=99)
    assert members.is_superseded(RELEASE, 3) is expected


def test_members_are_written_with_the_snapshot_or_not_at_all(engine: Engine) -> None:
    """A try that broke off leaves nothing that the next could trip over."""
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE release_defects"))
    with pytest.raises(DBAPIError, match="release_defects"):
        change_members(engine, change(1, "D1"))
    assert DatabaseReadModel(engine).entity("release", RELEASE) is None


def test_writers_of_one_release_do_not_block_each_other(engine: Engine) -> None:
    """Changes, adoptions and what was told, at once and in opposite orders."""
    members = DatabaseMembers(engine)
    defects = [f"D{n:03d}" for n in range(200)]
    for defect in defects[:100]:
        project(engine, defect, kind="defect", state="open", release={"id": RELEASE})
    gate = threading.Barrier(THREADS)

    def write(me: int) -> None:
        gate.wait()
        for n in range(5):
            ordered = defects if me % 2 else defects[::-1]
            if me < 3:
                change_members(engine, change(me * 10 + n + 1, *ordered))
            elif me < 5:
                members.adopt(RELEASE)
            else:
                members.aligned(RELEASE, dict.fromkeys(ordered, n))

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(write, range(THREADS)))
    assert members.progress_of(RELEASE, 0) == SyncProgress(attached=200, to_align=200)
    assert {member.sequence for member in members.pending(RELEASE, 0, None, 999)} == {25}


# --- the portal ----------------------------------------------------------------------------------


def test_the_portal_finds_releases(engine: Engine) -> None:
    """By state and a page at a time; what a release has not, it is not found by."""
    portal = DatabaseReadModel(engine)
    for number, state in [("REL-2", "planned"), ("REL-1", "deployed"), ("REL-3", "planned")]:
        project(engine, number, state=state, kind="release", needs_attention=state == "deployed")
    project(engine, "REL-1", kind="defect", state="planned")

    def found(**by: Any) -> list[str]:
        return [snapshot["number"] for snapshot in portal.find("release", **by)]

    assert found() == ["REL-1", "REL-2", "REL-3"]
    assert found(states=["planned"]) == ["REL-2", "REL-3"]
    assert found(states=["planned", "deployed"], after="REL-1", limit=1) == ["REL-2"]
    assert found(needs_attention=True) == ["REL-1"]
    assert found(client="acme") == []
    assert (portal.entity("release", "REL-3") or {})["state"] == "planned"


def test_banners_are_of_releases_to_come(engine: Engine) -> None:
    """R2: on the login page, the next to be deployed first."""
    banner = {"title": "Spring"}
    shown = {
        "frozen": ("REL-9", "2026-03-10T08:00:00Z"),
        "planned": ("REL-5", "2026-03-10T08:00:00.500000Z"),
        "deploying": ("REL-7", "2026-03-10T03:30:00-05:00"),
    }
    for state, (number, at) in shown.items():
        project(engine, number, state=state, banner=banner, deploy_at=at)
    odd = {"REL-4": None, "REL-3": "soon", "REL-6": "2026-03-10T08:00:00"}
    for number, unclear in odd.items():
        project(engine, number, state="planned", banner={}, deploy_at=unclear)
    project(engine, "REL-1", state="planned", banner=None, deploy_at="2026-03-01T00:00:00Z")
    project(engine, "REL-2", state="planned", deploy_at="2026-03-01T00:00:00Z")
    for over in ("deployed", "cancelled", None):
        project(engine, f"REL-{over}", state=over, banner=banner)
    project(engine, "DEF-1", kind="defect", state="planned", banner=banner)
    found = DatabaseReadModel(engine).banners()
    numbers = [snapshot["number"] for snapshot in found]
    assert numbers == ["REL-6", "REL-9", "REL-5", "REL-7", "REL-3", "REL-4"]
    assert found[1]["banner"] == banner
    project(engine, "REL-9", 2, state="planned", banner=None)
    assert "REL-9" not in [snapshot["number"] for snapshot in DatabaseReadModel(engine).banners()]
