"""What can be wrong with an act on a round."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class RoundNotFoundError(GuantongError):
    """There is no such round."""

    reason: ClassVar[str] = "ROUND_NOT_FOUND"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "There is no round {round_id} here. List the rounds and use one of their ids."
    message_zh: ClassVar[str] = "没有编号为 {round_id} 的巡察轮次。请从轮次列表中选取。"


class RoundExistsError(GuantongError):
    """The term already has a round of that number."""

    reason: ClassVar[str] = "ROUND_EXISTS"
    fault: ClassVar[Fault] = Fault.EXISTS
    message_en: ClassVar[str] = "Term {term_no} already has round {seq}. Open that round, or give the next number."
    message_zh: ClassVar[str] = "第 {term_no} 届已有第 {seq} 轮。请打开该轮次, 或使用下一轮次号。"


class RoundInvalidError(GuantongError):
    """A round's number, kind or dates cannot be."""

    reason: ClassVar[str] = "ROUND_INVALID"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "The round cannot be entered: {field} is not possible. Correct it and try again."
    message_zh: ClassVar[str] = "无法登记该轮次: {field} 不合规。请更正后重试。"


class RoundStateError(GuantongError):
    """The round is not where this act is possible."""

    reason: ClassVar[str] = "ROUND_STATE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The round is in state {state}; {act} ({article}) is not possible there. It is possible from: {possible}."
    )
    message_zh: ClassVar[str] = "本轮状态为 {state}, 不能进行 {act}({article})。可进行的状态: {possible}。"


class RoundEmptyError(GuantongError):
    """The round has no units."""

    reason: ClassVar[str] = "ROUND_HAS_NO_UNITS"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The round has no units yet ({article}). Add the units first."
    message_zh: ClassVar[str] = "本轮尚未列入被巡察单位({article})。请先添加单位。"


class NotPreparedError(GuantongError):
    """Preparation cannot be opened while letters or authorizations are missing."""

    reason: ClassVar[str] = "ROUND_NOT_PREPARED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "Not yet done: {missing}. Finish these (A1.2b, A2.1e, A3.2a) and try again."
    message_zh: ClassVar[str] = "尚未完成: {missing}。请完成后(A1.2b、A2.1e、A3.2a)重试。"


class NotInRoundError(GuantongError):
    """The unit is not in this round."""

    reason: ClassVar[str] = "UNIT_NOT_IN_ROUND"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "Unit {unit_id} is not in this round. Use a unit of the round's own list."
    message_zh: ClassVar[str] = "单位 {unit_id} 不在本轮之列。请从本轮单位中选取。"


class GapNotFoundError(GuantongError):
    """That body is not recused from that unit."""

    reason: ClassVar[str] = "GAP_NOT_FOUND"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "Body {body} is not recused from unit {unit_id}; there is no gap to fill."
    message_zh: ClassVar[str] = "{body} 对单位 {unit_id} 无须回避, 没有需要替代的事项。"


class SubstituteError(GuantongError):
    """That body cannot fill the gap."""

    reason: ClassVar[str] = "SUBSTITUTE_IMPOSSIBLE"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "{substitute} cannot stand in: {problem}. Choose another body, or leave the gap as it is shown."
    )
    message_zh: ClassVar[str] = "{substitute} 不能替代: {problem}。请另选单位, 或保留该空缺。"
