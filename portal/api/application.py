"""Puts the interface together: an application of its own, so that its errors are its own too."""

import re

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.routing import Mount

from portal.api import mail, problems, texts
from portal.api.contract import KINDS
from portal.api.documents import document
from portal.api.endpoints import PREFIX, router
from portal.api.guard import Guard, Limits
from portal.api.security import needs
from portal.context import PortalContext

VERSION = "1"


def mount_api(app: FastAPI, context: PortalContext, limits: Limits | None = None) -> None:
    """Put the interface under its address, whatever comes after that."""
    beneath = Mount(PREFIX, create_api(context, limits))
    # An encoded line break must not lead past the guard, to whatever is mounted next.
    beneath.path_regex = re.compile(beneath.path_regex.pattern, re.DOTALL)
    app.router.routes.append(beneath)


def create_api(context: PortalContext, limits: Limits | None = None) -> FastAPI:
    """The interface of one installation, to be mounted at `PREFIX`."""
    api = FastAPI(
        title="Defect orchestrator",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    api.state.context = context
    api.add_middleware(Guard, context=context, limits=limits or Limits())
    problems.install(api)
    for kind in KINDS:
        api.include_router(router(kind))
    api.include_router(mail.router)
    api.include_router(texts.router)

    async def openapi(token: needs()) -> JSONResponse:  # type: ignore[valid-type]
        """This description; any token will do."""
        del token
        return JSONResponse(document(api, PREFIX))

    api.add_api_route("/openapi.json", openapi, methods=["GET"], include_in_schema=False)
    return api
