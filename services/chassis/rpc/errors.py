"""What can be wrong with a call before its use case is reached."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class NotSignedInError(GuantongError):
    """The call carries no token, or one that no longer counts; sign in again."""

    reason: ClassVar[str] = "NOT_SIGNED_IN"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = "You are not signed in, or the session has ended. Sign in again."
    message_zh: ClassVar[str] = "尚未登录，或登录已失效。请重新登录。"


class RoleMissingError(GuantongError):
    """No role of the caller may make this call; ask the security administrator for it."""

    reason: ClassVar[str] = "ROLE_MISSING"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = "{method} needs one of the roles {roles}. Ask the security administrator."
    message_zh: ClassVar[str] = "{method} 需要下列角色之一：{roles}。请联系安全保密管理员。"


class SecondFactorNeededError(GuantongError):
    """The sign-in is not complete; give a code, or enrol a second factor, as `step` says."""

    reason: ClassVar[str] = "SECOND_FACTOR_NEEDED"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = (
        "The sign-in is not complete (missing: {step}). Give the code of your authenticator, or enrol one first."
    )
    message_zh: ClassVar[str] = "登录尚未完成（缺：{step}）。请输入动态口令；尚未绑定的，请先绑定动态口令器。"


class TokenRefusedError(GuantongError):
    """An access token may not make this call, whatever its owner may do; a person signs in and does it."""

    reason: ClassVar[str] = "TOKEN_REFUSED"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = (
        "{method} is not for this access token: tokens read, and import ledgers where they were given that. Sign in "
        "and do it yourself."
    )
    message_zh: ClassVar[str] = "访问令牌不得调用 {method}：令牌仅可读取，获准的可导入台账。请本人登录后办理。"


class InPersonOnlyError(GuantongError):
    """What only named persons may see is open neither to access tokens nor to deputies whom no office named."""

    reason: ClassVar[str] = "IN_PERSON_ONLY"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = (
        "This is for named persons only: access tokens do not see it, and deputies only if a leader or the security "
        "administrator named them. Sign in and act for yourself, or have the leave recorded by one of them."
    )
    message_zh: ClassVar[str] = (
        "仅限特定人员知悉：访问令牌不得查看，代班人须由领导或安全保密管理员指定。请以本人身份办理，或请其登记代班。"
    )


class FieldInvalidError(GuantongError):
    """A field of the request is missing or malformed; `field` names it."""

    reason: ClassVar[str] = "FIELD_INVALID"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The field {field} is not valid: {problem}. Correct it and send the request again."
    message_zh: ClassVar[str] = "字段 {field} 无效：{problem}。请改正后重新提交。"


class PageTokenInvalidError(GuantongError):
    """The page token is not one of ours for this list; start the list again."""

    reason: ClassVar[str] = "PAGE_TOKEN_INVALID"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The page token does not belong to this list. Start again without a token."
    message_zh: ClassVar[str] = "分页标记不属于此列表。请不带标记重新查询。"

    def __init__(self) -> None:
        super().__init__(field="page_token")


class RequestIdReusedError(GuantongError):
    """The request id already stands for another request; use a new one."""

    reason: ClassVar[str] = "REQUEST_ID_REUSED"
    fault: ClassVar[Fault] = Fault.EXISTS
    message_en: ClassVar[str] = "The request id already stands for another request. Use a new id for a new request."
    message_zh: ClassVar[str] = "该请求编号已用于另一项请求。新请求请使用新编号。"


class OutOfTimeError(GuantongError):
    """The call took longer than it was given and was stopped; look whether it was done before repeating it."""

    reason: ClassVar[str] = "OUT_OF_TIME"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = "{method} was stopped after {seconds} s. Repeat it with the same request id."
    message_zh: ClassVar[str] = "{method} 超过 {seconds} 秒，已停止。请用同一请求编号重试。"


class ServiceUndeclaredError(GuantongError):
    """A service and the declaration of its callers do not match; correct the code that adds it."""

    reason: ClassVar[str] = "SERVICE_UNDECLARED"
    message_en: ClassVar[str] = "Service {service}: {problem}. Declare exactly who may call each service."
    message_zh: ClassVar[str] = "服务 {service}：{problem}。须逐一声明每项服务的允许调用者。"


class PlaintextRefusedError(GuantongError):
    """Without TLS a node listens to, and is called on, the loopback interface only."""

    reason: ClassVar[str] = "PLAINTEXT_REFUSED"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "{address} is not a loopback address and needs TLS. Configure certificate and key."
    message_zh: ClassVar[str] = "{address} 不是本机回环地址，必须使用 TLS。请配置证书和私钥。"


class AddressTakenError(GuantongError):
    """The address cannot be listened on; free it or configure another."""

    reason: ClassVar[str] = "ADDRESS_TAKEN"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = "Cannot listen on {address}. Free it, or configure another address."
    message_zh: ClassVar[str] = "无法监听 {address}。请释放该地址或改用其他地址。"
