"""Puts the gateway together: its state, its guard, its pages, its REST interface."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from gateway.answers import answer, answer_error
from gateway.api.app import PREFIX, create_api
from gateway.api.docs import router as api_docs
from gateway.api.problems import problem_answer
from gateway.auth.secret import load_secret
from gateway.clients.channel import open_channel
from gateway.clients.node import NodeClient
from gateway.config import GatewayConfig
from gateway.guard import Guard
from gateway.problems import InputInvalidError, MethodWrongError, PageMissingError, unexpected
from gateway.state import Gateway
from gateway.web.pages import ROUTERS
from gateway.web.rendering import Rendering
from gateway.web.static_files import StaticFiles, font_answer
from services.chassis.clock import Clock, DemoClock, SystemClock
from services.chassis.errors import GuantongError
from services.chassis.rpc.tracing import NoTracing
from services.chassis.rulebook.load import load
from services.chassis.telemetry.start import Telemetry

_METHOD_NOT_ALLOWED = 405


def create_app(config: GatewayConfig, telemetry: Telemetry | None = None, clock: Clock | None = None) -> Guard:
    """The gateway as an ASGI application; it connects to its node when it is started."""
    book = load(config.rulebook)
    files = StaticFiles()
    body = book.body(config.body)
    everywhere = {
        "body_id": config.body,
        "body_names": {"zh": book.name_of(config.body, "zh"), "en": book.name_of(config.body, "en")},
        "county_name": config.county_name,
        "demo": config.demo,
        "is_hub": body.hub,
    }
    demo_clock = DemoClock(config.demo_clock) if config.demo_clock else SystemClock()
    gateway = Gateway(
        config,
        load_secret(config.secret),
        book,
        clock or demo_clock,
        telemetry,
        Rendering(files, everywhere),
        frozenset(getattr(route, "path", "") for router in ROUTERS for route in router.routes),
    )
    app = FastAPI(title="Guantong", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan)
    app.state.gateway = gateway
    _add_files(app, files)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    app.include_router(api_docs)
    app.mount(PREFIX, create_api(gateway))
    _add_errors(app)
    return Guard(
        app,
        error_page=_answer,
        # A little more than the file itself: the form around it.
        largest=(config.web.upload_mib + 1) * 2**20 - 1,
        secure=config.web.secure,
        visits=telemetry.calls if telemetry else None,
    )


def _answer(request: Request, error: GuantongError) -> Response:
    """To programs as a problem document, to people as a page."""
    tell = problem_answer if request.url.path.startswith(f"{PREFIX}/") else answer_error
    return tell(request, error)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    gateway: Gateway = app.state.gateway
    tracing = gateway.telemetry.calls if gateway.telemetry else NoTracing()
    channel = open_channel(gateway.config.node, tracing)
    gateway.node = NodeClient(channel)
    yield
    await channel.close(grace=1.0)


def _add_files(app: FastAPI, files: StaticFiles) -> None:
    @app.get("/static/font.otf")
    async def font(request: Request) -> Response:
        found = font_answer(request)
        if found is None:
            raise PageMissingError
        return found

    @app.get("/static/{digest}/{name}")
    async def static(digest: str, name: str) -> Response:
        found = files.answer(digest, name)
        if found is None:
            raise PageMissingError
        return found

    @app.get("/favicon.ico")
    async def icon() -> Response:
        return files.icon()


def _add_errors(app: FastAPI) -> None:
    async def ours(request: Request, error: Exception) -> Response:
        return await answer(request, cast("GuantongError", error))

    async def framework(request: Request, error: Exception) -> Response:
        status = cast("HTTPException", error).status_code
        return _answer(request, MethodWrongError() if status == _METHOD_NOT_ALLOWED else PageMissingError())

    async def malformed(request: Request, error: Exception) -> Response:
        first = next(iter(cast("RequestValidationError", error).errors()), {"loc": ("",)})
        return _answer(request, InputInvalidError(field=str(first["loc"][-1])[:60]))

    async def failed(request: Request, error: Exception) -> Response:
        return _answer(request, unexpected(error))

    app.add_exception_handler(Exception, failed)
    app.add_exception_handler(GuantongError, ours)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(RequestValidationError, malformed)
