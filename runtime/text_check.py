"""Judges a text before anybody sends it: whether it promises clients a time (D7)."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from domain.policy import PinnedPolicy
from domain.promise_guard import find_promise

LONGEST = 20_000
"""Characters of the longest text that the contract knows."""


class TextVerdict(BaseModel):
    """Whether a text for clients would be taken."""

    verdict: Literal["passed", "refused"]
    phrase: str | None = Field(description="The first promise of time, as it is written.")
    why: str | None = Field(description="Continues a sentence that begins with the phrase.")


def text_verdict(text: str, on: date, policy: PinnedPolicy) -> TextVerdict:
    """Judge a text as one that is written on a local date under a policy."""
    promise = find_promise(text, on, policy.next_update_within)
    if promise is None:
        return TextVerdict(verdict="passed", phrase=None, why=None)
    return TextVerdict(verdict="refused", phrase=promise.phrase, why=promise.why)
