"""One message to a person on several defects of a release: whose turn it is, and whom it names."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    and_,
    delete,
    exists,
    not_,
    or_,
    select,
    update,
)

from activities.adapters.database.engine import patiently, writing
from activities.adapters.database.tables import (
    entities,
    facts,
    joint_messages,
    release_defects,
    subscriptions,
)
from activities.adapters.database.upsert import insert
from activities.joint_ports import Claim, Companion, Turn
from domain.contract.effects import Joint
from domain.contract.events import ClientEvent
from domain.contract.status import OVER
from domain.entity import iso

LONGEST_TRY = timedelta(minutes=30)
"""An activity that tells clients may take so long, as `workflows/options.py` has it."""
_ROW = joint_messages.c


class DatabaseJointMessages:
    """`JointMessages`: a row for each message that went out under a key, or is about to."""

    def __init__(self, engine: Engine, patience: float = 20.0) -> None:
        self._engine = engine
        self._patience = patience
        """Seconds that what went out waits for a database that is away."""

    def claim(
        self, joint: Joint, recipient: str, cases: Sequence[str], holder: str, at: datetime
    ) -> Claim:
        """Ask, for the defect `holder`, to tell a person about these cases.

        Only one message under a key is about to go out to a person at any time.
        """
        here = and_(_ROW.key == joint.key, _ROW.recipient == recipient)
        with writing(self._engine) as connection:
            rows = connection.execute(
                select(joint_messages).where(here).order_by(_ROW.part).with_for_update()
            ).all()
            named = frozenset(case for row in rows for case in row.cases or ())
            for row in rows:
                if row.cases is not None:
                    if {*cases} <= {*row.cases}:
                        return Claim(Turn.TOLD, row.part, named)
                    continue
                if row.holder != holder and at - row.since < LONGEST_TRY:
                    return Claim(Turn.ANOTHERS, row.part)
                mine = {"holder": holder, "since": at}
                same = and_(here, _ROW.part == row.part)
                connection.execute(update(joint_messages).where(same).values(mine))
                return Claim(Turn.OURS, row.part, named)
            opened = {
                "key": joint.key,
                "recipient": recipient,
                "part": len(rows) + 1,
                "release": joint.release,
                "holder": holder,
                "since": at,
            }
            opening = insert(connection, joint_messages).values(opened).on_conflict_do_nothing()
            is_first = connection.execute(opening.returning(_ROW.part)).first() is not None
        return Claim(Turn.OURS if is_first else Turn.ANOTHERS, len(rows) + 1, named)

    def told(self, joint: Joint, recipient: str, part: int, cases: Sequence[str]) -> None:
        """The message went out, and named these cases.

        While the database is away for moments that is tried again: forgotten, it would be sent
        again.
        """
        telling = update(joint_messages).where(_is(joint, recipient, part))

        def write() -> None:
            with writing(self._engine) as connection:
                connection.execute(telling.values(cases=sorted(cases)))

        patiently(write, self._patience)

    def back(self, joint: Joint, recipient: str, part: int, holder: str) -> None:
        """It did not go out: whoever comes next may try."""
        own = and_(_is(joint, recipient, part), _ROW.cases.is_(None), _ROW.holder == holder)
        with writing(self._engine) as connection:
            connection.execute(delete(joint_messages).where(own))

    def companions(
        self, joint: Joint, address: str, but: str, named: frozenset[str], limit: int
    ) -> Sequence[Companion]:
        """The first of a person's defects that say the same, but for one, by number.

        A defect counts as long as nothing that the database knows of it speaks against that.
        """
        with self._engine.connect() as connection:
            cases = defaultdict[str, list[str]](list)
            for defect, case in connection.execute(_on_release(joint, address, but)):
                cases[defect].append(case)
            if not cases:
                return []
            left = [defect for defect in cases if not {*cases[defect]} <= named][:limit]
            known = connection.execute(
                select(entities.c.number, entities.c.snapshot).where(
                    entities.c.kind == "defect", entities.c.number.in_(left)
                )
            )
            snapshots = dict(known.tuples().all())
            resolved = set(connection.execute(_resolved_by(joint, left)).scalars())
        return [
            Companion(defect, snapshots[defect].get("public_summary"), tuple(cases[defect]))
            for defect in left
            if defect in snapshots and _says(snapshots[defect], joint, defect in resolved)
        ]


def _is(joint: Joint, recipient: str, part: int) -> ColumnElement[bool]:
    return and_(_ROW.key == joint.key, _ROW.recipient == recipient, _ROW.part == part)


def _on_release(joint: Joint, address: str, but: str) -> Select[tuple[str, str]]:
    """A person's defects that the change of the release is about, each with their cases."""
    member, person = release_defects.c, subscriptions.c
    query = (
        select(member.defect, person.case_number)
        .join(subscriptions, person.entity == member.defect)
        .where(
            member.release == joint.release,
            member.defect != but,
            person.address == address,
            person.detached_sequence.is_(None),
        )
        .order_by(member.defect, person.case_number)
    )
    if joint.change is None:
        return query.where(member.attached)
    moved = release_defects.alias().c
    some_moved = exists().where(moved.release == joint.release, moved.sequence == joint.change)
    joined = joint.says != "withdrawn"
    return query.where(
        or_(
            and_(member.sequence == joint.change, member.attached if joined else ~member.attached),
            and_(member.sequence < joint.change, member.attached, not_(some_moved)),
        )
    )


def _resolved_by(joint: Joint, defects: Sequence[str]) -> Select[tuple[str]]:
    """Those that the release has resolved."""
    return select(facts.c.entity).where(
        facts.c.entity.in_(defects),
        facts.c.event == ClientEvent.DEFECT_RESOLVED,
        facts.c.details["release"].as_string() == joint.release,
    )


def _says(snapshot: Mapping[str, Any], joint: Joint, resolved_by_it: bool) -> bool:
    """Whether a defect that stands so has said it, or is about to."""
    planned = snapshot.get("release") or {}
    over = snapshot.get("state") in OVER
    if joint.says == "deployed" and over:
        return resolved_by_it
    if joint.says == "reminder":
        return not over and planned == {"id": joint.release, "deploy_at": iso(joint.deploy_at)}
    return not over and planned.get("id") in (None, joint.release)
