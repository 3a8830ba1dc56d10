"""What only a program can do wrong: no token, too much at once, a file of another type, rows that cannot be kept."""

from __future__ import annotations

from typing import ClassVar

from gateway.api.models.ledgers import ImportReport
from services.chassis.errors import Fault, GuantongError


class TokenMissingError(GuantongError):
    """The request names no personal access token. A browser's session does not count here."""

    reason: ClassVar[str] = "TOKEN_MISSING"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = (
        "Send a personal access token: “Authorization: Bearer gtp.…”. Make one under “My account” in the browser. "
        "Cookies do not count here."
    )
    message_zh: ClassVar[str] = (
        "请在请求头中提供个人访问令牌: “Authorization: Bearer gtp.…”。令牌在网页“我的账户”中创建; 此处不认 Cookie。"
    )


class TooManyRequestsError(GuantongError):
    """More requests within a minute than are taken of one token or one address."""

    reason: ClassVar[str] = "RATE_LIMITED"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = "Too many requests. Nothing was done; wait {retry_seconds} s and send it again."
    message_zh: ClassVar[str] = "请求过于频繁, 本次未作任何处理。请等待 {retry_seconds} 秒后重试。"


class MediaTypeError(GuantongError):
    """The file is of a type that is not taken."""

    reason: ClassVar[str] = "MEDIA_TYPE_UNSUPPORTED"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "Send the file itself, with one of these content types: {known}. Nothing was changed."
    message_zh: ClassVar[str] = "请直接提交文件本身, 内容类型须为: {known}。未作任何更改。"


class RowsRefusedError(GuantongError):
    """The spreadsheet has rows that cannot be imported, so none was; `report` names them."""

    reason: ClassVar[str] = "LEDGER_ROWS_REFUSED"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The file has {problems} problems. Nothing was imported. Correct the rows and send it again."
    )
    message_zh: ClassVar[str] = "文件存在 {problems} 处问题, 未导入任何一行。请改正所列各行后重新提交。"

    def __init__(self, report: ImportReport) -> None:
        self.report = report
        super().__init__(problems=report.problem_count or len(report.problems))


class LetterMissingError(GuantongError):
    """No letter has this id, or the owner of the token may not know of it."""

    reason: ClassVar[str] = "LETTER_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "There is no letter with this id that the token's owner may see."
    message_zh: ClassVar[str] = "没有该编号的函件, 或令牌持有人无权知悉。"
