"""Matters and acts for tests, with the facts that each step's conditions ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.chassis.dossiers.model import NewMatter
from services.chassis.matters.model import Act, Event, Kind, Medium, Side
from services.chassis.testing.clock import DEFAULT_INSTANT

SIGNED = {"leader_signed_at": "2026-03-02T00:30:00+00:00"}
FACTS: Mapping[Event, Mapping[str, object]] = {
    Event.OPENED: {**SIGNED, "required_sections": ["u1/finance"]},
    Event.SIGNED_FOR: {"signed_for_by": "张三"},
    Event.DEEMED_SIGNED_FOR: {
        "telephoned_by": "李四",
        "telephoned_whom": "王五",
        "telephoned_at": "2026-03-03T02:00:00+00:00",
    },
    Event.ANSWERED: {**SIGNED, "sections": {"u1/finance": "provided"}, "deidentified": True},
    Event.RETURNED_FOR_COMPLETION: {"section_reasons": {"u1/finance": "缺少年度数据"}, "target_date": "2026-03-12"},
    Event.WITHDRAWN: {**SIGNED, "reason": "不再需要"},
    Event.EXTENDED: {"reason": "材料较多", "approver": "主任", "length": 2},
    Event.SUSPENDED: {"reason": "等待批复", "approver": "主任"},
}


def new_matter(matter_id: str = "m1", **changes: Any) -> NewMatter:
    plain = NewMatter(
        matter_id=matter_id,
        kind=Kind.REQUEST,
        letter_kind="info.request",
        opener="inspection",
        addressee="finance",
        our_side=Side.OPENER,
        opened_letter_id="o1",
        document_number="巡察办函〔2026〕1号",
        article_ids=("A3.2f",),
        subject_ref={"round_id": "r1", "unit_ids": ["u1"]},
    )
    return NewMatter(**{**plain.__dict__, **changes})


def act(event: Event, number: int, seen: str | None = None, **changes: Any) -> Act:
    """`event` by the side whose event it usually is: letters o1, o2… of the opener, a1, a2… of the addressee."""
    writer = changes.pop("writer", Side.OPENER if event in _OPENERS else Side.ADDRESSEE)
    plain: dict[str, Any] = {
        "letter_id": f"{'o' if writer is Side.OPENER else 'a'}{number}",
        "event": event,
        "writer": writer,
        "number": number,
        "at": hours(number),
        "last_seen": seen,
        "facts": FACTS.get(event, {}),
        "medium": Medium.NODE,
    }
    return Act(**{**plain, **changes})


def hours(count: float) -> datetime:
    return DEFAULT_INSTANT + timedelta(hours=count)


_OPENERS = frozenset(
    {
        Event.OPENED,
        Event.DEEMED_SIGNED_FOR,
        Event.RETURNED_FOR_COMPLETION,
        Event.REPLY_ACCEPTED,
        Event.WITHDRAWN,
        Event.REMINDED,
        Event.EXTENDED,
        Event.SUSPENDED,
        Event.RESUMED,
        Event.CLARIFIED,
        Event.CLOSED,
    }
)
