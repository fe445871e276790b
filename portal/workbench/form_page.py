"""The page of an action or a start: its form, and beside it what sending it will do."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from portal.api.problems import IDEMPOTENCY_KEY
from portal.pages.auth import StaffMember
from portal.pages.forms import NO_TROUBLE, Form, Trouble
from portal.pages.page_renderer import look_of
from portal.refusals import refused
from portal.workbench.fields import FormField
from portal.workbench.foresight import Foresight
from portal.workbench.hints import Hints

_SENT_BEFORE = "This form was sent before, with other words. Open the page anew to send another."
SEEN = "seen"
"""The field that says which payload somebody has seen the consequences of."""


@dataclass(frozen=True)
class FormPage:
    """A form that somebody looks at."""

    request: Request
    staff: StaffMember
    title: str
    words: str
    fields: Sequence[FormField]
    address: str
    """Where it is sent."""
    may: bool
    """Whether they may do what it does."""
    hints: Callable[[], Hints] = Hints
    """What stands beside it, read where the whole page is shown."""
    number: str | None = None
    """What it is done with; None where something begins."""
    home: str = "/staff/queue"
    about: str = ""

    def shown(
        self,
        form: Form,
        ahead: Foresight | None = None,
        trouble: Trouble = NO_TROUBLE,
        seen: str = "",
    ) -> Response:
        """The page, or what will happen alone where the script asks for that.

        `seen` is the digest of what was looked at; without it nothing can be done yet.
        """
        by_script = self.request.headers.get("HX-Request") == "true"
        hints = Hints() if by_script else self.hints()
        begins = self._begins(hints) if self.request.method == "GET" else {}
        return look_of(self.request).show(
            self.request,
            f"workbench/{'ahead' if by_script else 'action'}.html.j2",
            scripted=True,
            status=trouble.status,
            area="staff",
            staff=self.staff,
            page=self,
            typed=begins | dict(form.fields),
            key=form.text("key"),
            ahead=ahead,
            seen=seen,
            hints=hints,
            trouble=trouble,
        )

    def foreseen(self, form: Form, payload: Mapping[str, Any], ahead: Foresight) -> Response:
        """With what it will do, or with why it would be refused."""
        if ahead.refused is None:
            return self.shown(form, ahead, seen=digest(payload))
        words = ahead.refused.partition(": ")[2] or ahead.refused
        return self.shown(form, ahead, self.trouble(words, ahead.field, form, 422))

    def turned_away(self, form: Form, scope: str) -> Response:
        """For who may not do it: said, on the log and counted."""
        refused("scope", self.request.scope, **self.staff.logged)
        return self.shown(form, None, self.trouble(self.staff.lacks(scope), None, form, 403))

    def trouble(self, words: str, field: str | None, form: Form, status: int) -> Trouble:
        """Why it is refused, with the field as the form calls it."""
        if field == IDEMPOTENCY_KEY:
            return Trouble("action", _SENT_BEFORE, None, form.fields, status)
        labels = {each.name: each.label for each in self.fields}
        named = f"{labels.get(field, field)}: " if field else ""
        return Trouble("action", f"{named}{words.rstrip('.')}.", field, form.fields, status)

    def _begins(self, hints: Hints) -> dict[str, str]:
        """What it is filled in with, where nothing was typed."""
        ticked = {field.name: "yes" for field in self.fields if field.ticked}
        return ticked | hints.typed


def was_seen(form: Form, payload: Mapping[str, Any]) -> bool:
    """Whether it is to be done, and what is done is what somebody has looked at."""
    return form.text("step") == "do" and form.text(SEEN) == digest(payload)


def digest(payload: Mapping[str, Any]) -> str:
    """Tells two payloads apart."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
