"""Problem documents (RFC 9457): what went wrong, for programs by its reason and for people in their language."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field

from gateway.api.errors import MediaTypeError, RowsRefusedError, TooManyRequestsError
from gateway.api.languages import preferred_language
from gateway.api.models.common import Model
from gateway.api.models.ledgers import RowProblem
from gateway.api.wording import both, brief, in_language, told
from gateway.problems import InputInvalidError, status_of
from gateway.state import gateway_of
from services.chassis.errors import GuantongError
from services.chassis.rpc.status import RemoteError

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:guantong:problem:"
_TITLES = {
    401: brief("需要有效的访问令牌", "A valid access token is needed"),
    403: brief("无权办理", "Not allowed"),
    404: brief("没有这一项", "There is no such thing"),
    405: brief("不接受此方法", "The address does not take this method"),
    409: brief("与现状不符", "It does not fit how things stand"),
    413: brief("内容过大", "Too large"),
    415: brief("不接受此类文件", "The file is of another type"),
    422: brief("内容有误", "Something in the request is not valid"),
    429: brief("请求过于频繁", "Too many requests"),
    500: brief("网关内部出错", "The gateway failed"),
    503: brief("暂时无法办理", "It cannot be done just now"),
}
_FIELDS_TOLD = 20


class FieldProblem(Model):
    """One part of a request that is not valid."""

    where: Annotated[str, told("位置", "Where it stands: path, query, header or body", "query.page_size")]
    code: Annotated[str, told("问题代码", "Stable code of what is wrong", "less_than_equal")]


class Problem(Model):
    """A problem document after RFC 9457, as application/problem+json."""

    type: Annotated[str, told("问题类型", "Identifies the kind of problem", f"{_TYPE}FIELD_INVALID")]
    title: Annotated[str, told("问题类型的名称", "The kind of problem in words", "内容有误")]
    status: Annotated[int, told("HTTP 状态码", "The HTTP status", 422)]
    detail: Annotated[
        str, told("发生了什么, 如何处理", "What happened and what to do about it", "字段 page_token 无效。")
    ]
    reason: Annotated[str, told("稳定的原因代码, 供程序判断", "Stable reason for programs", "FIELD_INVALID")]
    trace_id: Annotated[str | None, told("追踪编号, 报告问题时提供", "Finds the request in the traces", None)] = None
    facts: Annotated[
        dict[str, str], told("原因所涉事实", "The facts that the detail mentions", {"field": "page_token"})
    ] = Field(default_factory=dict)
    fields: Annotated[list[FieldProblem], told("不符合要求的各项", "The parts that are not valid")] = Field(
        default_factory=list
    )
    rows: Annotated[list[RowProblem], told("不能导入的各行", "Rows that cannot be imported")] = Field(
        default_factory=list
    )


def problem_answer(request: Request, error: GuantongError, fields: Iterable[FieldProblem] = ()) -> Response:
    """The problem document that tells of `error`, in the language that the program asked for."""
    status, language = _status(error), preferred_language(request.headers.get("accept-language"))
    problem = Problem(
        type=f"{_TYPE}{error.reason}",
        title=in_language(_TITLES.get(status, ""), language) or HTTPStatus(status).phrase,
        status=status,
        detail=error.text(language),
        reason=error.reason,
        trace_id=gateway_of(request).trace_id() or None,
        facts=error.facts,
        fields=list(fields),
        rows=error.report.problems if isinstance(error, RowsRefusedError) else [],
    )
    headers = {"content-language": "zh-CN" if language == "zh" else "en", "vary": "accept-language"}
    return Response(problem.model_dump_json(), status, headers | _more(status, error), MEDIA_TYPE)


def malformed_answer(request: Request, error: RequestValidationError) -> Response:
    """The problem document for a request that is not as the contract has it. What was sent is not repeated."""
    found = error.errors()[:_FIELDS_TOLD]
    fields = [FieldProblem(where=".".join(map(str, one["loc"]))[:120], code=one["type"]) for one in found]
    first = str(found[0]["loc"][-1])[:60] if found else ""
    return problem_answer(request, InputInvalidError(field=first), fields)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an operation can answer besides success, for its description; 401, 422, 429 and 503 go without saying."""
    return {
        status: {
            "description": both(*_TITLES[status].split(" · ")),
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}},
        }
        for status in sorted({401, 403, 422, 429, 500, 503, *statuses})
    }


def _status(error: GuantongError) -> int:
    match error:
        case TooManyRequestsError():
            return 429
        case MediaTypeError():
            return 415
        case _:
            return status_of(error)


def _more(status: int, error: GuantongError) -> dict[str, str]:
    if status == 401:
        return {"www-authenticate": 'Bearer realm="guantong"'}
    if status in {429, 503}:
        seconds = error.retry_seconds if isinstance(error, RemoteError) else None
        return {"retry-after": str(max(1, round(float(error.facts.get("retry_seconds") or seconds or 1))))}
    return {}
