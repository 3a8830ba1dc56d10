"""Rounds, units, teams and the board as tables: their columns, and what states are called."""

from __future__ import annotations

from guantong.inspection.v1 import rounds_service_pb2 as pb
from services.chassis.cli.output import Column, Output, moment
from services.chassis.cli.words import ARTICLES, STATES

_STATES = {**STATES, "not_sent": ("未发", "not sent"), "recused": ("回避", "recused")}
_ROUND_STATES = {
    "DRAFT": ("拟订", "draft"),
    "PLAN_SUBMITTED": ("方案已报", "plan submitted"),
    "PLAN_AGREED": ("方案已定", "plan agreed"),
    "TARGETS_FIXED": ("对象已定", "targets fixed"),
    "PREPARING": ("巡前准备", "preparing"),
    "ON_SITE": ("现场巡察", "on site"),
    "REPORTING": ("汇报", "reporting"),
    "CANCELLED": ("已取消", "cancelled"),
}
_ROUND_KINDS = {
    "routine": ("常规", "routine"),
    "special": ("专项", "special"),
    "mobile": ("机动", "mobile"),
    "upgraded": ("提级", "upgraded"),
    "cross": ("交叉", "cross"),
    "look_back": ("回头看", "look back"),
    "linked": ("上下联动", "linked"),
}
_COMPLETE = {
    "provided": ("有", "provided"),
    "none": ("无", "none"),
    "not_held": ("未掌握", "not held"),
    "withheld": ("未予提供", "withheld"),
    "missing": ("缺", "missing"),
    "recused": ("回避", "recused"),
    "pending": ("待接受", "pending"),
    "destroyed": ("已销毁", "destroyed"),
    "stopped": ("涉上级管理干部", "above the county"),
    "leader_only": ("组长专用", "leader only"),
    "agrees": ("无不同意见", "agrees"),
    "suggests": ("提出建议", "suggests"),
    "objects": ("有不同意见", "objects"),
    "general": ("总体意见", "on all units"),
}
_MEMBER_ROLES = {
    "leader": ("组长", "leader"),
    "deputy": ("副组长", "deputy"),
    "member": ("组员", "member"),
    "liaison": ("联络员", "liaison"),
}
MATTERS = (
    Column("单位", "Body", lambda one, to: to.name(one.body)),
    Column("事项", "Matter", lambda one, _: one.matter_id, whole=True),
)
"""What the office names when it accepts or returns a body's reply."""
ROUNDS = (
    Column("轮次", "Round", lambda one, _: one.round_id, whole=True),
    Column("名称", "Name", lambda one, _: one.name),
    Column("类型", "Kind", lambda one, to: to.word(_ROUND_KINDS, one.kind)),
    Column("状态", "State", lambda one, to: to.word(_ROUND_STATES, one.state)),
    Column("进驻", "On site from", lambda one, _: one.site_from_date),
    Column("撤离", "To", lambda one, _: one.site_to_date),
)
UNITS = (
    Column("对象", "Unit", lambda one, _: one.unit_id, whole=True),
    Column("名称", "Name", lambda one, _: one.name),
    Column("党组织", "Party organization", lambda one, _: one.party_org),
    Column("联系室", "Supervision room", lambda one, _: one.supervision_room),
    Column("回避单位", "Recused bodies", lambda one, to: ", ".join(to.name(body) for body in one.recused_bodies)),
)
GAPS = (
    Column("对象", "Unit", lambda one, _: one.unit_id),
    Column("回避单位", "Recused body", lambda one, to: to.name(one.body)),
    Column(
        "代为提供",
        "Who fills in",
        lambda one, to: to.name(one.substitute) or to.pick("未定", "nobody yet"),
    ),
)


def _members(one: pb.Team, to: Output) -> str:
    return ", ".join(f"{who.name}({to.word(_MEMBER_ROLES, who.role)})" for who in one.members)


TEAMS = (
    Column("巡察组", "Team", lambda one, _: one.team_id, whole=True),
    Column("组别", "No.", lambda one, _: str(one.team_no)),
    Column("对象", "Units", lambda one, _: ", ".join(one.unit_ids)),
    Column("成员", "Members", _members),
    Column("授权自", "Authorized from", lambda one, _: one.authorized_from_date),
    Column("至", "To", lambda one, _: one.authorized_to_date),
)
COMPLETENESS = (
    Column("单位", "Body", lambda one, to: to.name(one.body)),
    Column("部分", "Section", lambda one, to: to.pick(one.title_zh, one.section)),
    Column("状态", "State", lambda one, to: to.word(_COMPLETE, one.state)),
    Column("答复", "Answered", lambda one, _: one.answered_date),
    Column("文号", "Number", lambda one, _: one.document_number),
)


def board_columns(board: pb.GetBoardResponse) -> tuple[Column, ...]:
    """The board's columns; its cells name units by id."""
    names = {unit.unit_id: unit.name for unit in board.units}
    return (
        Column("单位", "Body", lambda one, to: to.name(one.body)),
        Column("对象", "Unit", lambda one, _: names.get(one.unit_id, one.unit_id)),
        Column("状态", "State", lambda one, to: to.word(_STATES, one.state)),
        Column("发出", "Sent", lambda one, _: _short(one, "sent_time")),
        Column("存妥", "Stored", lambda one, _: _short(one, "stored_time")),
        Column("已阅", "Viewed", lambda one, _: _short(one, "viewed_time")),
        Column("签收", "Signed for", lambda one, _: _short(one, "signed_for_time")),
        Column("受理", "Accepted", lambda one, _: _short(one, "accepted_time")),
        Column("期限", "Due", lambda one, _: one.due_date),
        Column("答复", "Answered", lambda one, _: _short(one, "answered_time")),
        Column("逾期(工作日)", "Late (working days)", lambda one, _: str(one.late_working_day_count or "")),
        Column("补充期限", "Completion due", lambda one, _: one.completion_due_date),
        Column("依据", "Article", lambda one, to: to.word(ARTICLES, one.article_id)),
    )


def _short(one: pb.BoardCell, field: str) -> str:
    """Without the year: a board is wide enough."""
    return moment(one, field)[5:]
