"""What can go wrong between a node and its own database."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class StorageError(GuantongError):
    """Base of the errors of the node's own database."""

    reason: ClassVar[str] = "STORAGE"


class DatabaseAwayError(StorageError):
    """The database cannot be reached or cannot write; trying again later helps.

    `outcome` is "nothing" when nothing of the unit was stored, and "unknown" when the connection broke during
    COMMIT, so that only looking again can tell.
    """

    reason: ClassVar[str] = "DATABASE_AWAY"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = (
        "The node's database is away ({cause}); stored of this request: {outcome}. "
        "Check that the database runs and its disk has room, then try again."
    )
    message_zh: ClassVar[str] = (
        "本节点数据库暂不可用({cause});本次请求已存储情况:{outcome}。请确认数据库正在运行、磁盘有剩余空间,然后重试。"
    )


class LeaseHeldError(StorageError):
    """Another process already writes to this database."""

    reason: ClassVar[str] = "LEASE_HELD"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Another process already writes to this database ({database}). "
        "Stop the other copy of this node first; two copies must never run."
    )
    message_zh: ClassVar[str] = (
        "另一个进程正在写入同一数据库({database})。请先停止该节点的另一份副本;同一节点不得同时运行两份。"
    )


class LeaseLostError(StorageError):
    """Another process wrote to this database while this one was cut off from it."""

    reason: ClassVar[str] = "LEASE_LOST"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "Another process took over this database while this one was cut off. "
        "Restart this node, after making sure that only one copy runs."
    )
    message_zh: ClassVar[str] = "本进程断开期间,另一个进程接管了该数据库。请确认只运行一份节点后,重新启动本节点。"


class SchemaMissingError(StorageError):
    """The tables are not there yet."""

    reason: ClassVar[str] = "SCHEMA_MISSING"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "The database has no tables yet. Run the migration first."
    message_zh: ClassVar[str] = "数据库尚未建表。请先执行数据库迁移。"


class SchemaNewerError(StorageError):
    """A newer program has changed the tables; this one would write them wrongly."""

    reason: ClassVar[str] = "SCHEMA_NEWER"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = (
        "The database was changed by a newer program (version {version}). Update this node to that program, or "
        "restore the backup made before; nothing was changed."
    )
    message_zh: ClassVar[str] = (
        "数据库已由更新版本的程序修改(版本 {version})。请将本节点升级到该版本, 或恢复升级前的备份; 未作任何改动。"
    )


class WriterClosedError(StorageError):
    """The node is shutting down and takes no more work."""

    reason: ClassVar[str] = "WRITER_CLOSED"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = "This node is shutting down. Try again when it is back."
    message_zh: ClassVar[str] = "本节点正在停止。请待其恢复后重试。"


class NestedUnitError(StorageError):
    """A unit of work waited for another unit; both would wait for ever."""

    reason: ClassVar[str] = "NESTED_UNIT"
    message_en: ClassVar[str] = "A unit of work may not start another one; call the use case with its transaction."
    message_zh: ClassVar[str] = "工作单元内不得再启动另一个工作单元;请直接传入当前事务调用。"


class UnfinishedSavepointError(StorageError):
    """A unit of work returned while a savepoint of its own was open; it is undone."""

    reason: ClassVar[str] = "UNFINISHED_SAVEPOINT"
    message_en: ClassVar[str] = "A unit of work left a savepoint open. Close it with the `with` statement."
    message_zh: ClassVar[str] = "工作单元结束时仍有未关闭的保存点。请使用 with 语句关闭。"


class UnknownDatabaseError(StorageError):
    """The database URL names a kind of database that this product does not run on."""

    reason: ClassVar[str] = "UNKNOWN_DATABASE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "The database kind {kind} is not supported. Use sqlite:////absolute/path or postgresql+psycopg://host/name."
    )
    message_zh: ClassVar[str] = (
        "不支持的数据库类型 {kind}。请使用 sqlite:////绝对路径 或 postgresql+psycopg://主机/库名。"
    )
