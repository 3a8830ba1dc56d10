"""Matters: states, due dates, how they were computed, and what happened when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from gateway.api.models.common import Model, Next, Paged, Words, day, when
from gateway.api.models.letters import Rung, rung
from gateway.api.wording import told
from guantong.node.v1 import matters_service_pb2 as pb


class MattersQuery(Paged):
    """Which matters are wanted."""

    state: Annotated[str, Field(max_length=40), told("只看处于该状态的", "Only in this state", "signed_for")] = ""
    side: Annotated[
        Literal["opener", "addressee"] | None,
        told("本单位是发起方还是承办方", "Whether this body opened it or is its addressee", "addressee"),
    ] = None
    letter_kind: Annotated[
        str, Field(max_length=60), told("只看由该种函件开启的", "Only opened by this kind", "info.request")
    ] = ""

    def message(self) -> pb.ListMattersRequest:
        """As the node takes it."""
        return pb.ListMattersRequest(
            state=self.state,
            side=self.side or "",
            letter_kind=self.letter_kind,
            page_size=self.page_size,
            page_token=self.page_token,
        )


class Deadline(Model):
    """One due date. Where the opinion gives none, there is none."""

    deadline_id: Annotated[str, told("期限编号", "Identifier; asks for the explanation")]
    rule_id: Annotated[str, told("所依规则", "Rule of the rulebook", "reply.request")]
    article_id: Annotated[str, told("所依条款", "Article the rule comes from", "A3.2h")]
    state: Annotated[
        str, told("open、met、late_met、suspended、closed", "open, met, late_met, suspended or closed", "open")
    ]
    start_date: Annotated[date | None, told("起算日", "The day it counts from", "2026-03-02")]
    due_date: Annotated[date | None, told("到期日; 规定未给日期时为空", "Due date; null where the law gives none")]
    original_due_date: Annotated[date | None, told("延长前的到期日", "The date before it was moved")]
    opens_date: Annotated[date | None, told("节点事项最早可办之日", "From when a milestone may be acted on", None)]
    provisional: Annotated[bool, told("年度日历未公布, 暂定", "Its year's calendar is not published yet", False)]
    late: Annotated[
        bool, told("现已逾期; 暂定日期不计逾期", "Late by the clock now; never on a provisional date", False)
    ]
    late_working_days: Annotated[int, told("逾期工作日数", "Working days late", 0)]
    remaining_working_days: Annotated[
        int | None,
        told("今日之后尚余工作日数; 无法计算时为空", "Working days left after today; null where none count", 3),
    ]


class Matter(Model):
    """A matter: one letter and everything that follows from it."""

    matter_id: Annotated[str, told("事项编号", "Identifier", "019f2b6c-7a10-7d34-9c51-2f6f0a4b8e11")]
    matter_kind: Annotated[str, told("事项类别: notice、request、handover", "notice, request or handover", "request")]
    letter_kind: Annotated[str, told("开启该事项的函件种类", "Kind of the letter that opened it", "info.request")]
    title: Annotated[Words, told("名称", "Name")]
    peer: Annotated[str, told("对方单位", "The other body", "inspection")]
    side: Annotated[
        str, told("本单位: opener 发起, addressee 承办", "This body's side: opener or addressee", "addressee")
    ]
    sub_unit: Annotated[str | None, told("承办的内设机构", "Sub-unit it was addressed to", None)]
    state: Annotated[str, told("状态", "State", "signed_for")]
    business_state: Annotated[str | None, told("业务状态", "Its business name", "已签收")]
    document_number: Annotated[str | None, told("发文字号", "Document number", "青巡办函〔2026〕12号")]
    strand: Annotated[str | None, told("协作类别(A1.1d)", "Strand of cooperation (A1.1d)", "before_entry")]
    article_ids: Annotated[list[str], told("所依条款", "Articles it rests on", ["A3.2a"])]
    opened_time: Annotated[datetime | None, told("开启时间", "When it was opened")]
    updated_time: Annotated[datetime | None, told("最近变动时间", "When it last changed")]
    opening_letter_id: Annotated[str | None, told("开启该事项的函件", "The opening letter")]
    handler_name: Annotated[str | None, told("本单位经办人", "Who handles it here", None)]
    ladder: Annotated[list[Rung], told("开启函的回执阶梯", "Receipt ladder of the opening letter")]
    deadlines: Annotated[list[Deadline], told("各项期限", "Its due dates")]
    flags: Annotated[list[Words], told("陈述时间不相符之处", "What does not fit among the stated times")]


class MatterPage(Model):
    """A page of matters, the one that changed last first."""

    items: list[Matter]
    next: Next


class Happening(Model):
    """One line of a matter's history."""

    time: Annotated[datetime | None, told("时间", "When")]
    event: Annotated[str, told("何事", "What", "signed_for")]
    body: Annotated[str, told("由谁", "The body that did it", "audit")]
    letter_id: Annotated[str | None, told("所涉函件", "The letter concerned")]
    overridden: Annotated[Words | None, told("未发生效力的原因", "Why it has no effect, if it has none", None)]


class WholeMatter(Model):
    """A matter with its history."""

    matter: Matter
    timeline: Annotated[list[Happening], told("经过", "What happened, in order")]


class ExplainedDay(Model):
    """One day on the way to a due date."""

    day: Annotated[date, told("日期", "The day", "2026-03-03")]
    counted: Annotated[bool, told("是否计入", "Whether it counts")]
    code: Annotated[str, told("原因代码", "Stable code of the reason", "workday")]
    reason: Annotated[Words, told("原因", "Why or why not")]
    provisional: Annotated[bool, told("该年度日历未公布", "The calendar of its year is not published")]


class Explanation(Model):
    """A due date and how it was computed, day by day."""

    deadline: Deadline
    summary: Annotated[Words, told("规则、起算日和结果", "The rule, its start and what follows, in a sentence")]
    days: list[ExplainedDay]


def deadline(one: pb.DeadlineView) -> Deadline:
    """A due date as the node tells it."""
    return Deadline(
        deadline_id=one.deadline_id,
        rule_id=one.rule_id,
        article_id=one.article_id,
        state=one.state,
        start_date=day(one.start_date),
        due_date=day(one.due_date),
        original_due_date=day(one.original_due_date),
        opens_date=day(one.opens_date),
        provisional=one.provisional,
        late=one.late,
        late_working_days=one.late_working_day_count,
        remaining_working_days=one.remaining_working_day_count if one.HasField("remaining_working_day_count") else None,
    )


def matter(one: pb.MatterView) -> Matter:
    """A matter as the node tells it."""
    return Matter(
        matter_id=one.matter_id,
        matter_kind=one.matter_kind,
        letter_kind=one.letter_kind,
        title=Words(zh=one.title_zh, en=one.title_en),
        peer=one.peer,
        side=one.side,
        sub_unit=one.sub_unit or None,
        state=one.state,
        business_state=one.business_state or None,
        document_number=one.document_number or None,
        strand=one.strand or None,
        article_ids=list(one.article_ids),
        opened_time=when(one.opened_time),
        updated_time=when(one.updated_time),
        opening_letter_id=one.opening_letter_id or None,
        handler_name=one.handler_name or None,
        ladder=[rung(step) for step in one.ladder],
        deadlines=[deadline(each) for each in one.deadlines],
        flags=[Words(zh=flag.text_zh, en=flag.text_en) for flag in one.flags],
    )


def whole_matter(one: pb.GetMatterResponse) -> WholeMatter:
    """A matter with its history as the node tells both."""
    return WholeMatter(matter=matter(one.matter), timeline=[_happening(entry) for entry in one.timeline])


def explanation(one: pb.ExplainDeadlineResponse) -> Explanation:
    """How the node computed a due date."""
    days = [
        ExplainedDay(
            day=date.fromisoformat(each.date),
            counted=each.counted,
            code=each.reason_code,
            reason=Words(zh=each.reason_zh, en=each.reason_en),
            provisional=each.provisional,
        )
        for each in one.days
    ]
    return Explanation(deadline=deadline(one.deadline), summary=Words(zh=one.summary_zh, en=one.summary_en), days=days)


def _happening(entry: pb.TimelineEntry) -> Happening:
    zh, en = entry.overridden_reason, entry.overridden_reason_en
    return Happening(
        time=when(entry.time),
        event=entry.event,
        body=entry.body,
        letter_id=entry.letter_id or None,
        overridden=Words(zh=zh, en=en or zh) if zh else None,
    )
