"""Backups: set up, recent, complete, off the disk they protect, and without keys that were destroyed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from services.chassis.backup.errors import BackupError
from services.chassis.backup.folder import ARCHIVE, backups_in, outstanding_in, sheet_of
from services.chassis.backup.key import read_public
from services.chassis.backup.keys import Mark
from services.chassis.config import BackupConfig
from services.chassis.doctor.finding import Finding, fault, fine, note

_DO = ("`guantong backup now`; 若失败, 按其提示处理", "`guantong backup now`; if it fails, do what it says")


@dataclass(frozen=True, slots=True)
class BackupsSeen:
    """What lies in the folder of backups. `outstanding` are destroyed keys that still stand in sheets."""

    last: datetime | None
    count: int
    without_sheet: int
    outstanding: int
    same_disk: bool


def look_at_backups(settings: BackupConfig, body: str, data: Path, destroyed: frozenset[Mark]) -> BackupsSeen:
    """Look into the folder; `data` is where the database or the node's folder is.

    Raises:
        BackupDamagedError: a key sheet cannot be read.
        BackupSettingsError: there is no public key.
        OSError: the folder is not there.
    """
    read_public(settings.key)
    folder = settings.folder
    same_disk = folder.stat().st_dev == data.stat().st_dev
    kept = backups_in(folder, body)
    alone = sum(not sheet_of(archive).exists() for archive in folder.glob(f"*{ARCHIVE}"))
    last = kept[-1].header.made_at if kept else None
    return BackupsSeen(last, len(kept), alone, outstanding_in(folder, body, destroyed), same_disk)


def check_not_set() -> Finding:
    """Nobody told the node of backups."""
    return note(
        "backup.not_set",
        (
            "没有设置备份",
            "磁盘损坏时, 收发记录可由各单位交还, 台账、拟稿、账号则全部丢失",
            "`guantong backup key --to 移动介质 --backups 文件夹`, 然后重新启动节点",
        ),
        (
            "backups are not set up",
            "when the disk fails, peers give letters back; ledgers, drafts and accounts are gone",
            "`guantong backup key --to REMOVABLE --backups FOLDER`, then start the node again",
        ),
    )


def check_unusable(problem: str) -> Finding:
    """The folder, a sheet or the public key cannot be used."""
    return fault(
        "backup.unusable",
        (
            f"备份文件夹、密钥单或公钥无法使用: {problem}",
            "不会有新的备份",
            "挂上或修复该文件夹, 然后 `guantong backup now`",
        ),
        (
            f"the folder of backups, a key sheet or the public key cannot be used: {problem}",
            "no new backup is made",
            "mount or mend the folder, then `guantong backup now`",
        ),
    )


def check_backups(seen: BackupsSeen, every_hours: float, now: datetime) -> list[Finding]:
    """Whether the last good one is recent, and whether what was destroyed is gone from the sheets."""
    found = [_last(seen, every_hours, now)]
    if seen.without_sheet:
        found.append(
            note(
                "backup.without_sheet",
                (
                    f"{seen.without_sheet} 份备份旁没有密钥单",
                    "它们恢复不出函件内容",
                    "找回同名 .keys 文件, 或删除这些备份",
                ),
                (
                    f"{seen.without_sheet} archives have no key sheet beside them",
                    "no content of letters comes out of them",
                    "find the .keys files of the same name, or delete these archives",
                ),
            )
        )
    if seen.outstanding:
        found.append(
            fault(
                "backup.outstanding",
                (
                    f"密钥单中还有 {seen.outstanding} 把已依法销毁的密钥",
                    "这些内容仍可由备份恢复, 销毁尚未完成",
                    "`guantong backup strike 文件夹`; 其他介质上的密钥单副本也须逐一执行",
                ),
                (
                    f"{seen.outstanding} keys that were lawfully destroyed still stand in key sheets",
                    "their contents could be restored: the destruction is not complete",
                    "`guantong backup strike FOLDER`, also for every copy of the sheets on other media",
                ),
            )
        )
    if seen.same_disk:
        found.append(
            note(
                "backup.same_disk",
                ("备份与数据在同一磁盘", "磁盘损坏时两者一起丢失", "把 [backup] folder 指向另一磁盘或挂载的存储"),
                (
                    "backups lie on the disk that they are to protect",
                    "when it fails both are lost",
                    "let [backup] folder lie on another disk or on mounted storage",
                ),
            )
        )
    return found


def _last(seen: BackupsSeen, every_hours: float, now: datetime) -> Finding:
    if seen.last is None:
        return fault(
            "backup.never",
            ("还没有一份完好的备份", "磁盘损坏时无从恢复", _DO[0]),
            ("there is no whole backup yet", "nothing could be restored when the disk fails", _DO[1]),
        )
    age = now - seen.last
    hours = int(age / timedelta(hours=1))
    if age > timedelta(hours=2 * every_hours):
        return fault(
            "backup.old",
            (f"最近一份完好的备份在 {hours} 小时前", f"应每 {every_hours:g} 小时一份, 近来的备份没有成功", _DO[0]),
            (
                f"the last whole backup is {hours} hours old",
                f"there should be one every {every_hours:g} hours: the last ones failed",
                _DO[1],
            ),
        )
    return fine(
        "backup.recent",
        f"最近一份完好的备份在 {hours} 小时前, 共 {seen.count} 份",
        f"the last whole backup is {hours} hours old, {seen.count} are kept",
    )


def problem_of(error: BackupError | OSError) -> str:
    """What is wrong, in a few words."""
    if isinstance(error, BackupError):
        return f"{error.facts['file']}: {error.facts['problem']}"
    return f"{Path(error.filename or '').name}: {error.strerror}"
