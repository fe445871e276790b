"""The endpoint that judges a text before anybody sends it."""

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from domain.contract.parsing import InvalidCommand
from portal.api.documents import problems
from portal.api.problems import refused
from portal.api.security import needs
from portal.context import PortalContext
from runtime.text_check import LONGEST, TextVerdict, text_verdict

router = APIRouter(tags=["texts"])

_FIRST, _LAST = date(1971, 1, 1), date(2199, 12, 31)


class CheckText(BaseModel):
    """A text for clients."""

    model_config = ConfigDict(json_schema_extra={"title": "CheckText"})

    text: Annotated[str, Field(max_length=LONGEST)]
    on: Annotated[
        date | None,
        Field(ge=_FIRST, le=_LAST, description="The local date it is written; today by default."),
    ] = None
    policy: Annotated[str, Field(max_length=128, description="Which policy it is under.")] = "eto"


async def check(
    request: Request,
    said: CheckText,
    token: needs(),  # type: ignore[valid-type]
) -> JSONResponse:
    """Tell whether a text would be refused because it promises a time (D7); any token will do.

    Nothing is kept of it.
    """
    del token
    context: PortalContext = request.app.state.context
    judged = await asyncio.to_thread(_judged, context, said)
    return JSONResponse(judged.model_dump())


def _judged(context: PortalContext, said: CheckText) -> TextVerdict:
    now = context.now()
    try:
        policy = context.policies.load(said.policy, now.year).pinned()
    except LookupError as error:
        raise refused(InvalidCommand("policy", str(error))) from None
    return text_verdict(said.text, said.on or policy.calendar.local_date(now), policy)


router.add_api_route(
    "/check-text",
    check,
    methods=["POST"],
    operation_id="check_text",
    summary="Check whether a text promises a time.",
    response_model=TextVerdict,
    responses=problems(with_body=True),
)
