"""The machine: room on its disks, its clock against those of peers, fonts, versions."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib import metadata
from pathlib import Path

from services.chassis.doctor.finding import Finding, fault, fine, note
from services.chassis.documents.fonts import FontsMissingError, require_chinese

_MEBIBYTE = 1024 * 1024
_FAULT_FREE, _NOTE_FREE = 512 * _MEBIBYTE, 4096 * _MEBIBYTE
_FAULT_SHARE, _NOTE_SHARE = 0.02, 0.10
_FEW_INODES = 10_000
SKEW = timedelta(minutes=2)
_OLDEST_FIRST = timedelta(0)


@dataclass(frozen=True, slots=True)
class Room:
    """What is left on the disk of one folder. `inodes` is None where the file system does not count them."""

    free: int
    total: int
    inodes: int | None

    @classmethod
    def of(cls, folder: Path) -> Room:
        """Of the disk that holds `folder`, or the nearest folder above it that exists."""
        while not folder.exists():
            folder = folder.parent
        found = os.statvfs(folder)
        return cls(
            found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize, found.f_favail if found.f_files else None
        )


def check_room(rooms: Mapping[str, Room]) -> list[Finding]:
    """`rooms` by what lies there: data, log, backup."""
    return [_room(name, room) for name, room in rooms.items()]


def _room(name: str, room: Room) -> Finding:
    zh = {"data": "数据", "log": "日志", "backup": "备份"}.get(name, name)
    left, share = room.free // _MEBIBYTE, room.free / max(room.total, 1)
    do_zh = "清理或扩充该磁盘; 数据库所在磁盘写满后节点拒收拒写, 但不会丢失已存的函件"
    do_en = "make room on that disk; once it is full the node refuses work, and loses nothing that is stored"
    if room.free < _FAULT_FREE or share < _FAULT_SHARE:
        return fault(
            f"disk.full_{name}",
            (f"{zh}所在磁盘只剩 {left} MB({share:.0%})", "很快会写满", do_zh),
            (f"{left} MB ({share:.0%}) are left on the disk of {name}", "it will soon be full", do_en),
        )
    if room.inodes is not None and room.inodes < _FEW_INODES:
        return fault(
            f"disk.inodes_{name}",
            (f"{zh}所在磁盘只能再建 {room.inodes} 个文件", "建不了文件与写满一样", "删除该磁盘上大量的小文件"),
            (
                f"only {room.inodes} more files can be made on the disk of {name}",
                "that is as bad as a full disk",
                "delete masses of small files on it",
            ),
        )
    if room.free < _NOTE_FREE or share < _NOTE_SHARE:
        return note(
            f"disk.filling_{name}",
            (f"{zh}所在磁盘还剩 {left} MB({share:.0%})", "余量不多", do_zh),
            (f"{left} MB ({share:.0%}) are left on the disk of {name}", "that is not much", do_en),
        )
    return fine(f"disk.{name}", f"{zh}所在磁盘还剩 {left} MB({share:.0%})", f"{left} MB ({share:.0%}) left for {name}")


def check_clock(ahead_of_peers: Sequence[timedelta], against_bus: timedelta | None) -> Finding:
    """How far this machine's clock is before others': of each peer heard lately, and of the bus where it told."""
    skews = [*ahead_of_peers] if against_bus is None else [against_bus]
    if not skews:
        return note(
            "clock.unknown",
            ("近来没有听到任何单位或总线的时间", "无法比对本机时钟", "与总线连通后再检查; 平时请开启 NTP 校时"),
            (
                "neither the bus nor a peer was heard lately",
                "this machine's clock cannot be compared",
                "look again once the bus is reached; have the machine's clock kept by NTP",
            ),
        )
    skew = sorted(skews)[len(skews) // 2]
    by_zh, by_en = ("总线", "the bus") if against_bus is not None else (f"{len(skews)} 个单位", f"{len(skews)} peers")
    seconds = round(skew / timedelta(seconds=1))
    if abs(skew) > SKEW:
        way = ("快", "ahead of") if skew > _OLDEST_FIRST else ("慢", "behind")
        return fault(
            "clock.skewed",
            (
                f"本机时钟比{by_zh}{way[0]} {abs(seconds)} 秒",
                "函件和回执的时间会不可信, 偏差再大对方将拒收",
                "timedatectl set-ntp true(或配置 chrony), 校准后重新启动节点",
            ),
            (
                f"this machine's clock is {abs(seconds)} s {way[1]} that of {by_en}",
                "times of letters and receipts are not to be trusted; with more, peers refuse them",
                "timedatectl set-ntp true (or set up chrony), then start the node again",
            ),
        )
    return fine("clock.right", f"本机时钟与{by_zh}相差 {seconds} 秒", f"the clock is {seconds} s off that of {by_en}")


def check_fonts(extra: Path | None = None) -> Finding:
    """Whether letters can be printed."""
    try:
        require_chinese(extra)
    except FontsMissingError as error:
        return note(
            "fonts.missing",
            ("没有中文字体", "打印的 PDF 会是方框", error.text("zh")),
            ("no font has Chinese characters", "printed PDFs would show boxes", error.text("en")),
        )
    return fine("fonts.there", "有中文字体, 可以打印", "there are fonts with Chinese characters")


def check_versions(database: Iterable[str]) -> Finding:
    """What runs here; for whoever is asked for help."""
    program = metadata.version("guantong")
    parts = ", ".join([f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}", *database])
    return fine("versions.told", f"贯通 {program}; {parts}", f"guantong {program}; {parts}")
