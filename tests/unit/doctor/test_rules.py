"""Each rule of the doctor, given what was seen, says the level, and in both languages what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.bus.probing import BusSeen, Step
from services.chassis.calendar.tables import OfficialTable
from services.chassis.calendar.working import calendar_of
from services.chassis.doctor import backups, bus, database, exchange, keys, machine
from services.chassis.doctor.backups import BackupsSeen
from services.chassis.doctor.database import Held
from services.chassis.doctor.finding import Finding, Level, worst
from services.chassis.doctor.machine import Room
from services.chassis.exchange.standing import ChannelStanding, Snapshot
from services.chassis.identity.directory import BodyEntry, BodyStatus, Directory
from services.chassis.identity.keys import KeyPair, Keyring, Purpose

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
DAY, GIGABYTE = timedelta(days=1), 1024**3
LAST = BackupsSeen(NOW - DAY / 2, 3, 0, 0, same_disk=False)


def room(free: float, total: float = 100, inodes: int | None = 10**6) -> Room:
    return Room(int(free * GIGABYTE), int(total * GIGABYTE), inodes)


def channel(**more: object) -> Snapshot:
    one = ChannelStanding("audit", 5, 5, NOW, NOW, 3, None)
    return Snapshot((ChannelStanding(**{**_fields(one), **more}),), 0, 0, 0, 0)  # type: ignore[arg-type]


def _fields(one: ChannelStanding) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}


def years(*loaded: int) -> list[OfficialTable]:
    return [OfficialTable(year, "notice", 1, frozenset(), frozenset()) for year in loaded]


def key_pairs() -> list[KeyPair]:
    return [KeyPair.generate(purpose, NOW) for purpose in (Purpose.SIGNING, Purpose.SEALING, Purpose.STORAGE)]


def listed(signing: KeyPair, sealing: KeyPair, until: datetime | None) -> Directory:
    entry = BodyEntry(
        "audit", "审计局", BodyStatus.ACTIVE, (signing.record(NOW, until),), (sealing.record(NOW, until),)
    )
    return Directory("371399", 4, NOW, demo=False, bodies=(entry,), directory_keys=())


PAIRS, OTHERS = key_pairs(), key_pairs()
RING = Keyring.of("audit", *PAIRS)
SILENT = {"receipted": 2, "heard_at": NOW - 3 * DAY, "unreceipted_since": NOW - 2 * DAY}

CASES: list[tuple[list[Finding], str, Level, str]] = [
    (machine.check_room({"data": room(0.3)}), "disk.full_data", Level.FAULT, "扩充该磁盘"),
    (machine.check_room({"log": room(1, 100)}), "disk.full_log", Level.FAULT, "扩充该磁盘"),
    (machine.check_room({"backup": room(50, 100, 9)}), "disk.inodes_backup", Level.FAULT, "删除"),
    (machine.check_room({"data": room(5)}), "disk.filling_data", Level.NOTE, "扩充该磁盘"),
    (machine.check_room({"data": room(50, 100, None)}), "disk.data", Level.FINE, ""),
    ([machine.check_clock([], None)], "clock.unknown", Level.NOTE, "NTP"),
    ([machine.check_clock([timedelta(minutes=4), 4 * DAY, -DAY], None)], "clock.skewed", Level.FAULT, "set-ntp"),
    ([machine.check_clock([timedelta(0)], timedelta(minutes=-3))], "clock.skewed", Level.FAULT, "set-ntp"),
    ([machine.check_clock([timedelta(seconds=1), DAY, -DAY], None)], "clock.right", Level.FINE, ""),
    (keys.check_keys(RING, listed(PAIRS[0], PAIRS[1], None), NOW), "keys.listed", Level.FINE, ""),
    (keys.check_keys(RING, listed(OTHERS[0], PAIRS[1], None), NOW), "keys.not_listed_signing", Level.FAULT, "签发"),
    (keys.check_keys(RING, listed(PAIRS[0], OTHERS[1], None), NOW), "keys.not_listed_sealing", Level.FAULT, "签发"),
    (keys.check_keys(RING, listed(PAIRS[0], PAIRS[1], NOW + 9 * DAY), NOW), "keys.ending_signing", Level.NOTE, "更换"),
    (keys.check_keys(RING, listed(PAIRS[0], PAIRS[1], NOW + 9 * DAY), NOW), "keys.ending_sealing", Level.NOTE, "更换"),
    ([keys.check_storage_keys(RING, ["", PAIRS[2].key_id])], "keys.storage", Level.FINE, ""),
    ([keys.check_storage_keys(RING, ["gone"])], "keys.storage_missing", Level.FAULT, "副本"),
    (
        bus.check_bus(BusSeen(Step.ADDRESS, "refused"), "tls://b", running=True),
        "bus.unreachable",
        Level.FAULT,
        "防火墙",
    ),
    (bus.check_bus(BusSeen(Step.TLS, "unknown ca"), "tls://b", running=True), "bus.tls", Level.FAULT, "authority.crt"),
    (bus.check_bus(BusSeen(Step.LOGIN, "denied"), "tls://b", running=True), "bus.login", Level.FAULT, "bus.toml"),
    (bus.check_bus(BusSeen(Step.IN, missing=True), "tls://b", running=True), "bus.stream_missing", Level.FAULT, "总线"),
    (bus.check_bus(BusSeen(Step.IN, denied={"x"}), "tls://b", running=True), "bus.denied", Level.FAULT, "SIGHUP"),
    (bus.check_bus(BusSeen(Step.IN, waiting={"x"}), "tls://b", running=False), "bus.waiting", Level.NOTE, "启动节点"),
    (bus.check_bus(BusSeen(Step.IN, waiting={"x"}), "tls://b", running=True), "bus.usable", Level.FINE, ""),
    ([database.check_whole([])], "database.whole", Level.FINE, ""),
    ([database.check_whole(["row 3 missing"])], "database.damaged", Level.FAULT, "guantong restore"),
    ([database.check_version(current=True)], "database.version", Level.FINE, ""),
    ([database.check_version(current=False)], "database.version_differs", Level.NOTE, "启动节点"),
    ([database.check_unreachable("node.db", "SQLITE_NOTADB")], "database.away", Level.FAULT, "guantong restore"),
    ([database.check_absent("node.db")], "database.absent", Level.FAULT, "guantong restore"),
    (database.check_held(Held(running=True)), "node.running", Level.FINE, ""),
    (database.check_held(Held(running=False)), "node.stopped", Level.NOTE, "guantong node"),
    (database.check_held(Held(running=True, wal_bytes=GIGABYTE)), "database.wal", Level.NOTE, "备份或查询"),
    (exchange.check_calendars(calendar_of(years(2026)), NOW), "calendar.loaded", Level.FINE, ""),
    (exchange.check_calendars(calendar_of(years(2025)), NOW), "calendar.missing_2026", Level.FAULT, "calendar load"),
    (
        exchange.check_calendars(calendar_of(years(2026)), datetime(2026, 11, 2, tzinfo=UTC)),
        "calendar.missing_2027",
        Level.NOTE,
        "calendar load 2027.toml",
    ),
    (
        exchange.check_calendars(calendar_of(years(2026)), datetime(2026, 12, 20, tzinfo=UTC)),
        "calendar.missing_2027",
        Level.FAULT,
        "calendar load",
    ),
    ([exchange.check_directory(4, 4)], "directory.newest", Level.FINE, ""),
    ([exchange.check_directory(4, 5)], "directory.behind", Level.FAULT, "directory load"),
    (exchange.check_peers(channel(), NOW), "peers.fine", Level.FINE, ""),
    (
        exchange.check_peers(channel(halted="histories_differ"), NOW),
        "peers.halted_audit",
        Level.FAULT,
        "guantong channels",
    ),
    (exchange.check_peers(channel(**SILENT), NOW), "peers.silent_audit", Level.NOTE, "电话"),
    (exchange.check_peers(Snapshot((), 0, 2, 1, 0), NOW), "peers.parked", Level.FAULT, "guantong parked"),
    (exchange.check_peers(Snapshot((), 0, 0, 0, 4), NOW), "peers.quarantined", Level.NOTE, "guantong quarantine"),
    ([backups.check_not_set()], "backup.not_set", Level.NOTE, "guantong backup key"),
    ([backups.check_unusable("gone")], "backup.unusable", Level.FAULT, "guantong backup now"),
    (backups.check_backups(LAST, 24, NOW), "backup.recent", Level.FINE, ""),
    (backups.check_backups(LAST, 24, NOW + 3 * DAY), "backup.old", Level.FAULT, "guantong backup now"),
    (
        backups.check_backups(BackupsSeen(None, 0, 0, 0, same_disk=False), 24, NOW),
        "backup.never",
        Level.FAULT,
        "backup now",
    ),
    (
        backups.check_backups(BackupsSeen(NOW, 1, 2, 0, same_disk=False), 24, NOW),
        "backup.without_sheet",
        Level.NOTE,
        ".keys",
    ),
    (
        backups.check_backups(BackupsSeen(NOW, 1, 0, 5, same_disk=False), 24, NOW),
        "backup.outstanding",
        Level.FAULT,
        "strike",
    ),
    (
        backups.check_backups(BackupsSeen(NOW, 1, 0, 0, same_disk=True), 24, NOW),
        "backup.same_disk",
        Level.NOTE,
        "另一磁盘",
    ),
]


@pytest.mark.parametrize(("findings", "check", "level", "advice"), CASES, ids=[case[1] for case in CASES])
def test_what_is_seen_is_told_with_what_to_do(findings: list[Finding], check: str, level: Level, advice: str):
    (found,) = [one for one in findings if one.check == check]

    assert found.level is level
    assert advice in found.zh.do
    assert found.zh.seen
    assert found.en.seen
    assert found.en.seen.isascii()
    if level is not Level.FINE:
        for said in (found.zh, found.en):
            assert said.means
            assert said.do
        assert found.en.do.isascii()
        assert not found.zh.do.isascii()


def test_the_worst_finding_is_the_exit_code():
    fine, noted, bad = (one[0][0] for one in (CASES[4], CASES[3], CASES[0]))

    assert worst([]) == 0
    assert worst([fine, noted]) == 1
    assert worst([noted, bad, fine]) == 2
    assert [level.words[0] for level in Level] == ["正常", "注意", "故障"]
