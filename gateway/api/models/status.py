"""How the node fares, and who the token's owner is there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from gateway.api.models.common import Model, when
from gateway.api.wording import told
from guantong.node.v1 import people_service_pb2 as people_pb
from guantong.node.v1 import status_service_pb2 as pb


class Peer(Model):
    """Where the node stands with another body."""

    body: Annotated[str, told("对方单位", "The other body", "audit")]
    sent_count: Annotated[int, told("已发函件数", "Letters written to it", 12)]
    receipted_count: Annotated[int, told("其中已获回执", "Those its receipts cover", 12)]
    stored_count: Annotated[int, told("收存的来函数", "Letters stored from it", 5)]
    heard_time: Annotated[datetime | None, told("最近一次收到对方消息", "Last sign of life")]
    silent: Annotated[bool, told("久无消息且有函待收", "Letters wait and it has been silent for too long", False)]
    halted: Annotated[str | None, told("停止发送的原因", "Why nothing new goes to it", None)]


class JournalCheck(Model):
    """The last walk over the whole journal."""

    check_time: Annotated[datetime | None, told("校验时间", "When it was walked")]
    sound: Annotated[bool, told("账本完好", "Whether it was found sound", True)]
    entry_count: Annotated[int, told("条目数", "How many entries", 1200)]


class Status(Model):
    """Counts and ages, never content."""

    body: Annotated[str, told("本单位", "This body", "audit")]
    version: Annotated[str, told("程序版本", "Version of the program", "0.1.0")]
    now: Annotated[datetime | None, told("节点时间", "The node's time")]
    demo: Annotated[bool, told("演示环境", "Whether this is a demonstration", False)]
    bus_connected: Annotated[bool, told("已连上总线", "Whether it is connected to the bus", True)]
    journal_entry_count: Annotated[int, told("账本条目数", "Entries of the journal", 1200)]
    journal_check: Annotated[JournalCheck | None, told("最近一次账本校验", "The last check of the journal", None)]
    parked_count: Annotated[int, told("搁置的函件", "Letters that stand still", 0)]
    quarantined_count: Annotated[int, told("隔离的报文", "Frames that were not believed", 0)]
    alarm_count: Annotated[int, told("未处置的告警", "Alarms nobody has answered", 0)]
    attachments_waiting_count: Annotated[int, told("尚未收齐的附件", "Attachments that are not whole yet", 0)]
    attachments_refused_count: Annotated[int, told("不得打开的附件", "Attachments that may not be opened", 0)]
    last_backup_time: Annotated[datetime | None, told("最近一次备份", "When the last backup was made")]
    peers: list[Peer]


class Me(Model):
    """Who the token belongs to, and what that person may do now."""

    body: Annotated[str, told("本单位", "This body", "audit")]
    login: Annotated[str, told("登录名", "Login", "clerk")]
    name: Annotated[str, told("姓名", "Name", "经办人")]
    post: Annotated[str | None, told("职务", "Post", "科员")]
    roles: Annotated[list[str], told("现有角色", "Roles that count now", ["clerk"])]


def status(one: pb.GetStatusResponse) -> Status:
    """The node's state as it tells it."""
    check = one.journal_check if one.HasField("journal_check") else None
    return Status(
        body=one.body,
        version=one.version,
        now=when(one.now),
        demo=one.demo,
        bus_connected=one.bus_connected,
        journal_entry_count=one.journal_entry_count,
        journal_check=JournalCheck(check_time=when(check.check_time), sound=check.sound, entry_count=check.entry_count)
        if check
        else None,
        parked_count=one.parked_count,
        quarantined_count=one.quarantined_count,
        alarm_count=one.alarm_count,
        attachments_waiting_count=one.attachments_waiting_count,
        attachments_refused_count=one.attachments_refused_count,
        last_backup_time=when(one.last_backup_time),
        peers=[_peer(peer) for peer in one.peers],
    )


def me(body: str, account: people_pb.Account) -> Me:
    """The token's owner at the node of `body`."""
    roles = {people_pb.Role.Name(grant.role).removeprefix("ROLE_").lower() for grant in account.grants}
    return Me(body=body, login=account.login, name=account.name, post=account.post or None, roles=sorted(roles))


def _peer(one: pb.PeerStatus) -> Peer:
    return Peer(
        body=one.body,
        sent_count=one.sent_count,
        receipted_count=one.receipted_count,
        stored_count=one.stored_count,
        heard_time=when(one.heard_time),
        silent=one.silent,
        halted=one.halted or None,
    )
