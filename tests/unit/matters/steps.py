"""Steps for tests: acts with the facts that their conditions ask for, and two sides that hear of each other late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.chassis.matters.fold import Matter, fold
from services.chassis.matters.may import Refusal, may
from services.chassis.matters.model import Act, Event, Kind, Medium, Side, Standing
from services.chassis.matters.order import last_of
from services.chassis.testing.clock import DEFAULT_INSTANT

OP, AD = Side.OPENER, Side.ADDRESSEE
SIGNED_FOR = [(OP, Event.OPENED), (AD, Event.SIGNED_FOR)]
ACCEPTED = [*SIGNED_FOR, (AD, Event.ACCEPTED)]
ANSWERED = [*ACCEPTED, (AD, Event.ANSWERED)]

SECTION, PERSON = "u1/finance", "p1"
SIGNED: Mapping[str, object] = {"leader_signed_at": "2026-03-02T00:30:00+00:00"}
APPROVED: Mapping[str, object] = {"reason": "材料较多", "approver": "主任"}
FACTS: Mapping[Event, Mapping[str, object]] = {
    Event.OPENED: {
        **SIGNED,
        "required_sections": [SECTION],
        "persons": [PERSON],
        "hearing_decision": "〔2026〕3号",
        "packed_by": "甲",
        "witness": "乙",
    },
    Event.SIGNED_FOR: {"signed_for_by": "张三"},
    Event.DEEMED_SIGNED_FOR: {
        "telephoned_by": "李四",
        "telephoned_whom": "王五",
        "telephoned_at": "2026-03-03T02:00:00+00:00",
    },
    Event.DECLINED: {**SIGNED, "reason": "本单位即为被巡察单位"},
    Event.ANSWERED: {**SIGNED, "sections": {SECTION: "provided"}, "deidentified": True},
    Event.SUPPLEMENTED: {**SIGNED, "sections": {SECTION: "provided"}, "deidentified": True},
    Event.RETURNED_FOR_COMPLETION: {"section_reasons": {SECTION: "缺少年度数据"}, "target_date": "2026-03-12"},
    Event.WITHDRAWN: {**SIGNED, **APPROVED},
    Event.REMINDED: {"step": "1"},
    Event.EXTENDED: {**APPROVED, "length": 2},
    Event.SUSPENDED: APPROVED,
    Event.RESUMED: APPROVED,
    Event.CORRECTED: SIGNED,
    Event.RECALLED: APPROVED,
    Event.DELETION_CERTIFIED: SIGNED,
    Event.INTERIM_RESULT: SIGNED,
    Event.FINAL_RESULT: {**SIGNED, "results": {PERSON: "conclude"}},
    Event.RETURNED_AS_NOT_OURS: {**SIGNED, "reason": "不属本单位管理权限", "proposed_body": "organization"},
    Event.CLOSED: {"reason": "巡察任务调整", "decision": "〔2026〕9号"},
}
"""Facts that meet the conditions of each step, apart from the letter that some of them name."""
SCANNED: Mapping[str, object] = {"scan_digest": "ab" * 32, "recorded_by": "赵六"}


def hours(count: float) -> datetime:
    return DEFAULT_INSTANT + timedelta(hours=count)


def whole_facts(event: Event, standing: Standing, side: Side) -> dict[str, object]:
    """Facts with which the step is possible wherever it is possible at all."""
    facts = dict(FACTS.get(event, {}))
    if event is Event.CORRECTED:
        facts["letter"] = max((letter for own, letter in standing.own_letters if own is side), default="")
    if event is Event.RECALLED:
        answer = standing.answers[-1] if standing.answers else ""
        facts["letter"] = (standing.opening_id or "") if side is Side.OPENER else answer
    return facts


@dataclass
class Conversation:
    """Two sides that write what they like when they like, and hear of each other in channel order, late.

    Letter ids are numbers of one count, so that they say nothing about the side.
    """

    kind: Kind = Kind.REQUEST
    known: dict[Side, list[Act]] = field(default_factory=lambda: {side: [] for side in Side})
    under_way: dict[Side, list[Act]] = field(default_factory=lambda: {side: [] for side in Side})
    """By the side that they are on the way to."""
    written: int = 0

    def matter(self, side: Side = Side.OPENER) -> Matter:
        """The matter as `side` sees it now."""
        return fold(self.kind, self.known[side])

    def draft(self, writer: Side, event: Event, *, on_behalf: bool = False, **facts: Any) -> Act:
        """What `writer` would write now, having seen all that was delivered to it."""
        side = writer.other if on_behalf else writer
        whole = {**whole_facts(event, self.matter(writer).standing, side), **(SCANNED if on_behalf else {}), **facts}
        return Act(
            letter_id=f"L{self.written + 1:03}",
            event=event,
            writer=writer,
            number=self.written + 1,
            at=hours(self.written),
            last_seen=last_of(self.known[writer], writer.other),
            facts=whole,
            on_behalf=on_behalf,
            medium=Medium.PAPER if on_behalf else Medium.NODE,
        )

    def refusal(self, act: Act) -> Refusal | None:
        """What `may` tells the writer before it writes `act`."""
        return may(self.matter(act.writer), act.event, act.side, act.facts, on_paper_for_other=act.on_behalf)

    def write(self, writer: Side, event: Event, *, on_behalf: bool = False, **facts: Any) -> Act:
        """Write without asking; it is under way to the other side."""
        act = self.draft(writer, event, on_behalf=on_behalf, **facts)
        self.written += 1
        self.known[writer].append(act)
        self.under_way[writer.other].append(act)
        return act

    def deliver(self, to: Side | None = None, count: int = 1_000_000) -> None:
        """Let `to` (or both) hear the next letters."""
        for side in Side if to is None else (to,):
            arrived, self.under_way[side] = self.under_way[side][:count], self.under_way[side][count:]
            self.known[side].extend(arrived)

    def talk(self, *steps: tuple[Side, Event]) -> Matter:
        """Steps in turn, each heard before the next."""
        for side, event in steps:
            self.write(side, event)
            self.deliver()
        return self.matter()


def talked(kind: Kind, *steps: tuple[Side, Event]) -> Conversation:
    """A conversation in which each step was heard before the next."""
    conversation = Conversation(kind)
    conversation.talk(*steps)
    assert conversation.matter(OP) == conversation.matter(AD)
    return conversation
