"""What can be wrong with a calendar table or with a rule that asks for a date."""

from __future__ import annotations

from services.chassis.errors import Fault, GuantongError


class CalendarTableError(GuantongError):
    """A calendar file cannot be used. Correct the key named in the message and load the file again."""

    reason = "CALENDAR_TABLE_INVALID"
    fault = Fault.INVALID
    message_en = "Calendar file {file}, key {key}: {problem}. Nothing was loaded; correct the file and load it again."
    message_zh = "日历文件 {file} 的 {key} 有误：{problem_zh}。未载入任何内容，请改正后重新载入。"


class CalendarVersionError(GuantongError):
    """Two different tables carry one year and version. Give the corrected one a higher version."""

    reason = "CALENDAR_VERSION_TAKEN"
    fault = Fault.EXISTS
    message_en = (
        "Version {version} of the calendar of {year} already stands with other dates. "
        "Give the corrected table a higher version."
    )
    message_zh = "{year} 年日历的第 {version} 版已存在且日期不同。请给更正后的日历更高的版本号。"


class CalendarOutdatedError(GuantongError):
    """A newer table of the year is in force. Load a version above it, or none."""

    reason = "CALENDAR_OUTDATED"
    fault = Fault.STATE
    message_en = (
        "Version {version} of the calendar of {year} is older than version {in_force}, which is in force. "
        "If the older dates are right after all, load them under a version above {in_force}."
    )
    message_zh = (
        "{year} 年日历的第 {version} 版早于现行的第 {in_force} 版。"
        "若旧日期才是正确的，请以高于 {in_force} 的版本号载入。"
    )


class DueRuleError(GuantongError):
    """A due rule asks for a date that cannot be computed. Correct the length, the start or the suspension."""

    reason = "DUE_RULE_INVALID"
    fault = Fault.INVALID
    message_en = "The due rule cannot be computed: {problem}."
    message_zh = "期限规则无法计算：{problem_zh}。"
