"""Errors on the wire: our one family as google.rpc.Status, and back again at the client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import grpc
from google.protobuf import any_pb2, duration_pb2, message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, PreconditionFailure, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from services.chassis.errors import Fault, GuantongError
from services.chassis.rpc.errors import OutOfTimeError

DETAILS_KEY = "grpc-status-details-bin"
COUNTY_SETTING = "county setting"
"""Cited by a guard that the county's own setting asks for, not the opinion."""

_CODES: dict[Fault, grpc.StatusCode] = {
    Fault.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
    Fault.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Fault.EXISTS: grpc.StatusCode.ALREADY_EXISTS,
    Fault.STATE: grpc.StatusCode.FAILED_PRECONDITION,
    Fault.DENIED: grpc.StatusCode.PERMISSION_DENIED,
    Fault.UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
    Fault.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Fault.INTERNAL: grpc.StatusCode.INTERNAL,
}
_FAULTS = {code: fault for fault, code in _CODES.items()} | {
    grpc.StatusCode.DEADLINE_EXCEEDED: Fault.UNAVAILABLE,
    grpc.StatusCode.RESOURCE_EXHAUSTED: Fault.INVALID,
    grpc.StatusCode.UNIMPLEMENTED: Fault.NOT_FOUND,
}
_PLAIN_TEXTS = {
    grpc.StatusCode.UNAVAILABLE: (
        "Cannot reach the node. Check that it runs, then try again.",
        "连接不上节点。请确认节点正在运行，然后重试。",
    ),
    grpc.StatusCode.DEADLINE_EXCEEDED: (
        "The node did not answer in time. Repeat the request with the same request id.",
        "节点未在限定时间内答复。请用同一请求编号重试。",
    ),
    grpc.StatusCode.RESOURCE_EXHAUSTED: (
        "The message is larger than the node takes. Send less at once.",
        "消息超过节点允许的大小。请减少一次提交的内容。",
    ),
    grpc.StatusCode.UNIMPLEMENTED: (
        "This node does not do that. Turn to the node of the body whose business it is, or update this one.",
        "本节点不办理此事项。请到承办单位的节点办理, 或更新本节点的程序。",
    ),
}
"""What gRPC itself says without our details, in the words a person can act on."""
_BY_NUMBER: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}
# Trailers beyond 8 KiB are dropped by peers, and with them the whole explanation.
_TEXT_CHARACTERS = 200
_FACT_CHARACTERS = 200
_ALL_FACTS_BYTES = 1500
_DEFAULT_RETRY_SECONDS = 1.0


class RemoteError(GuantongError):
    """An error that another node, or our own node's API, answered with: the same reason, texts and facts."""

    def __init__(self, wire: WireError) -> None:
        self.reason = wire.reason  # type: ignore[misc]  # fixed per class here, per answer there
        self.fault = wire.fault  # type: ignore[misc]
        self.code = wire.code
        self.domain = wire.domain
        self.retry_seconds = wire.retry_seconds
        self._texts = {"en": wire.text_en, "zh": wire.text_zh}
        super().__init__(**wire.facts)

    def text(self, language: str) -> str:
        """The message as the answering node wrote it."""
        return self._texts[language]


@dataclass(frozen=True, slots=True)
class WireError:
    """What a status with details says, taken apart."""

    code: grpc.StatusCode
    fault: Fault
    reason: str
    domain: str
    facts: dict[str, str]
    text_en: str
    text_zh: str
    retry_seconds: float | None


def code_of(error: GuantongError) -> grpc.StatusCode:
    """The gRPC code that says who has to act."""
    return grpc.StatusCode.DEADLINE_EXCEEDED if isinstance(error, OutOfTimeError) else _CODES[error.fault]


def to_status(error: GuantongError, body: str) -> Status:
    """`error` as every caller gets it, raised by the node of `body`."""
    facts = _fitting(error.facts)
    details: list[message.Message] = [
        ErrorInfo(reason=error.reason, domain=f"{body}.guantong", metadata=facts),
        LocalizedMessage(locale="zh-CN", message=error.text("zh")[:_TEXT_CHARACTERS]),
    ]
    if error.fault is Fault.INVALID and "field" in facts:
        violation = BadRequest.FieldViolation(
            field=facts["field"], description=facts.get("problem", error.reason), reason=error.reason
        )
        details.append(BadRequest(field_violations=[violation]))
    if error.fault is Fault.STATE:
        unmet = PreconditionFailure.Violation(
            type=error.reason, subject=facts.get("article", ""), description=error.text("en")[:_TEXT_CHARACTERS]
        )
        details.append(PreconditionFailure(violations=[unmet]))
    if error.fault is Fault.UNAVAILABLE or "retry_seconds" in facts:
        delay = duration_pb2.Duration()
        delay.FromNanoseconds(int(float(facts.get("retry_seconds", _DEFAULT_RETRY_SECONDS)) * 1e9))
        details.append(RetryInfo(retry_delay=delay))
    status = Status(code=code_of(error).value[0], message=error.text("en")[:_TEXT_CHARACTERS])
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def _fitting(facts: dict[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    left = _ALL_FACTS_BYTES
    for name, value in facts.items():
        short = value[:_FACT_CHARACTERS]
        left -= len(name.encode()) + len(short.encode())
        if left < 0:
            break
        kept[name] = short
    return kept


def from_rpc_error(error: BaseException) -> RemoteError:
    """What the other side meant; a plain gRPC failure (nobody there, out of time) gets a reason of its own."""
    if not isinstance(error, grpc.Call | grpc.aio.AioRpcError):
        return _plain(grpc.StatusCode.UNKNOWN, "")
    # An asynchronous call's error answers the same questions.
    status = rpc_status.from_call(cast("grpc.Call", error))
    if status is None:
        return _plain(error.code(), error.details() or "")
    return from_status(status)


def from_status(status: Status) -> RemoteError:
    """The error behind a status with details."""
    information = ErrorInfo()
    chinese = LocalizedMessage()
    retry = RetryInfo()
    retry_seconds = None
    for detail in status.details:
        detail.Unpack(information)
        detail.Unpack(chinese)
        if detail.Unpack(retry):
            retry_seconds = retry.retry_delay.ToNanoseconds() / 1e9
    code = _BY_NUMBER.get(status.code, grpc.StatusCode.UNKNOWN)
    return RemoteError(
        WireError(
            code=code,
            fault=_FAULTS.get(code, Fault.INTERNAL),
            reason=information.reason or code.name,
            domain=information.domain,
            facts=dict(information.metadata),
            text_en=status.message,
            text_zh=chinese.message or status.message,
            retry_seconds=retry_seconds,
        )
    )


def _plain(code: grpc.StatusCode, details: str) -> RemoteError:
    english, chinese = _PLAIN_TEXTS.get(code, (f"{code.name}: {details}" if details else code.name, ""))
    status = Status(code=code.value[0], message=english)
    if chinese:
        packed = any_pb2.Any()
        packed.Pack(LocalizedMessage(locale="zh-CN", message=chinese))
        status.details.append(packed)
    return from_status(status)
