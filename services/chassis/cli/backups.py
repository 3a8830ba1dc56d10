"""What `guantong backup` and `guantong restore` share: which node, whose archive, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import click

from services.chassis.backup.restoring import Archive, Found, Owner
from services.chassis.backup.sealing import Header
from services.chassis.cli.nodes import NodeNotNamedError
from services.chassis.cli.output import Output
from services.chassis.clock import BEIJING
from services.chassis.config import read_config
from services.chassis.identity.keys import Keyring, read_key_file
from services.chassis.node.assemble import read_identity

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
key_option = click.option("--key", required=True, type=FILE, help="备份私钥文件 / the private backup key's file")
sheet_option = click.option("--sheet", type=FILE, help="密钥单, 默认在备份旁边 / the key sheet, else beside the backup")
keys_option = click.option(
    "--keys",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="节点密钥的副本(默认用节点文件夹内的) / a copy of the node's keys, else those in its folder",
)


def config_file(node: Path | None) -> Path:
    """The settings of the node that was named.

    Raises:
        NodeNotNamedError: none was.
    """
    if node is None:
        raise NodeNotNamedError
    return node / "node.toml" if node.is_dir() else node


def archive_of(file: Path, key: Path, sheet: Path | None) -> Archive:
    """The archive as the options name it."""
    return Archive(file, read_key_file(key), sheet)


def owner_of(archive: Path, keys: Path | None, node: Path | None) -> Owner:
    """Whose archive it has to be: whoever has these keys, else the node."""
    if keys is None:
        return Owner.of(read_identity(read_config(config_file(node))))
    with archive.open("rb") as source:
        header, _ = Header.read(source, archive.name)
    return Owner.with_keys(header.county, Keyring.load(header.body, keys))


def tell(output: Output, found: Found) -> None:
    """Say what an archive holds."""
    made = f"{found.header.made_at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    rows, head = sum(found.rows.values()), found.head
    output.line(
        f"{found.header.body} 的备份, {made}: {rows} 行, {found.keys} 把内容密钥"
        f"(其中 {len(found.struck)} 把已依法销毁), 日志末条 {head.sequence}:{head.digest.hex()}",
        f"Backup of {found.header.body}, {made}: {rows} rows, {found.keys} content keys ({len(found.struck)} of them "
        f"destroyed since), last journal entry {head.sequence}:{head.digest.hex()}",
    )
