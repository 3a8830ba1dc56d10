"""What `guantong backup` and `guantong restore` share: which node, whose archive, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import click

from services.chassis.backup.restoring import Archive, Found, Owner
from services.chassis.backup.sealing import Header
from services.chassis.cli.nodes import NodeNotNamedError
from services.chassis.cli.output import Output
from services.chassis.cli.passwords import ask_password
from services.chassis.clock import BEIJING
from services.chassis.config import read_config
from services.chassis.identity.copies import open_copy
from services.chassis.identity.errors import KeyCopyError
from services.chassis.identity.keys import Keyring, read_key_file
from services.chassis.node.assemble import read_identity

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
key_option = click.option("--key", required=True, type=FILE, help="备份私钥文件 / the private backup key's file")
sheet_option = click.option("--sheet", type=FILE, help="密钥单, 默认在备份旁边 / the key sheet, else beside the backup")
keys_option = click.option(
    "--keys",
    type=click.Path(path_type=Path, exists=True),
    help="节点密钥的副本: 文件或文件夹 / a copy of the node's keys: what `keys copy` wrote, or a folder",
)
_ASKED = ("密钥副本口令", "Passphrase of the copy")


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


def keys_in(output: Output, keys: Path | None, body: str, password: Path | None) -> Keyring | None:
    """The keys of a copy; None where none was named.

    Raises:
        KeyCopyError, KeyFileError: they cannot be used, or are another body's.
    """
    if keys is None:
        return None
    if keys.is_dir():
        return Keyring.load(body, keys)
    found, pairs = open_copy(keys.read_bytes(), ask_password(output, password, _ASKED))
    if found != body:
        raise KeyCopyError(why=f"it is of {found}", why_zh=f"属于 {found}")
    return Keyring.of(body, *pairs)


def owner_of(header: Header, ring: Keyring | None, node: Path | None) -> Owner:
    """Whose archive it has to be: whoever has these keys, else the node."""
    if ring is None:
        return Owner.of(read_identity(read_config(config_file(node))))
    return Owner.with_keys(header.county, ring)


def header_of(archive: Path) -> Header:
    """What an archive says of itself in clear."""
    with archive.open("rb") as source:
        return Header.read(source, archive.name)[0]


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
