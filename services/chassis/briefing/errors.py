"""Why a request is not drafted, a summary not taken or confirmed, a name not counted as a unit's."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class NotFromLedgersError(GuantongError):
    """The draft was written by a person; no ledger stands behind it."""

    reason: ClassVar[str] = "DRAFT_NOT_FROM_LEDGERS"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "No ledger stands behind draft {draft_id}. Edit it by hand."
    message_zh: ClassVar[str] = "拟稿 {draft_id} 不是由台账生成的。请直接修改。"


class RequestPeriodError(GuantongError):
    """A request asks about a period that is not made of dates; a person writes the reply."""

    reason: ClassVar[str] = "REQUEST_PERIOD_UNREADABLE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The period of section {code} cannot be read. Ask the sender, or write the reply yourself."
    )
    message_zh: ClassVar[str] = "无法识别材料 {code} 的时间范围。请向发函单位核实，或人工拟写复函。"


class SummaryIdentifiesError(GuantongError):
    """The summary holds what can lead to a petitioner; the facts say what kind of thing, never the words."""

    reason: ClassVar[str] = "SUMMARY_IDENTIFIES"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The summary holds {kinds_en}. Write what the matter is in your own words, without it."
    message_zh: ClassVar[str] = "摘要中含有{kinds_zh}。请用自己的话概括事项，删去上述内容。"


class SummaryEmptyError(GuantongError):
    """A summary without words."""

    reason: ClassVar[str] = "SUMMARY_EMPTY"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The summary is empty or longer than {limit} characters. Write one of fitting length."
    message_zh: ClassVar[str] = "摘要为空或超过 {limit} 个字，请按要求填写。"


class SummaryOwnConfirmationError(GuantongError):
    """Whoever wrote a summary cannot be the second reader."""

    reason: ClassVar[str] = "SUMMARY_SAME_PERSON"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = "A summary is confirmed by somebody other than its writer. Ask a colleague to read it."
    message_zh: ClassVar[str] = "摘要须由撰写人以外的人员复核确认，请另请一名同事复核。"


class SummaryNotOpenError(GuantongError):
    """There is no such summary to confirm: replaced, confirmed already, or the row changed since."""

    reason: ClassVar[str] = "SUMMARY_NOT_OPEN"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The summary cannot be confirmed: it was replaced or confirmed, or the ledger row changed after it was "
        "written. Read the row again and write a new summary."
    )
    message_zh: ClassVar[str] = "该摘要不能确认：已被替换或确认，或者台账在撰写后已变更。请重新核对台账并撰写摘要。"


class RequestTooLargeError(GuantongError):
    """A request about more than any round has; compiling it would hold up every other letter of the node."""

    reason: ClassVar[str] = "REQUEST_TOO_LARGE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The request asks for {units} units and {sections} sections; at most {limit} answers are drafted at once. "
        "Ask the sender to split it into several letters."
    )
    message_zh: ClassVar[str] = (
        "该函要求 {units} 个单位、{sections} 个部分的情况, 一次最多起草 {limit} 项。请联系发函单位分函办理。"
    )


class AliasWordsError(GuantongError):
    """An alias needs the unit's id and a name of fitting length."""

    reason: ClassVar[str] = "ALIAS_WORDS"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "Give the unit's id and the name in the ledgers, at most {limit} characters."
    message_zh: ClassVar[str] = "请填写单位标识和台账中的单位名称（不超过 {limit} 个字）。"


class AliasPeriodError(GuantongError):
    """A period that ends before it begins."""

    reason: ClassVar[str] = "ALIAS_PERIOD"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The last day comes before the first. Correct the dates."
    message_zh: ClassVar[str] = "截止日期早于起始日期，请改正。"


class AliasTakenError(GuantongError):
    """On one of these days the name already stands for a unit; rows would be counted twice. End the other first."""

    reason: ClassVar[str] = "ALIAS_TAKEN"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "On one of these days the name already stands for unit {unit}. End or withdraw that entry first."
    )
    message_zh: ClassVar[str] = "该名称在此期间已对应单位 {unit}。请先终止或撤销原有对应关系。"


class AliasUnknownError(GuantongError):
    """There is no such alias in force: unknown, or withdrawn."""

    reason: ClassVar[str] = "ALIAS_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "There is no such name of a unit in force. Look it up again."
    message_zh: ClassVar[str] = "没有这一有效的单位名称对应关系，请重新查找。"
