"""What a request letter asks for: sections, the period each looks back on, and the words around them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.chassis.calendar.dues import add_months

KIND_NAMES: Mapping[str, str] = {
    "routine": "常规巡察",
    "special": "专项巡察",
    "mobile": "机动巡察",
    "upgraded": "提级巡察",
    "cross": "交叉巡察",
    "look_back": "巡察“回头看”",
    "linked": "上下联动巡察",
}

CONFIDENTIALITY = (
    "本函及所列单位名单属工作秘密, 仅限承办人员知悉, 不得抄送其他单位, 不得向被巡察单位透露。"
    "函复内容不得出现信访举报人身份信息。"
)
DELIVERY = "请逐单位、逐项函复; 无相关情况、不掌握或仅作口头通报的, 请分别注明。函复须经主要负责同志签发。"


@dataclass(frozen=True)
class LookBackRule:
    """How far back a section reaches: from the letter, or from the unit's last inspection, at most so many months."""

    since_last_inspection: bool
    months: int
    plus_open: bool = False


@dataclass(frozen=True)
class Period:
    """The period asked about, both days included."""

    first: date
    last: date


def period_for(rule: LookBackRule, letter_date: date, last_inspected: date | None) -> Period:
    """The period of one section for one unit, ending with the letter.

    Where it starts at the last inspection it never reaches further back than the rule's months.
    """
    earliest = add_months(letter_date, -rule.months)
    if rule.since_last_inspection and last_inspected is not None:
        earliest = max(earliest, min(last_inspected, letter_date))
    return Period(earliest, letter_date)


def widest(periods: Sequence[Period]) -> Period:
    """One period that holds all of `periods`: a letter names one per section for all its units."""
    return Period(min(one.first for one in periods), max(one.last for one in periods))


@dataclass(frozen=True)
class SectionWanted:
    """One section of a request as the letter names it."""

    code: str
    title: str
    article: str
    period: Period | None
    guidance: str


@dataclass(frozen=True)
class UnitQuestion:
    """A question a team wants answered about one unit, put to one body."""

    unit_id: str
    body: str
    text: str


def guidance_for(
    contents: Sequence[str], rule: LookBackRule | None, periods: Mapping[str, Period], overall: Period | None
) -> str:
    """What exactly is wanted: contents, and for units whose period is shorter than the letter's, from when on."""
    parts = ["; ".join(contents)] if contents else []
    if rule is not None and rule.plus_open:
        parts.append("此前尚未整改的问题一并列出")
    shorter = [f"{name}自{period.first.isoformat()}起" for name, period in periods.items() if period != overall]
    if shorter:
        parts.append("其中" + "、".join(shorter))
    return "。".join(parts) + ("。" if parts else "")


def request_purpose(round_name: str, kind: str, site_from: date | None, questions: Sequence[tuple[str, str]]) -> str:
    """Why the material is asked for, with the questions of the teams, each with the name of its unit."""
    start = f"拟于{zh_date(site_from)}起" if site_from else "拟"
    text = f"按照{round_name}安排, {start}对所列单位开展{KIND_NAMES[kind]}。现商请贵单位提供所列单位有关情况。"
    if not questions:
        return text
    numbered = "\n".join(f"{number}. {name}: {words}" for number, (name, words) in enumerate(questions, 1))
    return f"{text}\n并请就下列问题予以说明:\n{numbered}"


def opinion_purpose(round_name: str, kind: str) -> str:
    """Why an opinion is asked for (A1.2b)."""
    return f"{round_name}拟对所列单位开展{KIND_NAMES[kind]}。现就巡察对象征求意见, 请提出需要重点关注的情况和建议。"


def zh_date(day: date) -> str:
    """A date as Chinese prose writes it."""
    return f"{day.year}年{day.month}月{day.day}日"
