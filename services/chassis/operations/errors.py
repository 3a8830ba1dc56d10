"""What can be wrong with an operator's decision about alarms."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class AlarmUnknownError(GuantongError):
    """No open alarm has that id."""

    reason: ClassVar[str] = "ALARM_NOT_OPEN"
    fault: ClassVar[Fault] = Fault.NOT_FOUND
    message_en: ClassVar[str] = "No alarm {alarm_id} is open. It may have closed by itself; look with: guantong alarms."
    message_zh: ClassVar[str] = "没有未关闭的告警 {alarm_id}, 可能已自行解除。请查看: guantong alarms。"


class AlarmLastsError(GuantongError):
    """The alarm's cause is still there; closing it would only hide that."""

    reason: ClassVar[str] = "ALARM_LASTS"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The cause of this alarm is still there. {text_en}. It closes by itself."
    message_zh: ClassVar[str] = "该告警的原因仍然存在。{text_zh}。原因消除后自行关闭。"
