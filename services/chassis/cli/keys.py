"""`guantong keys`: what a body does with its own keys, at the node's machine: see, make, use, copy, renew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from guantong.node.v1 import admin_service_pb2 as admin
from services.chassis.bus.renewal import as_bytes, ask, files_of, from_bytes, install
from services.chassis.cli.api import Api, at_node, node_option, request_id, save
from services.chassis.cli.keys_shown import Held, doubtful, held_keys, lists
from services.chassis.cli.nodes import NodeNotNamedError
from services.chassis.cli.output import Output, as_json, pass_output
from services.chassis.cli.passwords import ask_password, password_file
from services.chassis.cli.usage import group
from services.chassis.clock import BEIJING, Clock, DemoClock, SystemClock
from services.chassis.config import NodeConfig, read_config
from services.chassis.exchange.directories import directory_in_force
from services.chassis.exchange.identity import Identity
from services.chassis.identity.cards import KeyCard, fingerprint_of
from services.chassis.identity.copies import open_copy, seal_copy
from services.chassis.identity.errors import KeyCopyError, KeyUnknownError, NoCurrentKeyError
from services.chassis.identity.keys import KeyPair, Keyring, Purpose, write_key_file
from services.chassis.node.assemble import read_identity
from services.chassis.storage import Reader, open_reader
from services.chassis.storage.errors import DatabaseAwayError, SchemaMissingError

_TO = click.option(
    "--to", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="写入文件 / the file to write"
)
_FILE = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
_COLUMNS = (("编号", "Id"), ("用途", "Purpose"), ("状态", "State"), ("起止", "Validity"), ("内容", "Contents"))
_ASKED = ("密钥副本口令", "Passphrase of the copy")


@group("keys", default="show")
def keys() -> None:
    """本单位的密钥: 查看、更换、启用、备份与证书续期 / the body's own keys: see, replace, use, copy, certificates."""


@keys.command()
@as_json
@node_option
@pass_output
def show(output: Output, node: Path | None, *, json_wanted: bool) -> None:
    """本节点的密钥、名录登记与封存内容数 / the node's keys, how they are listed, what rests under each."""
    config = _config(node)
    with _reader(config) as reader:
        found = held_keys(_identity(config), reader, _clock(config).now())
    if json_wanted:
        output.json([one.as_object() for one in found])
        return
    output.table(
        output.pick("密钥", "Keys"),
        [
            output.pick(*column)
            for column in (
                ("编号", "Id"),
                ("用途", "Purpose"),
                ("状态", "State"),
                ("起止", "Validity"),
                ("内容", "Contents"),
            )
        ],
        [_row(output, one) for one in found],
        whole=[0],
    )


@keys.command()
@click.argument("purpose", type=click.Choice([one.value for one in Purpose if one is not Purpose.STORAGE]))
@_TO
@node_option
@pass_output
def new(output: Output, purpose: str, file: Path, node: Path | None) -> None:
    """生成新密钥并写出密钥卡交巡察办; 旧密钥照常使用 / make a key and its card for the office; the old one goes on."""
    config = _config(node)
    identity, now = _identity(config), _clock(config).now()
    pair = KeyPair.generate(Purpose(purpose), now)
    write_key_file(config.keys, pair)
    _write_card(output, identity, pair, file, now)


@keys.command()
@click.argument("key_id", metavar="KEY")
@_TO
@node_option
@pass_output
def card(output: Output, key_id: str, file: Path, node: Path | None) -> None:
    """再次写出一把密钥的密钥卡 / write the card of a key again."""
    config = _config(node)
    identity = _identity(config)
    ring = identity.keyring
    found = next((one for one in (*ring.signing, *ring.opening.values()) if one.key_id == key_id), None)
    if found is None:
        raise KeyUnknownError(key_id=key_id[:64])
    _write_card(output, identity, found, file, _clock(config).now())


@keys.command()
@as_json
@at_node
def use(output: Output, api: Api, *, json_wanted: bool) -> None:
    """让运行中的节点重新读取密钥文件 / have the running node take up its key files."""
    _tell_use(output, api.admin.RereadKeys(admin.RereadKeysRequest(request_id=request_id())), json_wanted=json_wanted)


@keys.command("rotate-storage")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    envvar="GUANTONG_NODE",
    help="节点文件夹 / the node's folder",
)
@as_json
@at_node
def rotate_storage(output: Output, api: Api, folder: Path, *, json_wanted: bool) -> None:
    """生成新的储存密钥, 节点在运行中逐批换封 / a new storage key; the node wraps everything anew while it works."""
    config = _config(folder)
    write_key_file(config.keys, KeyPair.generate(Purpose.STORAGE, _clock(config).now()))
    _tell_use(output, api.admin.RereadKeys(admin.RereadKeysRequest(request_id=request_id())), json_wanted=json_wanted)
    output.note(
        "换封完成后(guantong keys show)再做一次密钥副本与备份, 然后可用 keys retire-storage 销毁旧储存密钥",
        "When everything is wrapped anew (guantong keys show), copy the keys and take a backup; then the old storage "
        "key can go: keys retire-storage",
    )


@keys.command("retire-storage")
@click.argument("key_id", metavar="KEY")
@click.option("--reason", required=True, help="理由, 记入日志 / why; goes on record")
@at_node
def retire_storage(output: Output, api: Api, key_id: str, reason: str) -> None:
    """销毁已无内容使用的旧储存密钥 / destroy an old storage key that nothing rests under any more."""
    request = admin.RetireStorageKeyRequest(key_id=key_id, reason=reason, request_id=request_id())
    api.admin.RetireStorageKey(request)
    output.line(f"储存密钥 {key_id} 已销毁", f"Storage key {key_id} is destroyed")


@keys.command()
@_TO
@password_file
@node_option
@pass_output
def copy(output: Output, file: Path, password_file: Path | None, node: Path | None) -> None:
    """把全部私钥加密写成一份副本, 存入保险柜 / write a sealed copy of all private keys for the safe."""
    config = _config(node)
    ring = Keyring.load(config.body, config.keys)
    pairs = [*ring.signing, *ring.opening.values(), *ring.storage.values()]
    passphrase = ask_password(output, password_file, _ASKED, twice=True)
    save(file, seal_copy(config.body, pairs, passphrase))
    output.line(
        f"{len(pairs)} 把密钥已写入 {file}。请存入保险柜, 口令由两人分别保管; 每次更换密钥后重做",
        f"{len(pairs)} keys are in {file}. Put it into the safe and the passphrase into two persons' hands; do it "
        "again after every change of keys",
    )


@keys.command()
@_FILE
@password_file
@node_option
@pass_output
def restore(output: Output, file: Path, password_file: Path | None, node: Path | None) -> None:
    """由副本补回缺失的密钥文件, 不覆盖已有的 / bring back missing key files from a copy; none is overwritten."""
    config = _config(node)
    body, pairs = open_copy(file.read_bytes(), ask_password(output, password_file, _ASKED))
    if body != config.body:
        raise KeyCopyError(why=f"it is of {body}", why_zh=f"属于 {body}")
    missing = [pair for pair in pairs if not _has(config.keys, pair)]
    for pair in missing:
        write_key_file(config.keys, pair)
    output.line(
        f"补回 {len(missing)} 把密钥; 节点运行中请执行 guantong keys use",
        f"{len(missing)} keys are back; if the node runs: guantong keys use",
    )


@keys.command()
@click.argument("key_id", metavar="KEY")
@click.option(
    "--since",
    required=True,
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    help="怀疑泄露的时间(北京时间) / from when the key may have been in other hands, Beijing time",
)
@as_json
@node_option
@pass_output
def doubt(output: Output, key_id: str, since: datetime, node: Path | None, *, json_wanted: bool) -> None:
    """某时起收存的该密钥所签函件, 供人工核实 / letters under that key stored since then, for people to check."""
    config = _config(node)
    identity, begins = _identity(config), since.replace(tzinfo=BEIJING)
    with _reader(config) as reader:
        found = reader.read_sync(lambda one: doubtful(one, key_id, begins)) if reader else []
    if json_wanted:
        output.json([one.as_object() for one in found])
        return
    owner = next((entry.name_zh for entry in identity.directory.bodies if lists(entry, key_id)), key_id)
    headers = (("函件", "Letter"), ("收存", "Stored"), ("来函单位", "From"), ("文种", "Kind"))
    output.table(
        output.pick(f"请与 {owner} 逐件电话核实", f"Check each with {owner} by telephone"),
        [output.pick(*one) for one in headers],
        [[one.letter_id, _moment(one.stored_at), one.peer, one.kind] for one in found],
        whole=[0],
    )


@keys.command("ask-certificate")
@_TO
@node_option
@pass_output
def ask_certificate(output: Output, file: Path, node: Path | None) -> None:
    """申请新的 TLS 证书: 私钥不离开本机 / ask for new TLS certificates; the private keys stay here."""
    config = _config(node)
    asked = as_bytes(config.body, ask(files_of(config)))
    save(file, asked)
    output.line(f"指纹: {fingerprint_of(asked)}", f"Fingerprint: {fingerprint_of(asked)}")
    output.line(
        f"申请已写入 {file}。请交巡察办: guantong directory certify; 现有证书照常使用",
        f"The request is in {file}. Give it to the office: guantong directory certify. The old certificates go on",
    )


@keys.command("renew-certificate")
@_FILE
@node_option
@pass_output
def renew_certificate(output: Output, file: Path, node: Path | None) -> None:
    """装入巡察办签发的新证书; 下次连接时启用 / put the new certificates in place; the next connection takes them."""
    config = _config(node)
    _, issued = from_bytes(file.read_bytes(), file.name)
    install(files_of(config), issued)
    output.line(f"已装入 {len(issued)} 张证书", f"{len(issued)} certificates are in place")


def _config(node: Path | None) -> NodeConfig:
    if node is None:
        raise NodeNotNamedError
    return read_config(node / "node.toml" if node.is_dir() else node)


def _clock(config: NodeConfig) -> Clock:
    return DemoClock(config.demo_clock) if config.demo_clock else SystemClock()


@contextmanager
def _reader(config: NodeConfig) -> Iterator[Reader | None]:
    try:
        reader = open_reader(config.database)
    except (DatabaseAwayError, SchemaMissingError):
        yield None  # a node that never ran
        return
    try:
        yield reader
    finally:
        reader.close()


def _identity(config: NodeConfig) -> Identity:
    identity = read_identity(config)
    with _reader(config) as reader:
        if reader is not None:
            identity.replace_directory(reader.read_sync(lambda one: directory_in_force(one, identity.directory)))
    return identity


def _write_card(output: Output, identity: Identity, pair: KeyPair, file: Path, now: datetime) -> None:
    try:
        voucher = identity.keyring.signing_key(identity.directory, now)
    except NoCurrentKeyError:
        voucher = None
    written = KeyCard.of(identity.county, identity.body, pair, voucher)
    save(file, written.to_bytes())
    output.line(f"密钥 {written.key_id}, 密钥卡 {file}", f"Key {written.key_id}, card {file}")
    output.line(f"指纹: {written.fingerprint}", f"Fingerprint: {written.fingerprint}")
    if voucher is None:
        output.note(
            "现行签名密钥不可用, 密钥卡未经签名: 请由巡察办来电, 向其念出上面的指纹",
            "No signing key is at hand, so nobody vouches for the card: have the office telephone, and read it out",
        )
    output.note(
        "交巡察办: guantong directory add-key。列入名录后节点自动启用, 无需重启",
        "For the office: guantong directory add-key. Once listed, the node uses it by itself, without a restart",
    )


def _tell_use(output: Output, found: admin.RereadKeysResponse, *, json_wanted: bool) -> None:
    if json_wanted:
        output.message(found)
        return
    output.line(
        f"已读取 {len(found.key_ids)} 把密钥; 签名用 {found.signing_key_id or '无'}, 待换封 {found.to_rewrap_count} 项",
        f"{len(found.key_ids)} keys; signs with {found.signing_key_id or 'none'}, {found.to_rewrap_count} to wrap anew",
    )


def _row(output: Output, one: Held) -> list[str]:
    purposes = {
        Purpose.SIGNING: ("签名", "signing"),
        Purpose.SEALING: ("加密", "sealing"),
        Purpose.STORAGE: ("储存", "storage"),
    }
    validity = "" if one.begins is None else f"{_moment(one.begins)} – {'' if one.ends is None else _moment(one.ends)}"
    contents = "" if one.contents is None else str(one.contents)
    return [one.key_id, output.pick(*purposes[one.purpose]), output.pick(*one.state.words), validity, contents]


def _has(folder: Path, pair: KeyPair) -> bool:
    return (folder / f"{pair.purpose.value}-{pair.key_id}.key").exists()


def _moment(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
