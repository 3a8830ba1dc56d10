"""What stands in the database: calendars, the directory, and where the node is with its peers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from google.protobuf.message import DecodeError

from guantong.exchange.v1 import receipt_pb2
from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import beijing_date
from services.chassis.doctor.finding import Finding, fault, fine, note
from services.chassis.exchange import receipts, wire
from services.chassis.exchange.errors import RefusedError
from services.chassis.exchange.standing import Snapshot
from services.chassis.exchange.tables import CHANNELS
from services.chassis.journal.store import JOURNAL

_LATELY = timedelta(hours=1)
_NEXT_YEAR_FROM, _NEXT_YEAR_AT_LAST = 11, (12, 15)
_RECEIPTS_LOOKED_AT = 200


def check_calendars(calendar: WorkingCalendar, now: datetime) -> list[Finding]:
    """This year's official table, and from November on the next year's."""
    today = beijing_date(now)
    found = []
    if today.year not in calendar.tables:
        found.append(_calendar_missing(today.year, at_last=True))
    if today.month >= _NEXT_YEAR_FROM and today.year + 1 not in calendar.tables:
        found.append(_calendar_missing(today.year + 1, at_last=(today.month, today.day) >= _NEXT_YEAR_AT_LAST))
    years = ", ".join(str(year) for year in sorted(calendar.tables)[-2:])
    return found or [fine("calendar.loaded", f"工作日历齐全({years})", f"calendars are loaded ({years})")]


def _calendar_missing(year: int, *, at_last: bool) -> Finding:
    say = fault if at_last else note
    return say(
        f"calendar.missing_{year}",
        (
            f"没有 {year} 年的官方工作日历",
            f"落在 {year} 年的期限只是暂定, 不计逾期",
            f"国务院办公厅发布后, 写成文件并 `guantong calendar load {year}.toml`; 各单位载入同一文件",
        ),
        (
            f"the official calendar of {year} is missing",
            f"dates in {year} are provisional, and nobody is late on them",
            f"once it is published: `guantong calendar load {year}.toml`, the same file at every body",
        ),
    )


def peers_directory(connection: sa.Connection) -> int:
    """The highest version of the directory that peers named in receipts of late; 0 for none."""
    kinds = (receipts.RECEIPTED, receipts.LOWERED, receipts.RESUMED, receipts.HALTED)
    query = sa.select(JOURNAL.c.payload).where(JOURNAL.c.kind.in_(kinds)).order_by(JOURNAL.c.sequence.desc())
    versions = [0]
    for payload in connection.scalars(query.limit(_RECEIPTS_LOOKED_AT)):
        try:
            statement = receipt_pb2.Receipt.FromString(payload).statement
            versions.append(wire.decode_receipt(statement).directory_version)
        except (DecodeError, RefusedError):
            continue  # the journal's own check is for that
    return max(versions)


def check_directory(version: int, peers: int) -> Finding:
    """The directory in force against what peers named."""
    if peers > version:
        return fault(
            "directory.behind",
            (
                f"本节点的单位名录是第 {version} 版, 有单位已用第 {peers} 版",
                "可能不认识新密钥或已吊销的密钥",
                "名录会经总线自动送达; 若仍如此, 请向巡察办索取并 `guantong directory load FILE`",
            ),
            (
                f"the directory here is version {version}; a peer already has {peers}",
                "new or revoked keys may not be known here",
                "it comes over the bus by itself; if not, ask the inspection office: `guantong directory load FILE`",
            ),
        )
    return fine("directory.newest", f"单位名录第 {version} 版", f"the directory in force is version {version}")


def check_peers(stands: Snapshot, now: datetime) -> list[Finding]:
    """Channels that stand still or are silent, and letters that wait for people."""
    found = [*_channels(stands, now), *_set_apart(stands)]
    waiting = sum(one.gap for one in stands.channels)
    return found or [
        fine(
            "peers.fine",
            f"与 {len(stands.channels)} 个单位往来正常, {waiting} 件待回执",
            f"all well with {len(stands.channels)} peers, {waiting} letters without receipt yet",
        )
    ]


def _channels(stands: Snapshot, now: datetime) -> Iterator[Finding]:
    for one in stands.channels:
        if one.halted is not None:
            yield fault(
                f"peers.halted_{one.peer}",
                (
                    f"与 {one.peer} 的通道已停发({one.halted})",
                    "新函件不发往该单位, 直到双方记录一致",
                    "`guantong channels` 看原因; 若本节点由旧副本恢复: `guantong restored --reason WHY`",
                ),
                (
                    f"the channel with {one.peer} stands still ({one.halted})",
                    "nothing new goes there until both records agree",
                    "`guantong channels` tells why; if this came from an old copy: `guantong restored --reason WHY`",
                ),
            )
        if one.silent(now):
            heard = f"{one.heard_at:%Y-%m-%d}" if one.heard_at else "-"
            yield note(
                f"peers.silent_{one.peer}",
                (
                    f"{one.gap} 件函件等待 {one.peer}, 最近音讯 {heard}",
                    "对方节点可能停了",
                    "电话联系; 必要时改用纸质送达",
                ),
                (
                    f"{one.gap} letters wait for {one.peer}, last heard {heard}",
                    "its node may be down",
                    "telephone; deliver on paper if need be",
                ),
            )


def _set_apart(stands: Snapshot) -> Iterator[Finding]:
    if stands.parked:
        yield fault(
            "peers.parked",
            (
                f"{stands.parked} 件函件已存而未能处理, {stands.waiting} 件在其后等待",
                "它们已有回执, 但未进入办理",
                "`guantong parked` 看原因, 排除后 `guantong parked retry`, 或 `parked set-aside`",
            ),
            (
                f"{stands.parked} letters are stored and could not be handled, {stands.waiting} wait behind them",
                "they are receipted and nobody works on them",
                "`guantong parked` tells why; then `guantong parked retry`, or `parked set-aside`",
            ),
        )
    if stands.quarantined:
        yield note(
            "peers.quarantined",
            (f"{stands.quarantined} 份来件未通过验证", "可能有人冒充, 或对方密钥已换", "`guantong quarantine` 看原因"),
            (
                f"{stands.quarantined} frames did not verify",
                "somebody may be pretending, or a peer changed its keys",
                "`guantong quarantine` tells why",
            ),
        )


def ahead_of_peers(connection: sa.Connection, now: datetime) -> list[timedelta]:
    """How far our clock was before each peer's when its last receipt came, of those heard within the hour."""
    rows = connection.execute(sa.select(CHANNELS.c.heard_at, CHANNELS.c.receipt_issued_at)).all()
    return [
        row.heard_at - row.receipt_issued_at
        for row in rows
        if row.heard_at is not None and row.receipt_issued_at is not None and now - row.heard_at < _LATELY
    ]
