"""What goes wrong, in words people can act on: what happened, what was kept, what to do; never a stack trace."""

from __future__ import annotations

import traceback
import uuid
from pathlib import Path

import structlog

from services.chassis.errors import Fault, GuantongError

_STATUS = {
    Fault.INVALID: 422,
    Fault.NOT_FOUND: 404,
    Fault.EXISTS: 409,
    Fault.STATE: 409,
    Fault.DENIED: 403,
    Fault.UNAUTHENTICATED: 401,
    Fault.UNAVAILABLE: 503,
    Fault.INTERNAL: 500,
}
_log = structlog.get_logger("guantong.gateway")


class GatewayFailedError(GuantongError):
    """A mistake of ours in the gateway; the incident id finds it in the gateway's log."""

    message_en = "Something went wrong in the gateway (incident {incident}). Tell the system administrator."
    message_zh = "网关内部出错(事件编号 {incident})。请告知系统管理员。"


class PageMissingError(GuantongError):
    """No page has this address."""

    reason = "PAGE_NOT_FOUND"
    fault = Fault.NOT_FOUND
    message_en = "There is no such page. Check the address, or start from the to-do list."
    message_zh = "没有这个页面。请检查网址, 或回到待办。"


class MethodWrongError(GuantongError):
    """The address exists and takes no request of this kind."""

    reason = "METHOD_NOT_ALLOWED"
    fault = Fault.INVALID
    message_en = "This address does not take such a request. Nothing was changed."
    message_zh = "该网址不接受此类请求, 未作任何更改。"


class InputInvalidError(GuantongError):
    """A field of the address or the form holds something it cannot hold."""

    reason = "INPUT_INVALID"
    fault = Fault.INVALID
    message_en = "“{field}” holds something that cannot stand there. Nothing was changed; correct it and try again."
    message_zh = "“{field}”的内容不符合要求, 未作任何更改。请改正后重试。"


class TooLargeError(GuantongError):
    """More was sent than is taken at once."""

    reason = "UPLOAD_TOO_LARGE"
    fault = Fault.INVALID
    message_en = "What was sent is larger than {mib} MiB. Nothing was kept. Send smaller files, or fewer at once."
    message_zh = "提交内容超过 {mib} MiB, 未保存。请改用较小的文件或分次提交。"


def status_of(error: GuantongError) -> int:
    """The HTTP status that says who has to act."""
    if isinstance(error, TooLargeError):
        return 413
    return 405 if isinstance(error, MethodWrongError) else _STATUS[error.fault]


def unexpected(error: Exception) -> GatewayFailedError:
    """A mistake of ours: where it happened goes to the log, never what it was about."""
    incident = uuid.uuid4().hex
    where = [f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in traceback.extract_tb(error.__traceback__)]
    _log.error("web_failed", incident=incident, error=type(error).__name__, where=where[-12:])
    return GatewayFailedError(incident=incident)
