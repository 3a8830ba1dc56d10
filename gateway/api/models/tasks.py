"""The to-do list: what this body owes and what it waits for."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from gateway.api.models.common import Model, Next, Paged, Words, day
from gateway.api.models.matters import Deadline, deadline
from gateway.api.wording import told
from guantong.node.v1 import matters_service_pb2 as pb

_SIDES: dict[str, pb.OwedBy.ValueType] = {"us": pb.OWED_BY_US, "them": pb.OWED_BY_THEM}
_SIDE_NAMES = {number: name for name, number in _SIDES.items()}
Side = Annotated[
    Literal["us", "them"] | None, told("该谁办理: us 本单位, them 对方", "Whose turn it is: us or them", "us")
]


class TasksQuery(Paged):
    """Which tasks are wanted."""

    owed_by: Side = None
    strand: Annotated[str, Field(max_length=60), told("只看该协作类别的", "Only of this strand of cooperation")] = ""
    letter_kind: Annotated[str, Field(max_length=60), told("只看该种函件的", "Only of this kind", "info.request")] = ""
    late: Annotated[bool, told("只看已逾期的", "Only what is late now")] = False
    mine: Annotated[bool, told("只看令牌持有人经办的", "Only what lies on the desk of the token's owner")] = False

    def message(self) -> pb.ListTasksRequest:
        """As the node takes it."""
        return pb.ListTasksRequest(
            page_size=self.page_size,
            page_token=self.page_token,
            mine=self.mine,
            strand=self.strand,
            letter_kind=self.letter_kind,
            owed_by=_SIDES.get(self.owed_by or "", pb.OWED_BY_UNSPECIFIED),
            late=self.late,
        )


class Task(Model):
    """One thing to do or to wait for."""

    action: Annotated[
        str,
        told(
            "sign_for 签收、accept 受理、draft 拟稿、review 核稿、sign 签发、clarify 说明、settle 办结、wait 等待对方",
            "sign_for, accept, draft, review, sign, clarify, settle or wait",
            "sign_for",
        ),
    ]
    owed_by: Side
    matter_id: Annotated[
        str | None, told("所属事项; 尚无事项的文稿为空", "The matter; null for a draft that opens one")
    ]
    draft_id: Annotated[str | None, told("所涉文稿", "The draft to work on", None)]
    letter_kind: Annotated[str, told("函件种类", "Kind of letter", "info.request")]
    title: Annotated[Words, told("名称", "Name")]
    peer: Annotated[str | None, told("对方单位", "The other body", "inspection")]
    sub_unit: Annotated[str | None, told("本单位所涉内设机构", "The sub-unit here that it concerns", None)]
    strand: Annotated[str | None, told("协作类别(A1.1d)", "Strand of cooperation (A1.1d)")]
    article_ids: Annotated[list[str], told("所依条款", "Articles it rests on", ["A3.2a"])]
    began_date: Annotated[date | None, told("起始日(北京)", "When it began, Beijing", "2026-03-02")]
    deadline: Annotated[
        Deadline | None, told("所受期限; 规定未给日期时为空", "The date it stands under; null where there is none")
    ]
    age_working_days: Annotated[
        int | None, told("无期限事项已历工作日数", "Working days since it began, for what has no date", None)
    ]
    reminder: Annotated[Words | None, told("今日应提醒的内容", "The step of the reminder ladder reached today", None)]


class TaskGroup(Model):
    """How many tasks of one strand and side there are, whatever else was asked for."""

    strand: Annotated[str | None, told("协作类别", "Strand; null for what belongs to none")]
    owed_by: Side
    task_count: Annotated[int, told("件数", "How many", 4)]
    late_count: Annotated[int, told("其中已逾期", "Those that are late", 1)]
    soon_count: Annotated[int, told("其中三个工作日内到期", "Those due within three working days", 2)]


class Strand(Model):
    """One strand of cooperation."""

    strand: Annotated[str, told("类别代码", "Code")]
    title: Words


class TaskPage(Model):
    """A page of the to-do list: what is owed first, then what is waited for, each most urgent first."""

    items: list[Task]
    next: Next
    groups: list[TaskGroup]
    strands: list[Strand]


def task(one: pb.Task) -> Task:
    """A task as the node tells it."""
    zh, en = one.reminder_zh, one.reminder_en
    return Task(
        action=one.action,
        owed_by=side(one.owed_by),
        matter_id=one.matter.matter_id or None,
        draft_id=one.draft_id or None,
        letter_kind=one.letter_kind or one.matter.letter_kind,
        title=Words(zh=one.title_zh or one.matter.title_zh, en=one.title_en or one.matter.title_en),
        peer=one.peer or one.matter.peer or None,
        sub_unit=one.sub_unit or None,
        strand=one.strand or None,
        article_ids=list(one.article_ids),
        began_date=day(one.began_date),
        deadline=deadline(one.deadline) if one.HasField("deadline") else None,
        age_working_days=one.age_working_day_count if one.HasField("age_working_day_count") else None,
        reminder=Words(zh=zh, en=en or zh) if zh else None,
    )


def task_page(found: pb.ListTasksResponse, following: str | None) -> TaskPage:
    """A page as the node tells it; `following` is the address of the next one."""
    return TaskPage(
        items=[task(one) for one in found.tasks],
        next=following,
        groups=[
            TaskGroup(
                strand=one.strand or None,
                owed_by=side(one.owed_by),
                task_count=one.task_count,
                late_count=one.late_count,
                soon_count=one.soon_count,
            )
            for one in found.groups
        ],
        strands=[Strand(strand=one.strand, title=Words(zh=one.title_zh, en=one.title_en)) for one in found.strands],
    )


def side(number: int) -> Literal["us", "them"] | None:
    """Whose turn it is; None where the node does not say."""
    name = _SIDE_NAMES.get(pb.OwedBy.ValueType(number))
    return "us" if name == "us" else "them" if name == "them" else None
