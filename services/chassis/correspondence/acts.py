"""Reads the act of a matter out of a letter: the same on both sides, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence.facts import facts_for
from services.chassis.exchange.model import Signer
from services.chassis.matters.model import Act, Event, Medium, Side
from services.chassis.rulebook.model import LetterKind
from services.chassis.timestamps import instant

_ON_PAPER_FOR_OTHER = frozenset({Event.VIEWED, Event.SIGNED_FOR})


@dataclass(frozen=True, slots=True)
class Sheet:
    """What both sides hold of one letter: its place in the channel, its times, who signed it and what it says."""

    letter_id: str
    number: int
    written_at: datetime
    last_seen_letter_id: str
    signer: Signer | None
    message: Message | None
    """None when the sender destroyed it before it came."""


def act_of(sheet: Sheet, kind: LetterKind, writer: Side) -> Act:
    """The act that a letter of this kind does in its matter.

    A ladder step happened when its letter says so, and at the latest when that letter was written: a later time that it
    states is kept as a claim and not believed. Everything else happened when it was written.
    """
    event = Event(kind.event)
    step = sheet.message if isinstance(sheet.message, content.LadderStep) else None
    on_paper = step is not None and bool(step.scan_digest)
    claimed = instant(step.step_time) if step is not None and step.HasField("step_time") else sheet.written_at
    facts = facts_for(kind, sheet.message, sheet.signer)
    if claimed > sheet.written_at:
        facts["claimed_at"] = claimed.isoformat()
    return Act(
        letter_id=sheet.letter_id,
        event=event,
        writer=writer,
        number=sheet.number,
        at=min(claimed, sheet.written_at),
        last_seen=sheet.last_seen_letter_id or None,
        facts=facts,
        on_behalf=on_paper and event in _ON_PAPER_FOR_OTHER,
        medium=Medium.PAPER if on_paper else Medium.NODE,
    )
