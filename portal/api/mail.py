"""The endpoint that takes mails from clients."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from portal.api.documents import problems
from portal.api.guard import MAIL_PATH
from portal.api.problems import Problem
from portal.api.responses import Received
from portal.api.security import Scope, needs
from portal.inbound.intake import receive

MEDIA_TYPE = "message/rfc822"

router = APIRouter(tags=["mail"])


async def take(request: Request, token: needs(Scope.MAIL_WRITE)) -> JSONResponse:  # type: ignore[valid-type]
    """Take one mail as it came, with all its headers; the same mail twice makes one case.

    A reply becomes a note on the sender's own case, and a new case where that is closed. Bounces,
    automatic replies, lists and our own mails are ignored. `unsubscribe <topic> <token>` in the
    subject opts out.
    """
    del token
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != MEDIA_TYPE:
        raise Problem(415, "unsupported-media-type", f"must be {MEDIA_TYPE}")
    received = await receive(request.app.state.context, await request.body())
    opened = received.outcome == "opened" and not received.repeated
    return JSONResponse(received.model_dump(), 201 if opened else 200)


router.add_api_route(
    MAIL_PATH,
    take,
    methods=["POST"],
    operation_id="take_mail",
    summary="Take a mail from a client.",
    status_code=201,
    response_model=Received,
    responses={
        200: {"model": Received, "description": "It opened no case now."},
        201: {"description": "It opened a case."},
        **problems(with_body=True),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
        }
    },
)
