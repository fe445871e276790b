"""The page of an action or a start: its form, and beside it what sending it will do."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request, Response
from markupsafe import Markup

from activities.adapters.database.idempotency import DatabaseIdempotency
from portal.api.problems import IDEMPOTENCY_KEY
from portal.pages.auth import StaffMember
from portal.pages.forms import NO_TROUBLE, Form, Trouble
from portal.pages.page_renderer import context_of, look_of
from portal.refusals import refused
from portal.workbench.fields import FormField
from portal.workbench.foresight import Foresight
from portal.workbench.hints import Hints

_SENT_BEFORE = "This form was sent before, with other words. Open the page anew to send another."
_CHANGED = "What will happen may have changed since you looked. Nothing was done: look again."
_TOO_OFTEN = (
    "You asked very often what will happen, or many people did. Nothing was done, and what you "
    "typed is here. Try again in {} s."
)
SEEN = "seen"
"""The field that says what somebody has seen the consequences of, when, and which they were."""
SAID = "said"
"""The field that says what was read aloud last: nothing is said twice while somebody types."""
SEEN_LASTS = timedelta(minutes=10)
"""Then instants that are counted from now are others."""


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

        `seen` says what was looked at; without it nothing can be done yet.
        """
        by_script = self.request.headers.get("HX-Request") == "true"
        hints = Hints() if by_script else self.hints()
        said = trouble.message or (ahead.in_short if ahead else "")
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
            ahead=ahead and self._consequences(ahead),
            is_refused=ahead is not None and ahead.refused is not None,
            seen=seen,
            by_script=by_script,
            said=said if by_script and said != form.text(SAID) else "",
            hints=hints,
            trouble=trouble,
        )

    def foreseen(
        self, form: Form, payload: Mapping[str, Any], ahead: Foresight, at: datetime
    ) -> Response:
        """With what it will do at an instant, or with why it would be refused."""
        if ahead.refused is None:
            has_changed = _asked(form) == digest(payload)
            trouble = Trouble("action", _CHANGED, status=409) if has_changed else NO_TROUBLE
            return self.shown(form, ahead, trouble, self._seen(payload, ahead, at))
        words = ahead.refused.partition(": ")[2] or ahead.refused
        return self.shown(form, ahead, self.trouble(words, ahead.field, form, 422))

    def has_seen(
        self, form: Form, payload: Mapping[str, Any], ahead: Foresight | None, at: datetime
    ) -> bool:
        """Whether what it will do, as of then, is what somebody has looked at who wants it done.

        A repeat is no question any more: what it would do has been done, or is being done.
        """
        if ahead is not None and form.text(SEEN) == self._seen(payload, ahead, at):
            return form.text("step") == "do"
        keys = DatabaseIdempotency(context_of(self.request).engine)
        return _asked(form) == digest(payload) and keys.knows(self.staff.actor, form.text("key"))

    def _seen(self, payload: Mapping[str, Any], ahead: Foresight, at: datetime) -> str:
        shown = hashlib.sha256(self._consequences(ahead).encode()).hexdigest()
        return f"{at.isoformat()} {digest(payload)} {shown}"

    def _consequences(self, ahead: Foresight) -> Markup:
        return look_of(self.request).part("workbench/consequences.html.j2", ahead=ahead)

    def too_often(self, form: Form, seconds: int) -> Response:
        """For who asks more often than anybody can read."""
        refused("rate", self.request.scope, **self.staff.logged)
        trouble = Trouble("action", _TOO_OFTEN.format(seconds), None, form.fields, 429)
        response = self.shown(form, None, trouble)
        response.headers["Retry-After"] = str(seconds)
        return response

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


def looked_at(form: Form, now: datetime) -> datetime | None:
    """As of when somebody has looked who now says that it is to be done; None where nobody has, or
    too long ago."""
    try:
        at = datetime.fromisoformat(form.text(SEEN).partition(" ")[0])
    except ValueError:
        return None
    lasts = at.tzinfo is not None and timedelta() <= now - at <= SEEN_LASTS
    return at if lasts and form.text("step") == "do" else None


def digest(payload: Mapping[str, Any]) -> str:
    """Tells two payloads apart."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def _asked(form: Form) -> str:
    """The digest of the payload that somebody wants done; nothing where they only look."""
    seen = form.text(SEEN).split(" ")
    return seen[1] if form.text("step") == "do" and len(seen) == 3 else ""
