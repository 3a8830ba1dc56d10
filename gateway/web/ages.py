"""How long something has been, in the largest unit that fits."""

from __future__ import annotations

from gateway.visit import Visit

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def age(visit: Visit, seconds: float) -> str:
    """An age of so many seconds, for example 3 分钟."""
    if seconds < _MINUTE:
        return visit.say("%(count)s 秒", count=max(0, int(seconds)))
    if seconds < _HOUR:
        return visit.say("%(count)s 分钟", count=int(seconds // _MINUTE))
    if seconds < 2 * _DAY:
        return visit.say("%(count)s 小时", count=int(seconds // _HOUR))
    return visit.say("%(count)s 天", count=int(seconds // _DAY))
