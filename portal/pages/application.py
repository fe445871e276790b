"""Puts the pages together: an application of its own, with its own ways of saying no."""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from activities.adapters.database.sessions import Who
from portal.bounds import CLOSE
from portal.context import PortalContext
from portal.pages import (
    acknowledging,
    attachments,
    by_telephone,
    choices,
    mail_outbox,
    my_cases,
    my_defects,
    new_case,
    provider_sign_in,
    sessions,
    set_aside,
    sign_in,
    staff,
    staff_sign_in,
    status,
    subscribing,
    temporals_ui,
)
from portal.pages.auth import ASKS_BY_ITSELF, NotHere, SignInNeeded, is_known, staff_page
from portal.pages.forms import FormRefused, our_form
from portal.pages.page_renderer import STATIC, Look, context_of, look_of
from portal.refusals import Kind, refused
from portal.security import TOKEN_FIELD
from portal.workbench import action_page, entity_pages, queue_page, start_page
from portal.workbench.form_page import SAID, SEEN
from runtime.connection import NoServer


def pages(context: PortalContext) -> FastAPI:
    """All pages of one installation. They find it as `app.state.context`, as endpoints do."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.context = context
    app.state.look = Look(context)
    for_clients = (sign_in, my_cases, new_case, my_defects, choices, sessions, status, subscribing)
    for_staff = (staff_sign_in, provider_sign_in, staff, by_telephone, set_aside, attachments)
    beside = (temporals_ui,)
    workbench = (entity_pages, action_page, queue_page, start_page, mail_outbox, acknowledging)
    for part in (*for_clients, *for_staff, *beside, *workbench):
        app.include_router(part.router)
    app.mount("/static", _Static(directory=STATIC))
    app.exception_handler(SignInNeeded)(_sign_in_first)
    app.exception_handler(NotHere)(_not_here)
    app.exception_handler(HTTPException)(_not_here)
    app.exception_handler(FormRefused)(_form_refused)
    app.exception_handler(NoServer)(_away)
    return app


_KINDS: dict[str, Kind] = {
    "another_site": "form",
    "too_old": "form",
    "too_large": "too_large",
    "too_slow": "too_slow",
    "malformed": "malformed",
}
"""What a form that was not taken counts as; whoever went away was not turned away."""


_OF_THE_FORM = (TOKEN_FIELD, "step", SEEN, SAID)
"""Fields that nobody types: a form that is sent again is looked at first."""
_TEXTS = {
    "subject": "new_case.subject",
    "description": "new_case.description",
    "note": "case.note",
    "who_am_i": "new_case.who_am_i",
    "steps": "new_case.steps",
    "feature": "new_case.feature",
    "form_or_report": "new_case.form_or_report",
    "participant_case_numbers": "new_case.participants",
    "comment": "defect.keeps_from",
    "justification": "defect.why",
}
"""What clients write at length, and what that is called."""


class _Static(StaticFiles):
    """The style sheet: its address changes with its content, so it may be kept."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """With leave to keep it for a year."""
        response: Response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


async def _sign_in_first(request: Request, needed: SignInNeeded) -> Response:
    """Their cookie stays: it opens nothing any more, but the forms that they left open are known by
    it."""
    if kept := await _signed_out(request, needed.kind):
        return kept
    if needed.kind == "staff":
        return RedirectResponse(_staff_sign_in(request), 303)
    response = RedirectResponse("/sign-in", 303)
    sign_in.remember_wanted(request, response)
    return response


async def _signed_out(request: Request, kind: Who) -> Response | None:
    """For whose session ended while they were typing, or had a page open: the page again that keeps
    what they typed. None for whoever only asked for a page, or sends what is not ours."""
    by_script = kind == "staff" and request.headers.get("HX-Request") == "true"
    typed: Mapping[str, str] = {}
    if request.method == "POST" and not by_script:
        try:
            sent = (await our_form(request)).fields
        except FormRefused:
            return None
        typed = {name: text for name, text in sent.items() if name not in _OF_THE_FORM and text}
    texts = {words: typed[name] for name, words in _TEXTS.items() if name in typed}
    if not (by_script or (typed if kind == "staff" else texts)):
        return None
    return await run_in_threadpool(
        look_of(request).show,
        request,
        f"{kind}_signed_out{'_part' if by_script else ''}.html.j2",
        status=401,
        area=kind,
        staff=None,
        action=request.url.path,
        typed=typed,
        texts=texts,
        is_known=is_known(request, kind),
        part="fresh" if request.url.path == ASKS_BY_ITSELF else "ahead-body",
    )


def _staff_sign_in(request: Request) -> str:
    """Where staff sign in; by an identity provider, or from a link in an email, they come back to
    what they asked for."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    plain = request.method != "GET" or staff_page(wanted) == "/staff"
    provider = context_of(request).settings.oidc is not None
    if plain or not (provider or wanted.startswith(acknowledging.HERE)):
        return "/staff/sign-in"
    return f"/staff/sign-in?{urlencode({'to': wanted})}"


def _not_here(request: Request, error: NotHere | HTTPException) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    response = look_of(request).show(
        request,
        "problem.html.j2",
        status=status,
        what="not_here",
        back="/",
    )
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def _form_refused(request: Request, refused_form: FormRefused) -> Response:
    kind: Kind | None = _KINDS.get(refused_form.reason)
    if kind is not None:
        refused(kind, request.scope)
    look = look_of(request)
    reason = look.words(request).plain(f"problem.{refused_form.reason}")
    response = look.show(
        request,
        "problem.html.j2",
        status=refused_form.status,
        what="form",
        reason=reason,
        back="/",
    )
    # Part of the form may be unread.
    response.headers.update(CLOSE)
    return response


def _away(request: Request, error: NoServer) -> Response:
    del error
    return look_of(request).show(
        request,
        "problem.html.j2",
        status=503,
        what="away",
        back="/",
    )
