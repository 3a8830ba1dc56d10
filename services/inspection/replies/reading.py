"""Reads a reply's content into what the office keeps of it: states, digests, and whether a section must be stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.ledgers.jurisdiction import above_county
from services.inspection.messages import exact_bytes
from services.inspection.replies.records import SectionAnswer

OPINION = "opinion"
"""The one section of a reply to a letter seeking opinions."""

STATES: Mapping[int, str] = MappingProxyType(
    {
        content.SECTION_STATE_PROVIDED: "provided",
        content.SECTION_STATE_NONE: "none",
        content.SECTION_STATE_NOT_HELD: "not_held",
        content.SECTION_STATE_ORAL_ONLY: "withheld",
    }
)
OPINIONS: Mapping[int, str] = MappingProxyType(
    {
        content.OPINION_KIND_AGREES: "agrees",
        content.OPINION_KIND_SUGGESTS: "suggests",
        content.OPINION_KIND_OBJECTS: "objects",
    }
)


def answers_in(reply: content.InfoReply) -> tuple[SectionAnswer, ...]:
    """What the reply answers; a section without a state answers nothing."""
    return tuple(
        SectionAnswer(unit.unit_id, one.code, STATES.get(one.state, ""), section_digest(one), _is_stopped(one))
        for unit in reply.units
        for one in unit.sections
    )


def opinions_in(reply: content.OpinionReply) -> tuple[SectionAnswer, ...]:
    """The body's opinion on each target."""
    return tuple(
        SectionAnswer(one.unit_id, OPINION, OPINIONS.get(one.kind, ""), _digest(exact_bytes(one)))
        for one in reply.opinions
    )


def section_of(reply: content.InfoReply, unit_id: str, code: str) -> content.Section | None:
    """One section of one unit, as the letter carries it."""
    for unit in reply.units:
        for one in unit.sections:
            if (unit.unit_id, one.code) == (unit_id, code):
                return one
    return None


def section_digest(section: content.Section) -> bytes:
    """SHA-256 of the section: by it a briefing can be checked against the letter it was assembled from."""
    return _digest(exact_bytes(section))


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(b"guantong-section-v1\0" + data).digest()


def _is_stopped(section: content.Section) -> bool:
    """Whether a table's cell states a rank or a managing authority above the county (jurisdiction stop)."""
    return any(above_county(cell) for table in section.tables for row in table.rows for cell in row.cells if cell)
