"""Synthetic clients for a year: few enough to share defects, and the same ones every time."""

from typing import Any

CLIENTS = (
    "river",
    "harbour",
    "valley",
    "meadow",
    "summit",
    "orchard",
    "lagoon",
    "prairie",
    "canyon",
    "delta",
    "forest",
    "island",
)
DESKS = ("admin", "help")
"""Every client writes from two addresses."""


def attachments(number: str, reports: int, place: int) -> list[dict[str, Any]]:
    """Cases for the defect at a place of the list: as many as reported it, and up to two more.

    Every fourth has a second case of one person, who must not be told twice (R4); every other
    fourth one of another person at the same client.
    """
    count = min(reports + place % 3, len(CLIENTS))
    # 5 and 7 have no factor in common with 12: no client twice on one defect, none left out.
    wrote = [
        ((5 * place + 7 * n) % len(CLIENTS), (place // 2 + n) % len(DESKS)) for n in range(count)
    ]
    client, desk = wrote[0]
    if place % 2 == 0:
        wrote.append((client, desk if place % 4 == 0 else 1 - desk))
    return [
        {
            "case": f"{number}-C{position}",
            "client": CLIENTS[client],
            "contact": {"email": f"{DESKS[desk]}@{CLIENTS[client]}.example"},
        }
        for position, (client, desk) in enumerate(wrote, 1)
    ]
