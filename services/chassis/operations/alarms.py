"""Every kind of alarm: what it means, what to do, and whether it lasts until its cause has gone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class AlarmKind:
    """What people are told of one kind of alarm.

    A `lasting` one is open as long as its cause, and closes by itself. One that is not `kept` mends itself: it is for
    log and metrics, and what it leads to when it does not has a kind of its own.
    """

    zh: str
    en: str
    lasting: bool = False
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Cause:
    """What an alarm is about. While one is open, the same again only counts.

    `peer` is the other body, or this one where no other is concerned; `reason` a stable code, empty for none.
    """

    kind: str
    peer: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as it is kept. Times are the node's."""

    alarm_id: str
    cause: Cause
    first_at: datetime
    last_at: datetime
    count: int
    closed_at: datetime | None
    closed_by: str
    """The account; empty when it closed by itself."""
    closing_reason: str


KINDS: Mapping[str, AlarmKind] = MappingProxyType(
    {
        "letter_quarantined": AlarmKind(
            "来件未通过验证, 已隔离。请看 guantong quarantine 所列原因与处理办法",
            "A frame did not verify and is quarantined. guantong quarantine tells why and what to do",
            lasting=True,
        ),
        "letter_parked": AlarmKind(
            "函件已存而未能处理。排除原因后 guantong parked retry, 或 parked set-aside 搁置",
            "A stored letter could not be handled. Mend the cause, then guantong parked retry, or set it aside",
            lasting=True,
        ),
        "channel_rejoining": AlarmKind(
            "本节点由备份恢复, 正等该单位交还其间的函件, 对方在线时几秒内自行完成。久未解除请与对方联系",
            "This node came back from a copy and waits for what this body gives back; seconds while it is up. "
            "If it lasts, telephone",
            lasting=True,
        ),
        "channel_halted": AlarmKind(
            "与该单位的通道已停发: 双方记录不一致。请看 guantong channels 所列原因; "
            "若本节点并未恢复备份, 请查密钥是否外泄",
            "Nothing new goes to this body: the two records differ. guantong channels tells why; if this node was not "
            "restored, find out who else has its keys",
            lasting=True,
        ),
        "peer_silent": AlarmKind(
            "有函件等待而该单位一天以上无音讯。请电话联系, 必要时改用纸质送达",
            "Letters wait and the body has been silent for a day. Telephone; deliver on paper if need be",
            lasting=True,
        ),
        "peer_restored": AlarmKind(
            "该单位的记录倒退或缺号, 应是由备份恢复。本节点所存缺件会自动补发, 请与其核实",
            "The body's record went back or leaves numbers out: it was restored from a backup. What this node has of "
            "it is sent again; ask it to confirm",
        ),
        "equivocation": AlarmKind(
            "两封不同的函件以同一序号、同一单位签名发出, 证据已存。若系本单位签名, 请查明有无第二份节点、密钥是否外泄; "
            "若为对方, 请与其核实",
            "Two different letters bear one number and one body's signature; the proof is kept. If this body signed, "
            "find out at once whether a second copy of the node runs or its key is stolen; if the other did, ask it",
        ),
        "attachment_refused": AlarmKind(
            "该单位来函的一个附件未通过检查, 不得打开。请看 guantong attachments 所列原因, 请其另行提供",
            "An attachment of this body's letter may not be opened. guantong attachments tells why; ask for another",
        ),
        "attachments_disk_full": AlarmKind(
            "附件文件夹所在磁盘空间不足, 附件暂停接收, 函件照常收发。请清理磁盘",
            "The disk of the attachments has no room: they wait, letters go on. Make room",
        ),
        "attachments_lost": AlarmKind(
            "本节点的附件文件缺失, 或附件文件夹不在原处。请接回该文件夹或从备份恢复",
            "Files of this node's attachments are missing, or their folder is away. Bring the folder back, or restore "
            "it from the backup",
        ),
        "destroyed_register": AlarmKind(
            "销毁名册 destroyed.jsonl 被改动。请留存副本后移开该文件, 节点将依数据库重新写出",
            "The register of destroyed letters, destroyed.jsonl, was changed. Keep a copy and move it away: the node "
            "writes it anew from its database",
        ),
        "backup_failed": AlarmKind(
            "备份未能完成, 稍后自动重试, 以前的备份不受影响。请看 guantong doctor 所列原因",
            "A backup could not be taken and is tried again; earlier ones are untouched. guantong doctor tells why",
        ),
        "notice_not_sent": AlarmKind(
            "待办提醒未能发出, 稍后自动重试, 函件照常收发。请检查 node.toml 的 [notices] 与邮件服务器",
            "A notice that work has come could not be sent and is tried again; letters go on. See [notices] in "
            "node.toml, and the mail server",
        ),
        "journal_faulty": AlarmKind(
            "日志核验发现问题, 记录可能被改动或磁盘损坏。请勿改动现场, 保留副本, 用 guantong verify 查看出错位置, "
            "再由备份恢复",
            "The journal did not verify: the record was changed, or the disk fails. Keep a copy as it is, see with "
            "guantong verify where, and restore from a backup",
        ),
        "second_copy": AlarmKind(
            "本节点有第二份在运行(复制的文件夹或恢复的数据库), 后启动者已停止。请查明并只保留一份",
            "A second copy of this node ran; the one started later has stopped. Find out why, and keep one only",
        ),
        "certificate_ends": AlarmKind(
            "本节点的 TLS 证书即将到期或已到期, 到期后无法连接总线。请办理续期: guantong keys renew-certificate",
            "A TLS certificate of this node ends soon or has ended; without it the bus is not reached. Renew it: "
            "guantong keys renew-certificate",
            lasting=True,
        ),
        "key_ends": AlarmKind(
            "本单位的签名或加密密钥即将失效或已失效。请生成新密钥并报巡察办列入名录: guantong keys new",
            "A signing or sealing key of this body ends soon or has ended. Make a new one and have the office list "
            "it: guantong keys new",
            lasting=True,
        ),
        "storage_key_missing": AlarmKind(
            "有内容以本节点没有的储存密钥封存, 无法读取。请用密钥副本恢复: guantong keys restore",
            "Contents rest under a storage key that this node does not have and cannot be read. Bring it back from "
            "the copy: guantong keys restore",
            lasting=True,
        ),
        "bus_denied": AlarmKind(
            "总线拒绝了本节点的一次操作。若非名录变更所致, 请检查证书与 bus.toml 中的权限",
            "The bus refused this node something. Unless the directory just changed, look at certificate and rights",
        ),
        "bus_slow_consumer": AlarmKind(
            "总线认为本节点取件过慢。请检查磁盘与数据库负荷",
            "The bus finds this node slow to fetch. Look at disk and database load",
        ),
        "bus_connection_fault": AlarmKind(
            "与总线的连接出错, 会自动重连。反复出现时请检查网络与证书",
            "The connection to the bus failed and is made anew. If it recurs, look at network and certificates",
            kept=False,
        ),
        "bus_away": AlarmKind(
            "总线连接中断半分钟以上, 函件在本节点等待。请检查总线服务、网络与证书: guantong doctor",
            "The bus has been away for half a minute or more and letters wait here. See what guantong doctor says",
            lasting=True,
        ),
        "bus_server_died": AlarmKind(
            "总线服务意外退出并已重启。请查看其日志",
            "The bus server died and was started again. Look at its log",
        ),
        "bus_storage_failed": AlarmKind(
            "总线无法写入存储(磁盘已满或损坏), 函件在各节点等待。请腾出空间, 总线随后自行恢复",
            "The bus cannot write to its storage (disk full or failing); letters wait at the nodes. Make room; it "
            "then recovers by itself",
        ),
        "bus_storage_rebuilt": AlarmKind(
            "总线的存储曾丢失, 已重建; 未有回执的函件会自动重发",
            "The bus lost its storage; it was made anew and letters without receipt are sent again",
        ),
    }
)
"""Whoever raises a new kind adds it here; the kind is also what logs and metrics say."""

_UNKNOWN = AlarmKind("本版本没有该种告警的说明, 请看日志", "This version has no text for this kind; look at the log")


def kind_named(kind: str) -> AlarmKind:
    """What is told of `kind`; of one that nobody registered, that."""
    return KINDS.get(kind, _UNKNOWN)
