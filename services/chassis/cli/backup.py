"""`guantong backup`: at the node's own machine, beside the running node or without it."""

from __future__ import annotations

from pathlib import Path

import click
import tomlkit

from services.chassis.backup.errors import BackupSettingsError
from services.chassis.backup.folder import backups_in, outstanding_in, sheets_in
from services.chassis.backup.key import PUBLIC_FILE, make_backup_key, read_public
from services.chassis.backup.keys import destroyed_marks
from services.chassis.backup.of_node import settings_of, source_of
from services.chassis.backup.restoring import check
from services.chassis.backup.taking import catch_up, take_backup
from services.chassis.cli.api import node_option
from services.chassis.cli.backups import (
    FILE,
    FOLDER,
    archive_of,
    config_file,
    header_of,
    key_option,
    keys_in,
    keys_option,
    owner_of,
    sheet_option,
    tell,
)
from services.chassis.cli.output import Output, as_json, pass_output
from services.chassis.cli.passwords import password_file
from services.chassis.cli.usage import group
from services.chassis.clock import BEIJING, SystemClock
from services.chassis.config import NodeConfig, read_config
from services.chassis.exchange.directories import directory_in_force
from services.chassis.exchange.identity import Identity
from services.chassis.node.assemble import read_identity
from services.chassis.storage import Reader, open_reader


@group("backup")
def backup() -> None:
    """备份本节点: 密钥、立即备份、清单、查验 / backups of this node: key, take, list, check."""


@backup.command()
@click.option(
    "--to", "safe", required=True, type=FOLDER, help="私钥存放处(移动介质或保险柜) / where the private half goes"
)
@click.option(
    "--backups", type=FOLDER, help="备份写入的文件夹, 记入 node.toml / folder of backups, written to node.toml"
)
@node_option
@pass_output
def key(output: Output, safe: Path, backups: Path | None, node: Path | None) -> None:
    """生成备份密钥: 私钥交保险柜, 节点只留公钥 / make the backup key; the node keeps its public half alone."""
    file = config_file(node)
    config = read_config(file)
    if backups is not None and config.backup is not None:
        # Before anything is made: a new public half that nobody asked for would leave the old key useless.
        raise BackupSettingsError(file=file.name, problem="it has [backup] already", problem_zh="已有 [backup] 部分")
    private = make_backup_key(safe, file.parent / PUBLIC_FILE, SystemClock().now())
    if backups is not None:
        _write_settings(file, backups if backups.is_absolute() else backups.resolve())
    output.line(
        f"私钥: {private}。请存入保险柜并从本机移走; 没有它, 备份无法恢复。公钥已写入 {file.parent / PUBLIC_FILE}",
        f"Private half: {private}. Put it into the safe and take it off this machine; without it no backup of "
        f"{config.body} can be restored. The public half is in {file.parent / PUBLIC_FILE}",
    )
    if backups is not None:
        output.note("重新启动节点后按计划自动备份", "After a restart the node takes its backups by itself")


@backup.command()
@click.option("--to", "folder", type=FOLDER, help="写入的文件夹, 默认按 node.toml / folder, else as in node.toml")
@as_json
@node_option
@pass_output
def now(output: Output, folder: Path | None, node: Path | None, *, json_wanted: bool) -> None:
    """立即备份, 节点照常运行 / take a backup now; the node goes on beside it."""
    config = read_config(config_file(node))
    settings, instant = settings_of(config), SystemClock().now()
    reader = open_reader(config.database)
    try:
        source = source_of(config, _identity(config, reader), reader, instant)
        taken = take_backup(source, read_public(settings.key), folder or settings.folder, settings.keep, instant)
    finally:
        reader.close()
    if json_wanted:
        output.json(
            {
                "archive": str(taken.archive),
                "sheet": str(taken.sheet),
                "bytes": taken.size,
                "rows": taken.rows,
                "keys": taken.keys,
                "journal_sequence": taken.journal_sequence,
            }
        )
        return
    output.line(
        f"已备份并读回核对: {taken.archive}({taken.size} 字节, {taken.rows} 行, 日志至第 {taken.journal_sequence} 条)",
        f"Backed up and read back: {taken.archive} ({taken.size} bytes, {taken.rows} rows, journal up to entry "
        f"{taken.journal_sequence})",
    )


@backup.command("list")
@click.option("--in", "folder", type=FOLDER, help="文件夹, 默认按 node.toml / folder, else as in node.toml")
@as_json
@node_option
@pass_output
def list_(output: Output, folder: Path | None, node: Path | None, *, json_wanted: bool) -> None:
    """列出备份 / list backups."""
    config = read_config(config_file(node))
    found = backups_in(folder or settings_of(config).folder, config.body)
    if json_wanted:
        output.json(
            [
                {"file": str(one.archive), "made_at": one.header.made_at.isoformat(), "bytes": one.size}
                | {"key": one.header.backup_key_id}
                for one in found
            ]
        )
        return
    output.table(
        output.pick("备份", "Backups"),
        [
            output.pick("时间", "Made"),
            output.pick("字节", "Bytes"),
            output.pick("密钥", "Key"),
            output.pick("文件", "File"),
        ],
        [
            [
                f"{one.header.made_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
                str(one.size),
                one.header.backup_key_id,
                str(one.archive),
            ]
            for one in found
        ],
        (3,),
    )


@backup.command("check")
@click.argument("file", type=FILE)
@key_option
@sheet_option
@keys_option
@password_file
@node_option
@pass_output
def check_(  # noqa: PLR0917  as many as the command has options
    output: Output,
    file: Path,
    key: Path,
    sheet: Path | None,
    keys: Path | None,
    password_file: Path | None,
    node: Path | None,
) -> None:
    """查验一份备份: 解密、签名、行数、密钥单, 不恢复 / open a backup and check it without restoring it."""
    header = header_of(file)
    owner = owner_of(header, keys_in(output, keys, header.body, password_file), node)
    tell(output, check(archive_of(file, key, sheet), owner))


@backup.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@node_option
@pass_output
def strike(output: Output, folder: Path, node: Path | None) -> None:
    """从文件夹内各密钥单中划去已销毁的密钥 / strike destroyed keys out of the key sheets in a folder."""
    config = read_config(config_file(node))
    reader = open_reader(config.database)
    try:
        struck = catch_up(reader, folder, config.body, SystemClock().now())
        left = outstanding_in(folder, config.body, reader.read_sync(destroyed_marks))
    finally:
        reader.close()
    sheets = len(sheets_in(folder, config.body))
    output.line(
        f"{sheets} 份密钥单: 划去 {struck} 把密钥, 尚存 {left} 把",
        f"{sheets} sheets: {struck} keys struck, {left} left",
    )


def _identity(config: NodeConfig, reader: Reader) -> Identity:
    identity = read_identity(config)
    identity.replace_directory(reader.read_sync(lambda c: directory_in_force(c, identity.directory)))
    return identity


def _write_settings(file: Path, backups: Path) -> None:
    settings = tomlkit.parse(file.read_text(encoding="utf-8"))
    settings["backup"] = {"folder": str(backups), "key": PUBLIC_FILE, "every_hours": 24, "keep": 14}
    file.write_text(tomlkit.dumps(settings), encoding="utf-8")
