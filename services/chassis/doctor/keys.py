"""Keys and certificates: there, private, listed, opening what is kept, and not about to end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from services.chassis.bus.certificates import CertificateError, valid_until
from services.chassis.bus.renewal import files_of
from services.chassis.config import NodeConfig
from services.chassis.doctor.finding import Finding, fault, fine, note
from services.chassis.errors import GuantongError
from services.chassis.identity.directory import Directory, KeyRecord
from services.chassis.identity.errors import KeyFileError, KeyFileExposedError
from services.chassis.identity.keys import Keyring, Purpose

_ENDS_SOON = timedelta(days=30)


def read_keyring(config: NodeConfig) -> Keyring | Finding:
    """The node's keys, or what is wrong with their files."""
    try:
        ring = Keyring.load(config.body, config.keys)
    except KeyFileExposedError as error:
        file = error.facts["file"]
        return fault(
            "keys.exposed",
            (
                f"密钥文件 {file} 可被本机其他用户读取(权限 {error.facts['mode']})",
                "任何能读到它的人都可冒充本单位签发函件; 节点拒绝启动",
                f"chmod 600 {config.keys}/*.key; 并尽快更换该密钥",
            ),
            (
                f"the key file {file} can be read by other users of this machine (mode {error.facts['mode']})",
                "whoever reads it can sign as this body; the node refuses to start",
                f"chmod 600 {config.keys}/*.key, and replace that key soon",
            ),
        )
    except (KeyFileError, OSError) as error:
        why = error.facts.get("why", "") if isinstance(error, GuantongError) else error.strerror
        return _unusable(str(why))
    held = {Purpose.SIGNING: ring.signing, Purpose.SEALING: ring.opening, Purpose.STORAGE: ring.storage}
    missing = [purpose.value for purpose, keys in held.items() if not keys]
    return _unusable(f"no {', '.join(missing)} key") if missing else ring


def _unusable(why: str) -> Finding:
    return fault(
        "keys.missing",
        (f"密钥无法使用: {why}", "节点不能启动, 也打不开已存的内容", "从封存的密钥副本恢复到 keys 文件夹, 权限 600"),
        (
            f"keys cannot be used: {why}",
            "the node cannot start, and what is kept cannot be opened",
            "put the sealed copy of the keys back into the folder keys, mode 600",
        ),
    )


def check_keys(ring: Keyring, directory: Directory, now: datetime) -> list[Finding]:
    """Whether the keys are those that the directory in force lists, and for how long."""
    entry = directory.entry(ring.body)
    own = {pair.key_id for pair in ring.signing} | set(ring.opening)
    signing = [one for one in entry.signing_keys if one.key_id in own]
    sealing = [one for one in entry.sealing_keys if one.key_id in own]
    found = [*_in_force("signing", "签名", signing, now), *_in_force("sealing", "加密", sealing, now)]
    if found:
        return found
    return [
        fine(
            "keys.listed",
            f"{len(ring.signing)} 把签名密钥、{len(ring.opening)} 把加密密钥, 与名录第 {directory.version} 版相符",
            f"{len(ring.signing)} signing and {len(ring.opening)} sealing keys, as version {directory.version} of the "
            "directory lists them",
        )
    ]


def _in_force(kind: str, kind_zh: str, records: Iterable[KeyRecord], now: datetime) -> Iterator[Finding]:
    valid = [one for one in records if one.why_not(now) is None]
    if not valid:
        yield fault(
            f"keys.not_listed_{kind}",
            (
                f"本机的{kind_zh}密钥都不在现行名录的有效期内",
                "对方不会相信本单位的函件, 或寄来的函件无法打开",
                "请巡察办签发列有本单位现行密钥的名录; 用 `guantong directory load` 载入",
            ),
            (
                f"none of the {kind} keys here is in force in the directory",
                "peers will not believe this body's letters, or what they send cannot be opened",
                "ask the inspection office for a directory that lists the present keys; `guantong directory load`",
            ),
        )
        return
    ends = max(one.valid_to for one in valid if one.valid_to) if all(one.valid_to for one in valid) else None
    if ends is not None and ends - now < _ENDS_SOON:
        yield note(
            f"keys.ending_{kind}",
            (f"{kind_zh}密钥有效期至 {ends:%Y-%m-%d}", "到期后不能再签发或收件", "现在就更换密钥并请巡察办签发新名录"),
            (
                f"the {kind} key is valid until {ends:%Y-%m-%d}",
                "after that nothing can be signed or received",
                "replace the key now, and ask the inspection office for a new directory",
            ),
        )


def check_storage_keys(ring: Keyring, used: Iterable[str]) -> Finding:
    """Whether everything kept can be opened; `used` are the storage keys that rows name."""
    needed = {key_id for key_id in used if key_id}
    missing = sorted(needed - set(ring.storage))
    if missing:
        named = ", ".join(missing)
        return fault(
            "keys.storage_missing",
            (
                f"缺少存储密钥 {named}, 数据库中有内容用它加密",
                "这些函件或拟稿现在打不开",
                "从封存的密钥副本找回该文件放入 keys 文件夹, 权限 600",
            ),
            (
                f"the storage key {named} is missing, and the database holds content under it",
                "those letters or drafts cannot be opened",
                "put that file back from the sealed copy of the keys, mode 600",
            ),
        )
    return fine("keys.storage", f"{len(needed)} 把存储密钥齐全", f"all {len(needed)} storage keys in use are here")


def check_certificates(config: NodeConfig, now: datetime) -> list[Finding]:
    """How long the node's TLS certificates last. `now` is the machine's time: the others' programs go by it."""
    return [_certificate(name, own.certificate, own.key, now) for name, own in files_of(config).items()]


def _certificate(name: str, certificate: Path, key: Path, now: datetime) -> Finding:
    remedy = (
        "请巡察办用 office-safe 中的证书机构重新签发, 放入 tls 文件夹",
        "have the inspection office issue it anew with the authority in office-safe, and put it into the folder tls",
    )
    try:
        ends = valid_until(certificate)
        key.stat()
    except (CertificateError, OSError):
        return fault(
            f"tls.missing_{name}",
            (f"{certificate.name} 或其私钥缺失或无法读取", "不能连接总线, 或工作人员无法登录", remedy[0]),
            (
                f"{certificate.name} or its key is missing or cannot be read",
                "the bus cannot be reached, or nobody can sign in",
                remedy[1],
            ),
        )
    days = (ends - now).days
    if ends <= now:
        return fault(
            f"tls.expired_{name}",
            (f"{certificate.name} 已于 {ends:%Y-%m-%d} 过期", "连接会被拒绝", remedy[0]),
            (f"{certificate.name} ended on {ends:%Y-%m-%d}", "connections are refused", remedy[1]),
        )
    if ends - now < _ENDS_SOON:
        return note(
            f"tls.ending_{name}",
            (f"{certificate.name} 还有 {days} 天到期", "到期后连接会被拒绝", remedy[0]),
            (f"{certificate.name} ends in {days} days", "after that connections are refused", remedy[1]),
        )
    return fine(
        f"tls.{name}", f"{certificate.name} 有效, 还有 {days} 天", f"{certificate.name} is valid for {days} days"
    )
