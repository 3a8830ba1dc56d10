"""`guantong restore`: an empty node folder and database filled from a backup, before the node runs again."""

from __future__ import annotations

from pathlib import Path

import click

from services.chassis.backup import restoring
from services.chassis.backup.files import bring_back
from services.chassis.backup.of_node import put_files
from services.chassis.backup.restoring import Archive
from services.chassis.body import load_body, migrations_of
from services.chassis.cli.api import node_option
from services.chassis.cli.backups import (
    FILE,
    archive_of,
    header_of,
    key_option,
    keys_in,
    keys_option,
    owner_of,
    sheet_option,
    tell,
)
from services.chassis.cli.nodes import NodeNotNamedError
from services.chassis.cli.output import Output, pass_output
from services.chassis.cli.passwords import password_file
from services.chassis.cli.usage import command
from services.chassis.clock import SystemClock
from services.chassis.config import NodeConfig, read_config
from services.chassis.destruction.register import FILE_NAME, DestroyedRegister
from services.chassis.identity.keys import Keyring, write_key_file
from services.chassis.node.assemble import destroying_of, read_identity
from services.chassis.storage.filling import filling


@command()
@click.argument("file", type=FILE)
@key_option
@sheet_option
@keys_option
@password_file
@click.option("--reason", required=True, help="理由, 记入日志 / why; kept in the journal")
@node_option
@pass_output
def restore(  # noqa: PLR0917  as many as the command has options
    output: Output,
    file: Path,
    key: Path,
    sheet: Path | None,
    keys: Path | None,
    password_file: Path | None,
    reason: str,
    node: Path | None,
) -> None:
    """把备份恢复到空的节点文件夹和数据库(SQLite 或 PostgreSQL 均可) / restore a backup into an empty database."""
    if node is None:
        raise NodeNotNamedError
    archive = archive_of(file, key, sheet)
    ring = keys_in(output, keys, header_of(file).body, password_file)
    config = _prepared(output, archive, ring, node)
    identity = read_identity(config)
    destroying = destroying_of(identity, load_body(config.body))
    register = DestroyedRegister(config.keys.parent / FILE_NAME, identity.keyring).read()
    with filling(config.database, migrations_of(config.body), SystemClock()) as into:
        found = restoring.restore(archive, identity, into, reason, destroying=destroying, register=register)
    brought, missing = bring_back(file.parent, config.body, found.attachments, config.attachments.folder)
    tell(output, found)
    if found.attachments:
        output.line(
            f"附件: 带回 {brought} 个文件, 缺 {missing} 个(来自各单位的将自动重新取回)",
            f"Attachments: {brought} files brought back, {missing} missing (those of peers are fetched again)",
        )
    output.note(
        "已恢复, 并已登记。启动节点后, 各单位会交还其后的函件; 用 `guantong doctor` 查看",
        "Restored and on record. Once started, the node is given back by its peers what came later; see "
        "`guantong doctor`",
    )


def _prepared(output: Output, archive: Archive, ring: Keyring | None, node: Path) -> NodeConfig:
    """The node's configuration; where its folder lacks files, they are taken from the archive first."""
    folder = node if node.is_dir() or not node.exists() else node.parent
    file = folder / "node.toml" if node == folder else node
    if not file.exists():
        found = restoring.check(archive, owner_of(header_of(archive.file), ring, None))
        written = put_files(found.files, folder)
        output.note(f"已写入 {folder}: {', '.join(written)}", f"Written to {folder}: {', '.join(written)}")
    config = read_config(file)
    if ring is not None and not any(config.keys.glob("*.key")):
        for pair in (*ring.signing, *ring.opening.values(), *ring.storage.values()):
            write_key_file(config.keys, pair)
    return config
