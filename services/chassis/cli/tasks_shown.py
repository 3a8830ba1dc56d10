"""What is to be done as a table: the matter where there is one, else what its draft says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from guantong.node.v1 import drafts_service_pb2 as drafts
from guantong.node.v1 import matters_service_pb2 as pb
from services.chassis.cli.drafts import STATES
from services.chassis.cli.output import Column, Output
from services.chassis.cli.words import ACTIONS


def due_text(one: pb.MatterView, to: Output) -> str:
    """The date that counts last, and whether it is provisional; empty where there is none."""
    running = [deadline for deadline in one.deadlines if deadline.due_date]
    if not running:
        return ""
    last = running[-1]
    doubt = to.pick(" 暂定", " provisional") if last.provisional else ""
    return f"{last.due_date}{doubt}"


def late_text(one: pb.MatterView, to: Output) -> str:
    """Working days late, also of what was answered late and is settled; empty where nothing is or was late."""
    days = max((deadline.late_working_day_count for deadline in one.deadlines), default=0)
    return to.pick(f"{days} 个工作日", "1 working day" if days == 1 else f"{days} working days") if days else ""


def task_columns(known: Mapping[str, drafts.Draft]) -> tuple[Column, ...]:
    """The columns of tasks; `known` are live drafts by id."""

    def action(one: pb.Task, to: Output) -> str:
        draft = known.get(one.draft_id)
        if draft is not None and draft.state == drafts.DRAFT_STATE_RETURNED:
            return to.word(STATES, draft.state)
        return to.word(ACTIONS, one.action)

    def kind(one: pb.Task, to: Output) -> str:
        if one.matter.matter_id or one.draft_id not in known:
            return to.pick(one.matter.title_zh, one.matter.title_en)
        return to.kind(known[one.draft_id].address.kind)

    def peer(one: pb.Task, to: Output) -> str:
        if one.matter.matter_id or one.draft_id not in known:
            return to.name(one.matter.peer)
        return ", ".join(to.name(body) for body in known[one.draft_id].address.recipients)

    return (
        Column("须办", "To do", action),
        Column("种类", "Kind", kind),
        Column("对方", "With", peer),
        # A question has no date: the matter's is that of the body that asks.
        Column("期限", "Due", lambda one, to: "" if one.letter_id else due_text(one.matter, to)),
        Column("逾期", "Late", lambda one, to: "" if one.letter_id else late_text(one.matter, to)),
        Column("拟稿", "Draft", lambda one, _: one.draft_id, whole=True),
        Column("函件", "Letter", lambda one, _: one.letter_id or one.matter.opening_letter_id, whole=True),
    )
