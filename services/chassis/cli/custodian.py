"""`guantong custodian`: what two custodians do with a sealed identity, away from the node, with their own keys."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path
from typing import ClassVar

import click
from google.protobuf.json_format import ParseDict, ParseError

from guantong.node.v1 import disclosures_service_pb2 as pb
from services.chassis.cli.api import save
from services.chassis.cli.output import Output, as_json, pass_output
from services.chassis.cli.usage import group
from services.chassis.errors import Fault, GuantongError
from services.chassis.identity.keys import read_key_file
from services.chassis.ledgers.vault import VaultEntry, open_half, open_identity

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_SEALED = click.argument("sealed", type=_FILE)


class CustodianFileError(GuantongError):
    """A file is not what this step takes."""

    reason: ClassVar[str] = "CUSTODIAN_FILE"
    fault: ClassVar[Fault] = Fault.INVALID
    message_en: ClassVar[str] = "{file} does not hold {wanted}. Name the file that the step before wrote."
    message_zh: ClassVar[str] = "{file} 中没有 {wanted_zh}。请指定上一步写出的文件。"


@group("custodian")
def custodian() -> None:
    """保管人启封: 两人各开一半, 再合并 / custodians open an identity: each a half, then both together."""


@custodian.command()
@_SEALED
@click.option("--key", required=True, type=_FILE, help="本人的私钥文件 / your private key's file")
@click.option(
    "--to", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="写入文件 / the file to write"
)
@pass_output
def half(output: Output, sealed: Path, key: Path, file: Path) -> None:
    """用本人私钥开启自己的一半 / open your half with your own key."""
    entry = _read_sealed(sealed)
    opened = open_half(entry, read_key_file(key).private)
    kept = {"petition_ref": entry.petition_ref, "half": base64.b64encode(opened).decode("ascii")}
    save(file, json.dumps(kept).encode())
    output.line(
        f"已写入 {file}; 用后请销毁, 勿存放在节点上", f"Written to {file}; destroy it afterwards, keep it off the node"
    )


@custodian.command("open")
@_SEALED
@click.argument("halves", nargs=2, type=_FILE, metavar="HALF HALF")
@as_json
@pass_output
def open_(output: Output, sealed: Path, halves: tuple[Path, Path], *, json_wanted: bool) -> None:
    """两名保管人合并两半, 阅读身份; 不写入任何文件 / both custodians join their halves and read; nothing is written."""
    entry = _read_sealed(sealed)
    first, second = (_read_half(path, entry.petition_ref) for path in halves)
    identity = open_identity(entry, first, second)
    if json_wanted:
        output.json(identity)
    else:
        output.facts([((name, name), value) for name, value in identity.items()])


def _read_sealed(file: Path) -> VaultEntry:
    try:
        message = ParseDict(json.loads(file.read_text(encoding="utf-8")), pb.SealedIdentity())
    except (ValueError, ParseError) as error:
        raise CustodianFileError(file=file.name, wanted="a sealed identity", wanted_zh="密封的身份") from error
    return VaultEntry(
        message.petition_ref,
        message.suite,
        message.first_custodian_key_id,
        message.second_custodian_key_id,
        message.first_half,
        message.second_half,
        message.sealed,
    )


def _read_half(file: Path, petition_ref: str) -> bytes:
    wanted = {"wanted": "a half of this identity", "wanted_zh": "该身份的一半"}
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        opened = base64.b64decode(kept["half"], validate=True)
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise CustodianFileError(file=file.name, **wanted) from error
    if kept.get("petition_ref") != petition_ref:
        raise CustodianFileError(file=file.name, **wanted)
    return opened
