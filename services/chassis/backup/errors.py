"""What can go wrong with backups, and what to do about it."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.errors import Fault, GuantongError


class BackupError(GuantongError):
    """Base of the errors of backups."""

    reason: ClassVar[str] = "BACKUP"
    fault: ClassVar[Fault] = Fault.STATE


class BackupNotSetError(BackupError):
    """The node is told nothing of backups."""

    reason: ClassVar[str] = "BACKUP_NOT_SET"
    message_en: ClassVar[str] = (
        "This node is not told where its backups go. Make a key with `guantong backup key`, then write [backup] with "
        "folder and key into node.toml."
    )
    message_zh: ClassVar[str] = (
        "本节点尚未设置备份。请先用 `guantong backup key` 生成备份密钥, "
        "再在 node.toml 中写明 [backup] 的 folder 和 key。"
    )


class BackupBusyError(BackupError):
    """Another backup into the same folder is under way."""

    reason: ClassVar[str] = "BACKUP_BUSY"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = "Another backup into {folder} is under way. Wait until it has ended."
    message_zh: ClassVar[str] = "另一次备份正在写入 {folder}。请等待其结束后重试。"


class BackupFolderError(BackupError):
    """The folder cannot take the backup: no room, no right, or it is not there."""

    reason: ClassVar[str] = "BACKUP_FOLDER"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = (
        "The backup could not be written to {folder} ({problem}). Earlier backups are untouched and no half file was "
        "left. Make room or mend the folder, then run `guantong backup now`."
    )
    message_zh: ClassVar[str] = (
        "备份无法写入 {folder}({problem})。以前的备份未受影响, 也未留下残缺文件。"
        "请腾出空间或修复该文件夹, 然后执行 `guantong backup now`。"
    )


class BackupStoppedError(BackupError):
    """The node is ending; it takes the backup after its next start."""

    reason: ClassVar[str] = "BACKUP_STOPPED"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = "The backup was given up because the node is ending. It is taken after the next start."
    message_zh: ClassVar[str] = "节点正在停止, 本次备份已中止, 将在下次启动后重新进行。"


class BackupDamagedError(BackupError):
    """The archive or its key sheet is cut off, changed, or no backup at all."""

    reason: ClassVar[str] = "BACKUP_DAMAGED"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "{file} cannot be used: {problem}. Take an earlier backup, or another copy of this one."
    message_zh: ClassVar[str] = "{file} 无法使用: {problem_zh}。请改用更早的备份, 或该备份的另一份副本。"


class BackupSettingsError(BackupError):
    """What the node is told of its backups cannot be used, or is there already."""

    reason: ClassVar[str] = "BACKUP_SETTINGS"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "{file}: {problem}. Mend [backup] in node.toml, or make a key with `guantong backup key`."
    )
    message_zh: ClassVar[str] = (
        "{file}: {problem_zh}。请改正 node.toml 的 [backup], 或用 `guantong backup key` 生成密钥。"
    )


class BackupKeyError(BackupError):
    """The key given is not the one that this archive was sealed to."""

    reason: ClassVar[str] = "BACKUP_KEY"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = (
        "{file} was sealed to the backup key {wanted}; the key given is {given}. Take that key out of the safe."
    )
    message_zh: ClassVar[str] = "{file} 是用备份密钥 {wanted} 加密的, 所给密钥为 {given}。请从保险柜取出对应的密钥。"


class BackupForeignError(BackupError):
    """The archive is another node's."""

    reason: ClassVar[str] = "BACKUP_FOREIGN"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "{file} is a backup of {found}; this node is {here}. Nothing was changed."
    message_zh: ClassVar[str] = "{file} 是 {found} 的备份, 而本节点是 {here}。未作任何改动。"


class RestoreNotEmptyError(BackupError):
    """There is something in the database that a restore would mix with."""

    reason: ClassVar[str] = "RESTORE_NOT_EMPTY"
    message_en: ClassVar[str] = (
        "The database {database} is not empty. A restore goes into an empty one only: move the old file away, or "
        "name a new database in node.toml. Nothing was changed."
    )
    message_zh: ClassVar[str] = (
        "数据库 {database} 不是空的。恢复只能写入空数据库: 请移走旧文件, "
        "或在 node.toml 中指定新的数据库。未作任何改动。"
    )


class RestoreUnsoundError(BackupError):
    """What came out of the archive does not hold together; nothing of it was kept."""

    reason: ClassVar[str] = "RESTORE_UNSOUND"
    message_en: ClassVar[str] = (
        "The journal in {file} does not verify (entry {sequence}: {problem}). Nothing was restored; take an "
        "earlier backup."
    )
    message_zh: ClassVar[str] = (
        "{file} 中的日志校验未通过(第 {sequence} 条: {problem_zh})。未恢复任何内容, 请改用更早的备份。"
    )


class SchemaUnlikeError(BackupError):
    """The running node's tables are of another version than this program's."""

    reason: ClassVar[str] = "BACKUP_SCHEMA"
    message_en: ClassVar[str] = (
        "The database's tables hold a kind of column that backups do not know ({column}). Update this program."
    )
    message_zh: ClassVar[str] = "数据库中有备份程序不认识的列类型({column})。请升级本程序。"
