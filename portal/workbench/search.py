"""Finds cases, defects and releases by number, client or word, and open defects that are alike."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, or_, select

from activities.adapters.database.tables import entities
from domain.contract.status import OVER

MOST = 50
"""Hits shown."""
_ALIKE = 5
_READ = 2_000
"""Open defects compared with, the newest first."""
_WORD = re.compile(r"\w{4,}")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found."""

    kind: str
    number: str
    state: str
    severity: str | None
    title: str | None
    client: str | None
    functional_area: str | None


def find(engine: Engine, words: str, kinds: Sequence[str] = ()) -> list[Hit]:
    """Whatever has these words in its number, client, title or subject, the newest first."""
    words = words.strip()
    if not words:
        return []
    snapshot = entities.c.snapshot
    query = select(entities.c.kind, snapshot).where(
        entities.c.kind.in_(kinds or ("case", "defect", "release")),
        or_(
            entities.c.number.icontains(words, autoescape=True),
            entities.c.client == words,
            snapshot["title"].as_string().icontains(words, autoescape=True),
            snapshot["subject"].as_string().icontains(words, autoescape=True),
        ),
    )
    newest = query.order_by(entities.c.updated_at.desc(), entities.c.number).limit(MOST)
    with engine.connect() as connection:
        return [_hit(row.kind, row.snapshot) for row in connection.execute(newest)]


def alike(engine: Engine, text: str) -> list[Hit]:
    """Open defects that share words with a text, the most alike first."""
    wanted = _words(text)
    query = (
        select(entities.c.snapshot)
        .where(entities.c.kind == "defect", entities.c.state.not_in(OVER))
        .order_by(entities.c.updated_at.desc())
        .limit(_READ)
    )
    with engine.connect() as connection:
        known = connection.execute(query).scalars().all()
    ranked = sorted(
        ((_likeness(wanted, snapshot), snapshot) for snapshot in known),
        key=lambda pair: -pair[0],
    )
    return [_hit("defect", snapshot) for likeness, snapshot in ranked[:_ALIKE] if likeness > 0]


def _likeness(wanted: frozenset[str], snapshot: Mapping[str, Any]) -> float:
    said = f"{snapshot.get('title', '')} {snapshot.get('public_summary') or ''}"
    known = _words(f"{said} {snapshot.get('functional_area', '')}")
    return len(wanted & known) / max(1, min(len(wanted), len(known)))


def _words(text: str) -> frozenset[str]:
    """Long enough words, by their beginnings: `login` and `logins` are alike."""
    return frozenset(word.casefold().rstrip("s")[:6] for word in _WORD.findall(text))


def _hit(kind: str, snapshot: Mapping[str, Any]) -> Hit:
    return Hit(
        kind=kind,
        number=snapshot["number"],
        state=snapshot["state"],
        severity=snapshot.get("severity"),
        title=snapshot.get("title") or snapshot.get("subject"),
        client=snapshot.get("client"),
        functional_area=snapshot.get("functional_area"),
    )
