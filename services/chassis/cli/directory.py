"""`guantong directory`: the directory of bodies, seen and loaded at a node, changed at the office with its safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from guantong.node.v1 import admin_service_pb2 as admin
from guantong.node.v1 import status_service_pb2 as pb
from services.chassis.bus.certificates import CertificateAuthority
from services.chassis.bus.renewal import as_bytes, from_bytes, issue
from services.chassis.cli.api import Api, at_node, request_id, save
from services.chassis.cli.output import Output, as_json, moment
from services.chassis.cli.usage import group
from services.chassis.clock import BEIJING, Clock, DemoClock, SystemClock
from services.chassis.county.directory import (
    CLOCKS_APART,
    OVERLAP,
    RETIRES_AFTER,
    Office,
    add_body,
    add_key,
    change_directory_key,
    check_card,
    retire_body,
    revoke,
    versions,
)
from services.chassis.county.layout import AUTHORITY, County, open_county
from services.chassis.identity.cards import KeyCard, same_fingerprint
from services.chassis.identity.directory import Directory
from services.chassis.identity.errors import KeyCardUnconfirmedError
from services.chassis.identity.keys import KeyPair, Purpose, read_key_file, write_key_file

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FINGERPRINT = click.option(
    "--fingerprint", default="", help="对方在电话中念出的指纹 / the fingerprint as it was read out by telephone"
)
_PURPOSES = {pb.KEY_PURPOSE_SIGNING: ("签名", "signing"), pb.KEY_PURPOSE_SEALING: ("加密", "sealing")}


@group("directory")
def directory() -> None:
    """单位名录: 查看、载入; 巡察办增改 / the directory of bodies: see, load; the office changes it."""


@directory.command()
@as_json
@at_node
def show(output: Output, api: Api, *, json_wanted: bool) -> None:
    """本节点现行名录: 版本、单位、密钥及有效期 / the directory in force: version, bodies, keys with their validity."""
    found = api.status.GetDirectory(pb.GetDirectoryRequest())
    if json_wanted:
        output.message(found)
        return
    issued = moment(found, "issued_time")
    output.line(
        f"第 {found.version} 版, {issued} 签发, 摘要 {found.digest[:16]}",
        f"Version {found.version}, issued {issued}, digest {found.digest[:16]}",
    )
    office, recovery = output.pick("名录", "directory"), output.pick("名录恢复", "recovery")
    rows = [_key_row(output, entry.name or entry.body, key) for entry in found.bodies for key in entry.keys]
    rows += [_key_row(output, office, key) for key in found.directory_keys]
    rows += [_key_row(output, recovery, key) for key in found.recovery_keys]
    columns = (
        ("单位", "Body"),
        ("密钥", "Key"),
        ("用途", "Purpose"),
        ("起", "From"),
        ("止", "To"),
        ("吊销", "Revoked"),
    )
    output.table("", [output.pick(*column) for column in columns], rows, whole=[1])


@directory.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@as_json
@at_node
def load(output: Output, api: Api, files: tuple[Path, ...], *, json_wanted: bool) -> None:
    """载入巡察办签名的新版名录, 自动传给各节点 / load newer directories; they go on to every node by themselves."""
    for file in files:
        request = admin.LoadDirectoryRequest(directory=file.read_bytes(), request_id=request_id())
        loaded = api.admin.LoadDirectory(request)
    if json_wanted:
        output.message(loaded)
    else:
        output.line(f"现行名录为第 {loaded.version} 版", f"The directory in force is version {loaded.version}")


@dataclass(frozen=True)
class _Visit:
    """The office with its safe open, now."""

    output: Output
    office: Office
    now: datetime


def _at_office(function: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the county's folder and `--safe`, and with them the office and its clock."""

    @click.argument("folder", metavar="COUNTY", type=click.Path(path_type=Path, exists=True, file_okay=False))
    @click.option(
        "--safe",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="保险柜介质, 默认 COUNTY/office-safe / what lay in the safe, else COUNTY/office-safe",
    )
    @wraps(function)
    def call(*, folder: Path, safe: Path | None, **options: Any) -> Any:
        output = click.get_current_context().find_object(Output) or Output("zh")
        county = open_county(folder)
        office = Office(county.folder.directories, safe or county.folder.office_secrets)
        return function(_Visit(output, office, _clock(county).now()), **options)

    return call


@directory.command("add-key")
@_at_office
@click.argument("card", type=_FILE)
@_FINGERPRINT
@click.option("--at-once", is_flag=True, help="立即启用(旧密钥丢失或失窃) / at once: the old one is lost or stolen")
@click.option("--revoke", "revoked", multiple=True, metavar="KEY", help="同时吊销 / revoke this one as well")
def add_key_(
    at: _Visit,
    card: Path,
    fingerprint: str,
    revoked: tuple[str, ...],
    *,
    at_once: bool,
) -> None:
    """把单位的新密钥列入下一版名录 / list a body's new key in the next version."""
    offered = KeyCard.from_bytes(card.read_bytes())
    newest = versions(at.office.record)[-1]
    for key_id in revoked:
        # A stolen key vouches for nothing.
        newest = revoke(newest, key_id, at.now)
    check_card(newest, offered, at.now, fingerprint)
    begins = at.now - CLOCKS_APART if at_once else at.now + OVERLAP
    ends = None if at_once else begins + RETIRES_AFTER

    def change(one: Directory) -> Directory:
        changed = add_key(one, offered, begins, ends)
        for key_id in revoked:
            changed = revoke(changed, key_id, at.now)
        return changed

    _tell(at.output, at.office.issue(at.now, change))
    begin = f"{begins.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    at.output.note(f"密钥 {offered.key_id} 自 {begin} 启用", f"Key {offered.key_id} begins {begin}")


@directory.command("revoke")
@_at_office
@click.argument("key_id", metavar="KEY")
def revoke_(at: _Visit, key_id: str) -> None:
    """吊销一把密钥: 各节点收到即刻拒收 / revoke a key; every node refuses it from the moment it hears."""
    _tell(at.output, at.office.issue(at.now, lambda one: revoke(one, key_id, at.now)))
    at.output.note(
        "各单位请用 guantong keys doubt 列出可疑期间的函件逐件核实",
        "Every body lists the letters of the doubtful time and checks each: guantong keys doubt",
    )


@directory.command("add-body")
@_at_office
@click.argument("name")
@click.option("--signing", "signing", required=True, type=_FILE, help="签名密钥卡 / card of its signing key")
@click.option("--sealing", "sealing", required=True, type=_FILE, help="加密密钥卡 / card of its sealing key")
@click.option("--fingerprint", "fingerprints", nargs=2, required=True, help="两张卡的指纹 / both cards' fingerprints")
def add_body_(
    at: _Visit,
    name: str,
    signing: Path,
    sealing: Path,
    fingerprints: tuple[str, str],
) -> None:
    """把新单位列入下一版名录 / list a new body in the next version."""
    cards = [KeyCard.from_bytes(file.read_bytes()) for file in (signing, sealing)]
    for one, fingerprint in zip(cards, fingerprints, strict=True):
        check_card(versions(at.office.record)[-1], one, at.now, fingerprint)
    _tell(at.output, at.office.issue(at.now, lambda one: add_body(one, name, cards[0], cards[1], at.now)))


@directory.command("retire-body")
@_at_office
@click.argument("body")
def retire_body_(at: _Visit, body: str) -> None:
    """撤销的单位不再收发函件, 以前的函件仍可验证 / a dissolved body; what it wrote before still verifies."""
    _tell(at.output, at.office.issue(at.now, lambda one: retire_body(one, body, at.now)))


@directory.command("new-key")
@_at_office
def new_key(at: _Visit) -> None:
    """更换名录密钥: 新密钥写入保险柜介质, 自下下版起使用 / a new directory key, which signs from the version after."""
    pair = KeyPair.generate(Purpose.SIGNING, at.now)
    write_key_file(at.office.safe, pair)
    _tell(at.output, at.office.issue(at.now, lambda one: change_directory_key(one, pair.record(at.now - CLOCKS_APART))))
    at.output.note(
        "各节点均为此版后, 请从保险柜介质销毁旧名录密钥",
        "Once every node has this version, destroy the old directory key in the safe",
    )


@directory.command()
@_at_office
@click.option(
    "--person", "persons", type=_FILE, multiple=True, required=True, help="恢复密钥文件, 两人各一 / two persons' keys"
)
@click.option(
    "--above", type=int, default=0, help="已知被冒签的最高版本 / the highest version that somebody else signed"
)
def recover(at: _Visit, persons: tuple[Path, ...], above: int) -> None:
    """名录密钥丢失或失窃: 两名恢复密钥持有人共同指定新的 / the directory key is lost: two persons name a new one."""
    if len(persons) != 2:
        raise click.UsageError(at.output.pick("须由两人各提供一把恢复密钥", "Two persons give one key each"))
    pair = KeyPair.generate(Purpose.SIGNING, at.now)
    first, second = (read_key_file(file) for file in persons)
    write_key_file(at.office.safe, pair)
    _tell(at.output, at.office.recover(at.now, (first, second), pair.record(at.now - CLOCKS_APART), above))


@directory.command()
@_at_office
@click.argument("request", type=_FILE)
@click.option("--fingerprint", required=True, help="对方在电话中念出的指纹 / the fingerprint as it was read out")
@click.option("--to", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="写入 / write to")
def certify(at: _Visit, request: Path, fingerprint: str, file: Path) -> None:
    """为单位签发新的 TLS 证书 / issue the TLS certificates that a body asked for."""
    asked = request.read_bytes()
    body, requests = from_bytes(asked, request.name)
    if not same_fingerprint(fingerprint, asked):
        raise KeyCardUnconfirmedError(body=body)
    versions(at.office.record)[-1].active(body)
    authority = CertificateAuthority.load(at.office.safe / AUTHORITY, at.office.safe / "authority.key")
    save(file, as_bytes(body, issue(authority, body, requests, at.now)))
    at.output.line(
        f"{body} 的证书已写入 {file}, 请交还该单位: guantong keys renew-certificate",
        f"The certificates of {body} are in {file}; the body puts them in place: guantong keys renew-certificate",
    )


def _clock(county: County) -> Clock:
    return DemoClock(county.folder.clock) if county.demo else SystemClock()


def _tell(output: Output, issued: tuple[Directory, Path]) -> None:
    made, file = issued
    output.line(
        f"第 {made.version} 版名录已签发: {file}。在任一节点载入即传至各节点: guantong directory load",
        f"Version {made.version} is signed: {file}. Load it at any node and it goes to all: guantong directory load",
    )


def _key_row(output: Output, owner: str, key: pb.DirectoryKey) -> list[str]:
    times = (moment(key, field) for field in ("valid_from_time", "valid_to_time", "revoked_time"))
    return [owner, key.key_id, output.word(_PURPOSES, key.purpose), *times]
