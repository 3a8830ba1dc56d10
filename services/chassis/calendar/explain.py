"""Shows a due date with the days that led to it: as a JSON object, and as plain lines in Chinese or English."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from services.chassis.calendar.dues import DayStep, Due, RuleKind
from services.chassis.calendar.working import Reason

REASON_TEXTS = MappingProxyType(
    {
        Reason.START_DAY: ("起算日，当日不计入", "start day, not counted"),
        Reason.WORKING_DAY: ("工作日", "working day"),
        Reason.MAKE_UP_WORKING_DAY: ("调休上班，计入", "make-up working day, counted"),
        Reason.COUNTY_WORKING_DAY: ("本县规定上班", "worked in this county"),
        Reason.WEEKEND: ("周末", "weekend"),
        Reason.OFFICIAL_HOLIDAY: ("国务院办公厅通知的放假日", "holiday by the State Council notice"),
        Reason.HOLIDAY_BY_LAW: ("法定节假日（当年放假安排未载入）", "holiday by law (no table of the year)"),
        Reason.COUNTY_HOLIDAY: ("本县放假", "holiday of this county"),
        Reason.SUSPENDED: ("期限中止，不计入", "clock stopped, not counted"),
        Reason.CORRESPONDING_DAY: ("到期月的对应日", "corresponding day of the month"),
        Reason.CLAMPED_TO_MONTH_END: ("到期月无对应日，取月末日", "no such day in the month, its last day"),
        Reason.MOVED_BY_SUSPENSION: ("按中止天数后移", "moved on by the days the clock stood"),
        Reason.ROLLED_TO_WORKING_DAY: ("顺延至下一工作日", "moved to the next working day"),
        Reason.YEARLY_DAY: ("每年的到期日", "day of the year on which it is due"),
        Reason.STATED_DATE: ("函件载明的日期", "date stated in the letter"),
        Reason.OPENS: ("自此日起方可进行", "may happen from this day on"),
    }
)
"""What a person reads for each reason: Chinese, English."""

_WEEKDAYS = (
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
)


def as_json(due: Due) -> dict[str, object]:
    """The explanation as an object that `json.dumps` takes; dates are ISO 8601, absent dates are null."""
    return {
        "rule": {"kind": due.rule.kind.value, "length": due.rule.length, "roll": due.rule.roll},
        "start": due.start.isoformat(),
        "due_date": _iso(due.due_date),
        "original_due_date": _iso(due.original_due_date),
        "opens_on": _iso(due.opens_on),
        "provisional": due.provisional,
        "missing_years": list(due.missing_years),
        "extension": due.extension,
        "suspended": due.suspended,
        "suspensions": [
            {"first_day": stop.first_day.isoformat(), "resumes_on": _iso(stop.resumes_on)} for stop in due.suspensions
        ],
        "summary_zh": summary(due, "zh"),
        "summary_en": summary(due, "en"),
        "days": [_day(step) for step in due.days],
    }


def as_lines(due: Due, language: str = "zh") -> list[str]:
    """The explanation for a terminal or a printed page: the result first, then one line for each day."""
    lines = [summary(due, language)]
    if due.original_due_date != due.due_date and due.original_due_date is not None:
        label = "原定期限" if language == "zh" else "Original date"
        lines.append(f"{label} {day_text(due.original_due_date, language)}")
    counted = 0
    for step in due.days:
        counted += step.counted
        mark = f"{counted:>3}" if step.counted else "  -"
        doubt = _pick("（暂定）", " (provisional)", language) if step.provisional else ""
        lines.append(f"{mark}  {day_text(step.date, language)}  {reason_text(step.reason, language)}{doubt}")
    return lines


def summary(due: Due, language: str = "zh") -> str:
    """One sentence: the rule, the start, and the date or why there is none."""
    start = day_text(due.start, language)
    rule = _rule_text(due, language)
    result = _result_text(due, language)
    return _pick(f"自 {start} 起{rule}：{result}", f"{rule} from {start}: {result}", language)


def reason_text(reason: Reason, language: str = "zh") -> str:
    """What a person reads for `reason`."""
    return _pick(*REASON_TEXTS[reason], language)


def day_text(day: date, language: str = "zh") -> str:
    """A date with its day of the week."""
    weekday = _pick(*_WEEKDAYS[day.weekday()], language)
    return _pick(f"{day.isoformat()}（{weekday}）", f"{day.isoformat()} ({weekday})", language)


def _result_text(due: Due, language: str) -> str:
    if due.suspended:
        return _pick("期限中止，恢复前无到期日", "clock stopped, no date until it resumes", language)
    if due.opens_on is not None:
        opens = day_text(due.opens_on, language)
        return _pick(f"不早于 {opens}", f"not before {opens}", language)
    if due.due_date is None:
        return _pick("无固定期限，只显示已历天数", "no fixed date, only an age", language)
    text = day_text(due.due_date, language)
    if not due.provisional:
        return text
    years = "、".join(str(year) for year in due.missing_years)
    years_en = ", ".join(str(year) for year in due.missing_years)
    return _pick(
        f"{text}，暂定（{years} 年放假安排未载入），不据此认定逾期",
        f"{text}, provisional (calendar of {years_en} not loaded); nobody is late on it",
        language,
    )


def _rule_text(due: Due, language: str) -> str:
    length = due.rule.length + due.extension
    chinese, english = {
        RuleKind.WORKING_DAY: (f" {length} 个工作日", f"{length} working days"),
        RuleKind.MONTH: (f" {length} 个月", f"{length} months"),
        RuleKind.YEAR: ("每年", "every year"),
        RuleKind.STATED: _stated_text(due.extension),
        RuleKind.NOT_BEFORE: (f"满 {length} 个月", f"after {length} months"),
        RuleKind.PROMPTLY: ("及时办理", "promptly"),
    }[due.rule.kind]
    return _pick(chinese, english, language)


def _stated_text(extension: int) -> tuple[str, str]:
    if not extension:
        return "按函件载明日期", "on the date stated in the letter"
    return (
        f"按函件载明日期延长 {extension} 个工作日",
        f"{extension} working days after the date stated in the letter",
    )


def _day(step: DayStep) -> dict[str, object]:
    return {
        "date": step.date.isoformat(),
        "counted": step.counted,
        "reason": step.reason.value,
        "provisional": step.provisional,
        "reason_zh": reason_text(step.reason, "zh"),
        "reason_en": reason_text(step.reason, "en"),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _pick(chinese: str, english: str, language: str) -> str:
    return chinese if language == "zh" else english
