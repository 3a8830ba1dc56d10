"""What the board shows: a row for each body, its sums, what is late by article, and the lines of its trend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from markupsafe import Markup

from gateway.language.marking import N_
from gateway.visit import Visit
from gateway.web.ages import age
from gateway.web.charts import Line, bar_chart, line_chart
from guantong.exchange.v1 import body_status_pb2 as told
from guantong.inspection.v1 import rounds_service_pb2 as rounds
from guantong.node.v1 import board_service_pb2 as pb
from guantong.node.v1 import responsiveness_service_pb2 as prompt
from services.chassis.clock import BEIJING, beijing_date
from services.chassis.timestamps import instant

EVIDENCE: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        pb.EVIDENCE_HEARD: ("good", N_("在线")),
        pb.EVIDENCE_SILENT: ("late", N_("无音讯")),
        pb.EVIDENCE_NEVER_HEARD: ("late", N_("从未收到")),
        pb.EVIDENCE_UNREADABLE: ("late", N_("状态无法读取")),
    }
)
CONCERNS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        pb.CONCERN_JOURNAL_FAULTY: ("late", N_("日志核验有误")),
        pb.CONCERN_HALTED: ("late", N_("有通道停发")),
        pb.CONCERN_PEER_SILENT: ("soon", N_("有单位未应答")),
        pb.CONCERN_GROUNDS_DIFFER: ("soon", N_("规则、名录或日历不同")),
        pb.CONCERN_CLOCK_DIFFERS: ("soon", N_("时钟相差较大")),
        pb.CONCERN_JOURNAL_UNCHECKED: ("off", N_("日志三天未核验")),
    }
)
"""What has no column of its own."""
GRADES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        prompt.RESPONSIVENESS_GRADE_GOOD: ("good", N_("良好")),
        prompt.RESPONSIVENESS_GRADE_FAIR: ("soon", N_("一般")),
        prompt.RESPONSIVENESS_GRADE_POOR: ("late", N_("较差")),
        prompt.RESPONSIVENESS_GRADE_TOO_FEW: ("off", N_("件数太少, 不评")),
    }
)
DAYS = (14, 30, 90, 365)
"""How far back a trend may go; a round goes back to the day its targets were fixed."""
_USUAL = DAYS[1]
_FURTHEST = 800
_ROUNDS = 2
_FULL = 10_000


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as tone and word."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One body. `figures` is None where nothing is known; `old` says that they are what was, not what is."""

    name: str
    evidence: Mark
    heard: str
    figures: Figures | None
    old: bool
    concerns: tuple[Mark, ...]
    newer: bool
    attention: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of one body, or of all together; `oldest` is in working days, None where nothing waits."""

    waiting: int
    late: int
    oldest: int | None
    backlog: int
    gap: int
    parked: int
    quarantined: int
    alarms: int
    named: int | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """Late duties under one article."""

    article: str
    count: int


@dataclass(frozen=True, slots=True)
class Trend:
    """A picture and the table that says the same."""

    chart: Markup
    days: tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """How promptly one body signs for and answers."""

    name: str
    signed: str
    signing_days: str
    answered: str
    answering_days: str
    undated: int
    grade: Mark


def rows(visit: Visit, found: pb.ListBodyStatusesResponse) -> list[Row]:
    """The bodies in the directory's order."""
    return [_row(visit, one) for one in found.rows]


def sums(found: Iterable[pb.BodyRow]) -> Figures:
    """All that is known, added up; old figures too, for the letters they stand for have not gone away."""
    known = [_figures(one.status) for one in found if one.HasField("status")]
    ages = [one.oldest for one in known if one.oldest is not None]
    return Figures(
        waiting=sum(one.waiting for one in known),
        late=sum(one.late for one in known),
        oldest=max(ages, default=None),
        backlog=sum(one.backlog for one in known),
        gap=sum(one.gap for one in known),
        parked=sum(one.parked for one in known),
        quarantined=sum(one.quarantined for one in known),
        alarms=sum(one.alarms for one in known),
    )


def late_by_article(found: Iterable[told.ArticleCount]) -> list[Late]:
    """The articles with most that is late first."""
    return sorted((Late(one.article_id, one.count) for one in found), key=lambda one: (-one.count, one.article))


def late_chart(found: Sequence[Late]) -> Markup:
    """The same as a picture."""
    return bar_chart([(one.article, one.count) for one in found[:12]])


def trend(visit: Visit, points: Iterable[pb.TrendPoint], since: date, today: date) -> Trend | None:
    """What waited and what was late, all bodies together, day by day; None where there is no day yet.

    A day without a word of anybody is left out of the line.
    """
    sums_of: dict[date, tuple[int, int, int]] = {}
    for point in points:
        day = beijing_date(instant(point.begin_time))
        waiting, late, bodies = sums_of.get(day, (0, 0, 0))
        sums_of[day] = (waiting + point.waiting_count, late + point.late_count, bodies + 1)
    if not sums_of:
        return None
    first = max(since, min(sums_of))
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    lines = [
        Line(visit.say("应办"), [sums_of[day][0] if day in sums_of else None for day in days]),
        Line(visit.say("超期"), [sums_of[day][1] if day in sums_of else None for day in days]),
    ]
    chart = line_chart([f"{day.month}-{day.day}" for day in days], lines)
    told_days = tuple((day.isoformat(), *sums_of[day]) for day in sorted(sums_of, reverse=True))
    return Trend(chart, told_days)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time that the trend is offered for."""

    text: str
    path: str
    on: bool


def spans(visit: Visit, since: date, today: date, found: Iterable[rounds.Round]) -> list[Span]:
    """So many days, and the rounds whose targets are fixed, the latest first."""
    fixed = sorted((one for one in found if one.targets_fixed_date), key=lambda one: one.targets_fixed_date)[-_ROUNDS:]
    offered = [
        *((visit.say("%(count)s 天", count=days), _first(today, days).isoformat()) for days in DAYS),
        *((one.name, one.targets_fixed_date) for one in reversed(fixed)),
    ]
    return [Span(text, f"/board?since={day}", day == since.isoformat()) for text, day in offered]


def beginning(since: str, today: date) -> date:
    """The first day of the trend; what is no day, or too far back, gives the usual length."""
    try:
        wanted = date.fromisoformat(since)
    except ValueError:
        return _first(today, _USUAL)
    return wanted if 0 <= (today - wanted).days < _FURTHEST else _first(today, _USUAL)


def midnight(day: date) -> datetime:
    """When the day began in Beijing."""
    return datetime.combine(day, time(), BEIJING)


def _first(today: date, days: int) -> date:
    return today - timedelta(days=days - 1)


def promptness(visit: Visit, found: Iterable[prompt.ResponsivenessRow]) -> list[Prompt]:
    """The rows in the node's order, this body's own first."""
    return [_prompt(visit, one) for one in found]


def _row(visit: Visit, one: pb.BodyRow) -> Row:
    tone, text = EVIDENCE.get(one.evidence, ("late", N_("无音讯")))
    known = one.HasField("status")
    concerns = tuple(Mark(CONCERNS[c][0], visit.say(CONCERNS[c][1])) for c in one.concerns if c in CONCERNS)
    ages = one.heard_age if one.HasField("heard_age") else one.stored_age if one.HasField("stored_age") else None
    return Row(
        name=visit.name_of(one.body),
        evidence=Mark(tone, visit.say(text)),
        heard=age(visit, ages.seconds) if ages is not None else "",
        figures=_figures(one.status) if known else None,
        old=known and one.evidence != pb.EVIDENCE_HEARD,
        concerns=concerns,
        newer=one.newer,
        attention=tone == "late" or any(mark.tone == "late" for mark in concerns) or one.status.work.late_count > 0,
    )


def _figures(status: told.BodyStatus) -> Figures:
    work, sound = status.work, status.soundness
    return Figures(
        waiting=work.waiting_count,
        late=work.late_count,
        oldest=work.oldest_waiting_working_days if work.HasField("oldest_waiting_working_days") else None,
        backlog=sum(peer.backlog_count for peer in status.peers),
        gap=sum(peer.gap_count for peer in status.peers),
        parked=sound.parked_count,
        quarantined=sound.quarantined_count,
        alarms=sound.alarm_count,
        named=work.named_persons_waiting_count if work.HasField("named_persons_waiting_count") else None,
    )


def _prompt(visit: Visit, one: prompt.ResponsivenessRow) -> Prompt:
    tone, text = GRADES.get(one.grade, ("off", N_("件数太少, 不评")))
    signed = one.signed_in_time_count + one.signed_late_count + one.unsigned_late_count
    dated = one.answered_in_time_count + one.answered_late_count + one.unanswered_late_count
    signing = one.average_signing_hundredths if one.HasField("average_signing_hundredths") else None
    answering = one.average_answering_hundredths if one.HasField("average_answering_hundredths") else None
    return Prompt(
        name=visit.name_of(one.body),
        signed=_share(visit, one.signed_in_time_count, signed),
        signing_days=_average(visit, signing),
        answered=_share(visit, one.answered_in_time_count, dated),
        answering_days=_average(visit, answering),
        undated=one.undated_count,
        grade=Mark(tone, visit.say(text)),
    )


def _share(visit: Visit, part: int, whole: int) -> str:
    """Always with its base."""
    if not whole:
        return visit.say("无")
    tenths = (part * _FULL // whole + 5) // 10
    return visit.say(
        "%(part)s / %(whole)s 件 (%(percent)s%%)", part=part, whole=whole, percent=f"{tenths // 10}.{tenths % 10}"
    )


def _average(visit: Visit, hundredths: int | None) -> str:
    return visit.say("无") if hundredths is None else f"{hundredths / 100:.2f}"


@dataclass(frozen=True, slots=True)
class Node:
    """One body's node, as operators look at it."""

    name: str
    evidence: Mark
    heard: str
    version: str
    check: Mark
    journal: int | None
    same: Mark
    backup: str
    concerns: tuple[Mark, ...]


def nodes(visit: Visit, found: pb.ListBodyStatusesResponse) -> list[Node]:
    """Every body's node, in the directory's order."""
    return [_node(visit, one, row) for one, row in zip(found.rows, rows(visit, found), strict=True)]


def _node(visit: Visit, one: pb.BodyRow, row: Row) -> Node:
    sound, known = one.status.soundness, one.HasField("status")
    if not sound.HasField("journal_check"):
        check = Mark("off", visit.say("尚未核验") if known else visit.say("不详"))
    elif sound.journal_check.sound:
        check = Mark("good", visit.formats.when(sound.journal_check.check_time))
    else:
        check = Mark("late", visit.say("发现问题"))
    differs = pb.CONCERN_GROUNDS_DIFFER in one.concerns
    same = Mark("soon", visit.say("不同")) if differs else Mark("good", visit.say("一致"))
    return Node(
        name=row.name,
        evidence=row.evidence,
        heard=row.heard,
        version=one.status.version,
        check=check,
        journal=sound.journal_entry_count if known else None,
        same=same if known else Mark("off", visit.say("不详")),
        backup=visit.formats.when(sound.backup_time) if sound.HasField("backup_time") else "",
        concerns=row.concerns,
    )
