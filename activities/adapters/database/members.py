"""Which defects are in which release, and how far each has been told."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    bindparam,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    update,
)

from activities.adapters.database.engine import writing
from activities.adapters.database.impact import still_open
from activities.adapters.database.tables import entities, release_defects
from activities.adapters.database.upsert import insert
from activities.ports import Member, SyncProgress
from domain.contract.effects import MemberChange


class DatabaseMembers:
    """`Members`: one row per release and defect, which stays when the defect leaves."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def adopt(self, release: str) -> None:
        """Take in what the read model knows to be planned for it and was not attached.

        Open defects only. Those that were attached once, or left, are known and stay as they are.
        """
        planned = (
            select(
                literal(release, release_defects.c.release.type),
                entities.c.number,
                literal(0),
                true(),
            )
            .where(entities.c.kind == "defect", entities.c.release == release, still_open())
            .order_by(entities.c.number)
        )
        columns = ["release", "defect", "sequence", "attached"]
        with writing(self._engine) as connection:
            connection.execute(
                insert(connection, release_defects)
                .from_select(columns, planned)
                .on_conflict_do_nothing(index_elements=["release", "defect"])
            )

    def attached(self, release: str) -> list[str]:
        """The defects in it, ordered."""
        query = (
            select(release_defects.c.defect)
            .where(release_defects.c.release == release, release_defects.c.attached)
            .order_by(release_defects.c.defect)
        )
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def is_superseded(self, release: str, plan_version: int) -> bool:
        """Whether the read model knows a newer plan of the release."""
        query = select(entities.c.snapshot).where(
            entities.c.kind == "release", entities.c.number == release
        )
        with self._engine.connect() as connection:
            snapshot = connection.execute(query).scalar_one_or_none() or {}
        known = snapshot.get("plan_version")
        return isinstance(known, int) and known > plan_version

    def pending(
        self, release: str, plan_sequence: int, after: str | None, limit: int
    ) -> Sequence[Member]:
        """A page, ordered by defect, starting behind `after`.

        Those attached and not told since `plan_sequence` or since they joined, and those who
        left, had been told of the release, and not that they left it.
        """
        query = (
            select(release_defects, entities.c.state)
            .outerjoin(
                entities,
                and_(entities.c.kind == "defect", entities.c.number == release_defects.c.defect),
            )
            .where(release_defects.c.release == release, _not_aligned(plan_sequence))
            .order_by(release_defects.c.defect)
            .limit(limit)
        )
        if after is not None:
            query = query.where(release_defects.c.defect > after)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [
            Member(
                defect=row.defect,
                sequence=row.sequence,
                attached=row.attached,
                aligned=row.aligned,
                state=row.state,
            )
            for row in rows
        ]

    def aligned(self, release: str, told: Mapping[str, int]) -> None:
        """Remember, per defect, the sequence up to which it has been told; it never goes back.

        A defect that never was in the release is passed over.
        """
        if not told:
            return
        known, up_to = release_defects.c, bindparam("up_to", type_=release_defects.c.aligned.type)
        telling = (
            update(release_defects)
            .where(
                known.release == release,
                known.defect == bindparam("told"),
                or_(known.aligned.is_(None), known.aligned < up_to),
            )
            .values(aligned=up_to)
        )
        with writing(self._engine) as connection:
            connection.execute(
                telling,
                # In the order in which everybody locks these rows.
                [{"told": defect, "up_to": told[defect]} for defect in sorted(told)],
            )

    def progress_of(self, release: str, plan_sequence: int) -> SyncProgress:
        """How many are attached, and how many are not aligned, left ones among them."""
        query = select(
            func.count().filter(release_defects.c.attached),
            func.count().filter(_not_aligned(plan_sequence)),
        ).where(release_defects.c.release == release)
        with self._engine.connect() as connection:
            attached, to_align = connection.execute(query).tuples().one()
        return SyncProgress(attached=attached, to_align=to_align)


def apply_members(connection: Connection, release: str, changes: Iterable[MemberChange]) -> None:
    """Write which defects joined and left; a change that is known, or an older one, is void.

    How far a defect has been told stays: it is told again because it joined or left since.
    """
    newest: dict[str, MemberChange] = {}
    for change in changes:
        for defect in change.defects:
            known = newest.setdefault(defect, change)
            if known.sequence < change.sequence:
                newest[defect] = change
    if not newest:
        return
    joining = insert(connection, release_defects)
    connection.execute(
        joining.on_conflict_do_update(
            index_elements=["release", "defect"],
            set_={"sequence": joining.excluded.sequence, "attached": joining.excluded.attached},
            where=release_defects.c.sequence < joining.excluded.sequence,
        ),
        [
            {
                "release": release,
                "defect": defect,
                "sequence": newest[defect].sequence,
                "attached": newest[defect].attached,
            }
            # In the order in which everybody locks these rows.
            for defect in sorted(newest)
        ],
    )


def _not_aligned(plan_sequence: int) -> ColumnElement[bool]:
    member = release_defects.c
    behind = member.aligned < member.sequence
    return or_(
        and_(
            member.attached,
            or_(member.aligned.is_(None), behind, member.aligned < plan_sequence),
        ),
        and_(not_(member.attached), behind),
    )
