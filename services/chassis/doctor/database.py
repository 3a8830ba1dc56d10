"""The database: whether it is there and whole, of which version, and who holds it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from services.chassis.backup.keys import KEY_COLUMNS
from services.chassis.doctor.finding import Finding, fault, fine, note
from services.chassis.storage.lease import FileLock

_LARGE_WAL = 512 * 1024 * 1024


def check_unreachable(database: str, cause: str) -> Finding:
    """It cannot be opened."""
    return fault(
        "database.away",
        (
            f"数据库 {database} 打不开({cause})",
            "节点不能工作; 若文件已损坏, 内容须由备份恢复",
            "检查数据库服务或磁盘; 确认文件损坏后, 移走它并执行 `guantong restore`",
        ),
        (
            f"the database {database} cannot be opened ({cause})",
            "the node cannot work; if the file is damaged, what it held has to come from a backup",
            "look at its server or disk; once sure that it is damaged, move it away and run `guantong restore`",
        ),
    )


def check_absent(database: str) -> Finding:
    """There is none yet."""
    return fault(
        "database.absent",
        (
            f"没有数据库 {database}",
            "节点从未运行, 或数据库已丢失",
            "新建的节点: 直接启动即可; 丢失了: 先 `guantong restore`, 切勿以空数据库启动",
        ),
        (
            f"there is no database {database}",
            "the node never ran, or its database is lost",
            "a new node: just start it; a lost database: `guantong restore` first, never start on an empty one",
        ),
    )


def check_whole(problems: Sequence[str]) -> Finding:
    """What the database's own check found; nothing where there is none to ask."""
    if problems:
        return fault(
            "database.damaged",
            (
                f"数据库自检发现损坏: {problems[0]}",
                "部分内容可能已不可读, 继续写入会扩大损坏",
                "立即停止节点, 留存文件副本, 由备份恢复: `guantong restore`",
            ),
            (
                f"the database's own check finds damage: {problems[0]}",
                "some of it may not be readable, and writing on makes it worse",
                "stop the node at once, keep a copy of the file, restore a backup: `guantong restore`",
            ),
        )
    return fine("database.whole", "数据库自检通过", "the database's own check finds nothing")


def check_version(*, current: bool) -> Finding:
    """Whether the tables are this program's."""
    if current:
        return fine("database.version", "数据表版本与程序一致", "the tables are of this program's version")
    return note(
        "database.version_differs",
        (
            "数据表版本与本程序不一致",
            "程序升级后尚未启动过节点, 或程序比数据库旧",
            "启动节点即自动升级; 若程序较旧, 请先升级程序",
        ),
        (
            "the tables are of another version than this program",
            "the node has not run since the program was updated, or the program is older",
            "starting the node brings them up to date; update the program if it is the older one",
        ),
    )


@dataclass(frozen=True, slots=True)
class Held:
    """Whether a process holds the database now."""

    running: bool
    wal_bytes: int = 0


def held_sqlite(file: Path) -> Held:
    """Of a SQLite database: asked of its lock, which is let go at once."""
    lock = FileLock(file)
    free = lock.take()
    lock.release()
    wal = file.with_name(file.name + "-wal")
    return Held(not free, wal.stat().st_size if wal.exists() else 0)


def held_postgres(connection: sa.Connection) -> Held:
    """Of a PostgreSQL database: its advisory locks."""
    query = sa.text(
        "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
        "WHERE l.locktype = 'advisory' AND d.datname = current_database()"
    )
    return Held(bool(connection.scalar(query)))


def check_held(held: Held) -> list[Finding]:
    """Whether the node runs, and whether its log of changes is kept short."""
    running = (
        fine("node.running", "节点正在运行(持有数据库)", "the node runs and holds the database")
        if held.running
        else note(
            "node.stopped",
            (
                "节点没有运行",
                "本单位收不到也发不出函件",
                "启动节点: `guantong node --config node.toml`, 或 `guantong up 县文件夹`",
            ),
            (
                "the node does not run",
                "this body neither gets nor sends letters",
                "start it: `guantong node --config node.toml`, or `guantong up FOLDER` for a county",
            ),
        )
    )
    if held.wal_bytes < _LARGE_WAL:
        return [running]
    size = held.wal_bytes // (1024 * 1024)
    return [
        running,
        note(
            "database.wal",
            (
                f"数据库的预写日志已有 {size} MB",
                "有程序长时间读取未结束(如卡住的备份), 会占满磁盘",
                "结束长时间未完的备份或查询",
            ),
            (
                f"the database's write-ahead log has {size} MB",
                "something has been reading for long, such as a backup that hangs; the disk will fill",
                "end the backup or query that does not come to an end",
            ),
        ),
    ]


def storage_keys_used(connection: sa.Connection, tables: Collection[str]) -> frozenset[str]:
    """The ids of the storage keys that rows name."""
    used: set[str] = set()
    for name in KEY_COLUMNS.keys() & set(tables):
        column: sa.ColumnClause[str] = sa.column("storage_key_id")
        used.update(connection.scalars(sa.select(column).select_from(sa.table(name)).distinct()))
    return frozenset(used)
