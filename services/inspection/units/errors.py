"""What can be wrong with a question about master data."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class UnitUnknownError(GuantongError):
    """The unit ledger has no such unit on that day; import it or correct its dates."""

    reason: ClassVar[str] = "UNIT_UNKNOWN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = (
        "The unit ledger has no unit {unit_id} on {day}. Import it, or correct the dates of its row, and try again."
    )
    message_zh: ClassVar[str] = "单位库中没有 {day} 有效的单位 {unit_id}。请导入该单位或更正其启用、停用日期后重试。"


class BodyNameUnknownError(GuantongError):
    """A unit is said to be a coordinating body that does not exist; correct the entry."""

    reason: ClassVar[str] = "UNIT_BODY_UNKNOWN"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The row of unit {unit_id} names a coordinating body that the rulebook does not have. Write one of: {bodies}."
    )
    message_zh: ClassVar[str] = "单位 {unit_id} 所填“所属协作机构”不在规则库中。请填写下列之一: {bodies}。"
