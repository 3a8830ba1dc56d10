"""What can be wrong with people's accounts, rights and signatures; no text says who exists."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class SignInRefusedError(GuantongError):
    """No such login, a wrong password, or an account that is not in use: all the same, so that nobody can ask."""

    reason: ClassVar[str] = "SIGN_IN_REFUSED"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = "Login or password is wrong. Try again, or ask the system administrator for a reset."
    message_zh: ClassVar[str] = "登录名或密码不正确。请重试，或请系统管理员重置。"


class SignInLockedError(GuantongError):
    """Too many wrong passwords; wait `retry_seconds`."""

    reason: ClassVar[str] = "SIGN_IN_LOCKED"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = "Too many wrong passwords. Try again in {retry_seconds} s."
    message_zh: ClassVar[str] = "密码错误次数过多，请于 {retry_seconds} 秒后重试。"


class PasswordWrongError(GuantongError):
    """The password given again is not the caller's; nothing was done."""

    reason: ClassVar[str] = "PASSWORD_WRONG"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = "The password is wrong; nothing was done. Type your own password again."
    message_zh: ClassVar[str] = "密码不正确，未作任何处理。请重新输入本人密码。"


class ProofOutdatedError(GuantongError):
    """The password was given too long ago, by someone else, or changed since; give it again."""

    reason: ClassVar[str] = "PASSWORD_PROOF_OUTDATED"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = "Your password was confirmed too long ago or has changed since. Type it again."
    message_zh: ClassVar[str] = "密码确认已过期，或密码已更改。请重新输入密码。"


class PasswordWeakError(GuantongError):
    """The new password breaks a rule; choose another."""

    reason: ClassVar[str] = "PASSWORD_WEAK"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The password {problem}. Choose another one."
    message_zh: ClassVar[str] = "密码不符合要求：{problem_zh}。请更换密码。"


class InvitationInvalidError(GuantongError):
    """The code was never made, was used, or has run out; ask for a new one."""

    reason: ClassVar[str] = "INVITATION_INVALID"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = "The code is wrong, used, or has run out. Ask the system administrator for another."
    message_zh: ClassVar[str] = "邀请码无效、已使用或已过期。请向系统管理员重新索取。"


class AccountUnknownError(GuantongError):
    """There is no such account here."""

    reason: ClassVar[str] = "ACCOUNT_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "There is no account {account_id}. Look it up in the list of accounts."
    message_zh: ClassVar[str] = "没有账号 {account_id}。请在账号列表中查找。"


class AccountClosedError(GuantongError):
    """The account was closed for good; open another."""

    reason: ClassVar[str] = "ACCOUNT_CLOSED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "Account {account_id} was closed for good. Open a new account for the person."
    message_zh: ClassVar[str] = "账号 {account_id} 已注销。请为该人员另开账号。"


class LoginTakenError(GuantongError):
    """The login stands for another account, also when that one is closed."""

    reason: ClassVar[str] = "LOGIN_TAKEN"
    fault: ClassVar[Fault] = Fault.EXISTS
    message_en: ClassVar[str] = "The login is taken. Choose another."
    message_zh: ClassVar[str] = "该登录名已被使用。请另选登录名。"


class OwnAccountError(GuantongError):
    """Nobody changes rights or passwords of their own account as an administrator; ask another one."""

    reason: ClassVar[str] = "OWN_ACCOUNT"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = "Administrators do not do this for their own account. Ask another administrator."
    message_zh: ClassVar[str] = "管理员不得为本人账号办理此事项。请由其他管理员办理。"


class SystemAdminPresentError(GuantongError):
    """A system administrator can act, so opening accounts is theirs."""

    reason: ClassVar[str] = "SYSTEM_ADMIN_PRESENT"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = "Accounts are opened by the system administrator. Ask them to open it."
    message_zh: ClassVar[str] = "账号由系统管理员开立。请由系统管理员办理。"


class LastSecurityAdminError(GuantongError):
    """Without a security administrator nobody could give rights again; name another first."""

    reason: ClassVar[str] = "LAST_SECURITY_ADMIN"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "This is the last security administrator who can act. Name another one first."
    message_zh: ClassVar[str] = "这是最后一名可履职的安全保密管理员。请先任命另一名。"


class GrantHeldError(GuantongError):
    """The account holds this very role at that time, within the same limits; a second one would outlive its ending."""

    reason: ClassVar[str] = "GRANT_HELD"
    fault: ClassVar[Fault] = Fault.EXISTS
    message_en: ClassVar[str] = (
        "The account holds {role} with the same limits already (grant {grant_id}). End that grant first, or let this "
        "one begin when it ends."
    )
    message_zh: ClassVar[str] = (
        "该账号在相同范围内已有角色 {role}（授权 {grant_id}）。请先终止该授权，或使新授权自其终止时起算。"
    )


class RolesConflictError(GuantongError):
    """The two roles must lie with two persons."""

    reason: ClassVar[str] = "ROLES_CONFLICT"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "One person cannot be {role} and {held} at the same time. Give it to another person, or end the other first."
    )
    message_zh: ClassVar[str] = "同一人不得同时担任 {role} 和 {held}。请授予他人，或先终止原有角色。"


class GrantUnknownError(GuantongError):
    """There is no such grant here."""

    reason: ClassVar[str] = "GRANT_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "There is no grant {grant_id}. Look it up in the list of accounts."
    message_zh: ClassVar[str] = "没有授权 {grant_id}。请在账号列表中查找。"


class DelegationUnknownError(GuantongError):
    """There is no such delegation, or it is not the caller's: both look the same."""

    reason: ClassVar[str] = "DELEGATION_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "There is no delegation {delegation_id}. Look it up in the list of delegations."
    message_zh: ClassVar[str] = "没有代签授权 {delegation_id}。请在代签授权列表中查找。"


class DelegateUnfitError(GuantongError):
    """The named person cannot sign for others: no working role, or the leader themselves."""

    reason: ClassVar[str] = "DELEGATE_UNFIT"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "Account {account_id} cannot sign for you. Name another person who works on matters."
    message_zh: ClassVar[str] = "账号 {account_id} 不能代签。请指定本单位另一名业务人员。"


class NotASignerError(GuantongError):
    """The caller is neither a leader for this letter nor stands in for one today."""

    reason: ClassVar[str] = "NOT_A_SIGNER"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = "You may not sign this letter, neither as a leader nor for one. Ask the leader."
    message_zh: ClassVar[str] = "您无权签发此函，也无有效的代签授权。请报签发领导。"


class SignsForSeveralError(GuantongError):
    """The caller may sign this letter for more than one leader; say for whom."""

    reason: ClassVar[str] = "SIGNS_FOR_SEVERAL"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "You stand in for {count} leaders here. Say for whom you sign."
    message_zh: ClassVar[str] = "您同时为 {count} 位领导代签。请指明为谁代签。"


class PostMissingError(GuantongError):
    """A letter names the signer's post and none is recorded; have it recorded."""

    reason: ClassVar[str] = "POST_MISSING"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Account {account_id} has no post on record. Ask the security administrator to record it."
    )
    message_zh: ClassVar[str] = "账号 {account_id} 未登记职务。请安全保密管理员登记。"


class TokenUnknownError(GuantongError):
    """There is no such access token, or it is not the caller's: both look the same."""

    reason: ClassVar[str] = "TOKEN_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "There is no access token {token_id}. Look it up in your list of tokens."
    message_zh: ClassVar[str] = "没有访问令牌 {token_id}。请在令牌列表中查找。"


class CodeWrongError(GuantongError):
    """The code is not the one that counts now, or it was used before."""

    reason: ClassVar[str] = "CODE_WRONG"
    fault: ClassVar[Fault] = Fault.UNAUTHENTICATED
    message_en: ClassVar[str] = (
        "The code is wrong or was used already. Wait for the next one; see that your device's clock is right."
    )
    message_zh: ClassVar[str] = "动态口令不正确或已使用。请等待下一个口令重试，并核对设备时间。"


class SecondFactorStateError(GuantongError):
    """There is no second factor to work with, or it was not begun; the text says which."""

    reason: ClassVar[str] = "SECOND_FACTOR_STATE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "Not now: {problem}."
    message_zh: ClassVar[str] = "现在不能办理：{problem_zh}。"


class LeaveUnknownError(GuantongError):
    """There is no such leave, or it is not the caller's: both look the same."""

    reason: ClassVar[str] = "LEAVE_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "There is no leave {leave_id}. Look it up in the list of leaves."
    message_zh: ClassVar[str] = "没有代班记录 {leave_id}。请在代班列表中查找。"


class DeputyUnfitError(GuantongError):
    """The named person cannot be the deputy: no working role, or the absent person themselves."""

    reason: ClassVar[str] = "DEPUTY_UNFIT"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Account {account_id} cannot take the work over. Name another person who works on matters here."
    )
    message_zh: ClassVar[str] = "账号 {account_id} 不能接手工作。请指定本单位另一名业务人员。"


class NothingToStandInForError(GuantongError):
    """The absent person is neither clerk, reviewer nor liaison; a leader's signing is delegated by the leader."""

    reason: ClassVar[str] = "NOTHING_TO_STAND_IN_FOR"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Account {account_id} holds no role that a deputy could stand in for. Signing is delegated by the leader."
    )
    message_zh: ClassVar[str] = "账号 {account_id} 没有可由他人代班的角色。签发须由领导授权代签。"


class NotTheDeputyError(GuantongError):
    """The caller is not the deputy of that person today."""

    reason: ClassVar[str] = "NOT_THE_DEPUTY"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = "You do not stand in for account {account_id} today. Ask for a leave to be recorded."
    message_zh: ClassVar[str] = "您今日不是账号 {account_id} 的代班人。请先登记代班。"


class NotYoursToHandOverError(GuantongError):
    """The work is another person's, and the caller neither leads nor administers rights."""

    reason: ClassVar[str] = "NOT_YOURS_TO_HAND_OVER"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = (
        "Another person's work is handed over by a leader or the security administrator. The role of liaison moves "
        "only by the security administrator."
    )
    message_zh: ClassVar[str] = "他人的工作由领导或安全保密管理员移交；联络员职责仅由安全保密管理员移交。"
