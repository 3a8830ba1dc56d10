"""The REST interface as an application of its own: its operations, its errors, and the document that describes it."""

from __future__ import annotations

from typing import Any, cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from gateway.api.limits import Limits
from gateway.api.problems import Problem, malformed_answer, problem_answer
from gateway.api.routes.desk import router as desk
from gateway.api.routes.ledgers import router as ledgers
from gateway.api.routes.letters import router as letters
from gateway.api.wording import both, brief
from gateway.problems import MethodWrongError, PageMissingError, unexpected
from gateway.state import Gateway
from services.chassis.errors import GuantongError

PREFIX = "/api/v1"
_TAGS = (
    ("desk", brief("待办与事项", "The desk"), desk),
    ("letters", brief("函件", "Letters"), letters),
    ("ledgers", brief("台账", "Ledgers"), ledgers),
)
_ABOUT = both(
    "供本单位其他系统使用: 读取待办、函件与回执、事项与期限、节点状态, 读写台账。各单位的接口只涉及本单位。",
    "For the other systems of a body: they read its to-do list, letters with receipts, matters with dates and the "
    "node's state, and read and fill its ledgers. Each body's interface tells of that body alone.",
)


def create_api(gateway: Gateway) -> FastAPI:
    """The application to be mounted under `PREFIX`."""
    api = FastAPI(
        title="贯通 Guantong",
        version="1",
        summary=brief("一个单位的接口", "The interface of one body"),
        description=_ABOUT,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
        openapi_tags=[{"name": name, "description": title} for name, title, _ in _TAGS],
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
    )
    api.state.gateway = gateway
    api.state.limits = Limits(gateway.config.api.requests_per_minute)
    for name, _, router in _TAGS:
        api.include_router(router, tags=[name])
    _add_errors(api)
    _describe(api)
    return api


def _operation_id(route: APIRoute) -> str:
    return route.name.removeprefix("api.")


def _describe(api: FastAPI) -> None:
    """Have the document hold the schema of problems, which no operation returns by itself."""
    made = api.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        schemas = document["components"]["schemas"]
        if Problem.__name__ not in schemas:
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs", {})
            schemas[Problem.__name__] = schema
        return document

    api.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents for changing the document


def _add_errors(api: FastAPI) -> None:
    async def ours(request: Request, error: Exception) -> Response:
        return problem_answer(request, cast("GuantongError", error))

    async def framework(request: Request, error: Exception) -> Response:
        known = cast("HTTPException", error)
        if known.status_code == 405:
            answer = problem_answer(request, MethodWrongError())
            answer.headers.update(known.headers or {})
            return answer
        return problem_answer(request, PageMissingError())

    async def malformed(request: Request, error: Exception) -> Response:
        return malformed_answer(request, cast("RequestValidationError", error))

    async def failed(request: Request, error: Exception) -> Response:
        return problem_answer(request, unexpected(error))

    api.add_exception_handler(Exception, failed)
    api.add_exception_handler(GuantongError, ours)
    api.add_exception_handler(HTTPException, framework)
    api.add_exception_handler(RequestValidationError, malformed)
