"""Puts the web application together: every router is named here and nowhere else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from portal.api.application import mount_api
from portal.context import PortalContext
from portal.head_middleware import HeadMiddleware
from portal.own_host import OnlyOwnHost
from portal.pages.application import pages
from portal.security import SecureHeaders, is_https


def create_app(context: PortalContext) -> FastAPI:
    """The application for one installation; pages and endpoints find it as `app.state.context`."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with context.watch.running():
            yield

    app = FastAPI(
        title="Defect orchestrator",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.context = context
    mount_api(app, context)
    app.add_middleware(HeadMiddleware)
    if context.settings.portal_url is not None:
        app.add_middleware(OnlyOwnHost, portal_url=context.settings.portal_url)
    app.add_middleware(SecureHeaders, https=is_https(context.settings))
    app.mount("/", pages(context))  # The last one: it takes what nobody else took.
    return app
