"""What the interface answers, described for readers and programs.

Statuses are the contract's own (`domain/contract/status.py`); these models describe the rest.
"""

from datetime import datetime
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from domain.contract.status import View

T = TypeVar("T")


class Kept(View):
    """How something stood when the database last heard of it: its status, as far as it is kept."""

    number: str
    state: str


class Fact(View):
    """Something that happened."""

    sequence: int
    at: datetime
    event: str
    actor: str | None = None


class DueInstant(View):
    """Something that is due, and why then."""

    what: str
    due_at: datetime | None
    text: str


class Explanation(View):
    """What produced every due instant of a defect, as data and in words."""

    number: str
    at: datetime
    due: list[DueInstant]
    text: str


class Started(BaseModel):
    """Its number: no worker has answered for it yet, or the token may not read how it stands."""

    number: str


class Page(BaseModel, Generic[T]):
    """A page of a list, ordered by number."""

    items: list[T]
    next: str | None = Field(description="What to give as `after` for more; null at the end.")


class Received(BaseModel):
    """What became of a mail."""

    outcome: Literal["opened", "noted", "unsubscribed", "bounced", "set_aside", "ignored"]
    case: str | None = Field(description="The case it opened or was noted on.")
    reason: str | None = Field(
        description="Why it was ignored or set aside; of a report `permanent` or `temporary`."
    )
    repeated: bool = Field(description="It had come before, and nothing was done again.")
