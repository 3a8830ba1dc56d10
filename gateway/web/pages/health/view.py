"""What the health page shows: the node's own standing, its channels, and what waits for an operator's decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.language.marking import N_
from gateway.visit import Visit
from gateway.web.ages import age
from guantong.node.v1 import operations_service_pb2 as pb
from guantong.node.v1 import status_service_pb2 as status
from services.chassis.clock import beijing_date
from services.chassis.timestamps import instant

HALTS: Mapping[str, str] = MappingProxyType(
    {
        "peer_is_ahead": N_("正在取回对方持有的本单位函件"),
        "histories_differ": N_("双方记录不一致"),
        "restored": N_("恢复后等待对方交还"),
        "letters_lost": N_("双方均无其间函件"),
    }
)
_BACKUP_OLD = timedelta(days=2)
_CHECK_OLD = timedelta(days=3)
_NEXT_YEAR_FROM_MONTH = 12
"""The official calendar of a year is published in the November before."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about the node: what, how it stands, and in which tone; no tone for what is neither good nor bad."""

    name: str
    text: str
    tone: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """Where the node stands with one body."""

    name: str
    sent: int
    receipted: int
    gap: int
    waiting: str
    receipt: Timestamp | None
    stored: int
    backlog: int
    heard: str
    tone: str
    state: str


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One open alarm; a lasting one closes by itself."""

    alarm_id: str
    text: str
    peer: str
    reason: str
    first: Timestamp
    last: Timestamp
    count: int
    lasting: bool


@dataclass(frozen=True, slots=True)
class ParkedLine:
    """A stored letter whose handling failed, or that waits behind one."""

    letter_id: str
    sender: str
    kind: str
    reason: str
    stored: Timestamp
    attempts: int
    waiting: bool


@dataclass(frozen=True, slots=True)
class FrameLine:
    """A frame that was not believed."""

    quarantine_id: str
    sender: str
    reason: str
    remedy: str
    last: Timestamp
    count: int
    kept: bool


def facts(visit: Visit, found: status.GetStatusResponse) -> list[Fact]:
    """How the node stands, line by line; what is not known is said to be that."""
    now = instant(found.now)
    return [
        Fact(visit.say("总线"), *_connected(visit, found.bus_connected)),
        _check(visit, found, now),
        _backup(visit, found, now),
        _calendar(visit, found, now),
        Fact(visit.say("单位名录"), visit.say("第 %(number)s 版", number=found.grounds.directory_version)),
        Fact(visit.say("规则摘要"), found.grounds.rulebook_digest[:12]),
        Fact(visit.say("程序版本"), found.version, more=visit.say("演示县") if found.demo else ""),
        Fact(visit.say("日志条目"), visit.formats.number(found.journal_entry_count)),
        Fact(visit.say("已处理来函"), visit.formats.number(found.applied_count)),
        Fact(
            visit.say("附件"),
            visit.say(
                "待到 %(waiting)s, 不得打开 %(refused)s",
                waiting=found.attachments_waiting_count,
                refused=found.attachments_refused_count,
            ),
        ),
    ]


def channels(visit: Visit, found: Iterable[pb.Channel], now: datetime) -> list[ChannelLine]:
    """Every body of the directory, in its order."""
    return [_channel(visit, one, now) for one in found]


def alarms(visit: Visit, found: Iterable[pb.Alarm]) -> list[AlarmLine]:
    """Open alarms, newest first."""
    return [
        AlarmLine(
            one.alarm_id,
            visit.pick(one.text, one.text_en),
            visit.name_of(one.peer),
            one.reason,
            one.first_time,
            one.last_time,
            one.count,
            one.lasting,
        )
        for one in found
    ]


def parked(visit: Visit, found: Iterable[pb.ParkedLetter]) -> list[ParkedLine]:
    """Letters that stand still, oldest first."""
    return [
        ParkedLine(
            one.letter_id,
            visit.name_of(one.sender),
            visit.kind_name(one.kind) if one.kind else visit.say("函件"),
            one.reason or visit.say("等待前件"),
            one.stored_time,
            one.attempt_count,
            one.waiting,
        )
        for one in found
    ]


def frames(visit: Visit, found: Iterable[pb.QuarantinedFrame]) -> list[FrameLine]:
    """Frames nobody decided about, newest first."""
    return [
        FrameLine(
            one.quarantine_id,
            visit.name_of(one.claimed_sender),
            one.reason,
            visit.pick(one.remedy, one.remedy_en),
            one.last_time,
            one.count,
            one.kept,
        )
        for one in found
    ]


def _connected(visit: Visit, connected: bool) -> tuple[str, str]:  # noqa: FBT001 - a field of the contract
    return (visit.say("已连接"), "good") if connected else (visit.say("未连接, 函件在本节点等待"), "late")


def _check(visit: Visit, found: status.GetStatusResponse, now: datetime) -> Fact:
    name = visit.say("日志核验")
    if not found.HasField("journal_check"):
        return Fact(name, visit.say("尚未核验"), "off")
    check, at = found.journal_check, instant(found.journal_check.check_time)
    more = visit.say("%(when)s, 共 %(count)s 条", when=visit.formats.when(at), count=check.entry_count)
    if not check.sound:
        return Fact(name, visit.say("发现问题"), "late", more)
    return Fact(name, visit.say("完好"), "good" if now - at <= _CHECK_OLD else "soon", more)


def _backup(visit: Visit, found: status.GetStatusResponse, now: datetime) -> Fact:
    name = visit.say("最近备份")
    if not found.HasField("last_backup_time"):
        return Fact(name, visit.say("没有备份"), "soon")
    at = instant(found.last_backup_time)
    told = visit.say("%(age)s前", age=age(visit, (now - at).total_seconds()))
    return Fact(name, told, "good" if now - at <= _BACKUP_OLD else "soon", visit.formats.when(at))


def _calendar(visit: Visit, found: status.GetStatusResponse, now: datetime) -> Fact:
    name, today, years = visit.say("工作日历"), beijing_date(now), set(found.grounds.calendar_years)
    wanted = {today.year, today.year + (today.month >= _NEXT_YEAR_FROM_MONTH)}
    told = _years(sorted(years))
    if wanted <= years:
        return Fact(name, told, "good")
    missing = "、".join(map(str, sorted(wanted - years)))
    return Fact(name, visit.say("缺 %(years)s 年, 期限暂定", years=missing), "soon", told)


def _years(years: Sequence[int]) -> str:
    whole = bool(years) and years[-1] - years[0] == len(years) - 1
    return f"{years[0]}–{years[-1]}" if whole and len(years) > 1 else "、".join(map(str, years))


def _channel(visit: Visit, one: pb.Channel, now: datetime) -> ChannelLine:
    def since(name: str) -> str:
        return age(visit, (now - instant(getattr(one, name))).total_seconds()) if one.HasField(name) else ""  # type: ignore[arg-type]  # its times

    if one.halted:
        tone, state = "late", visit.say(HALTS.get(one.halted, one.halted))
    elif one.silent:
        tone, state = "late", visit.say("一天以上无音讯")
    elif not one.HasField("heard_time"):
        tone, state = "off", visit.say("尚无往来")
    else:
        tone, state = (
            ("wait", visit.say("有函件待回执")) if one.HasField("waiting_since_time") else ("good", N_("正常"))
        )
        state = visit.say(state)
    return ChannelLine(
        name=visit.name_of(one.peer),
        sent=one.sent_count,
        receipted=one.receipted_count,
        gap=one.sent_count - one.receipted_count,
        waiting=since("waiting_since_time"),
        receipt=one.peer_stored_time if one.HasField("peer_stored_time") else None,
        stored=one.stored_count,
        backlog=one.backlog_count,
        heard=since("heard_time"),
        tone=tone,
        state=state,
    )
