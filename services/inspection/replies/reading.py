"""Reads a reply's content into what the office keeps of it: states, digests, and whether a section must be stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence.facts import SECTION_STATES
from services.chassis.ledgers.jurisdiction import above_county
from services.inspection.messages import exact_bytes
from services.inspection.replies.records import SectionAnswer, SectionState

OPINION = "opinion"
"""The one section of a reply to a letter seeking opinions."""

_OPINIONS: Mapping[int, SectionState] = MappingProxyType(
    {
        content.OPINION_KIND_AGREES: SectionState.AGREES,
        content.OPINION_KIND_SUGGESTS: SectionState.SUGGESTS,
        content.OPINION_KIND_OBJECTS: SectionState.OBJECTS,
    }
)


def answers_in(reply: content.InfoReply) -> tuple[SectionAnswer, ...]:
    """What the reply answers; a section without a state answers nothing."""
    return tuple(
        SectionAnswer(unit.unit_id, one.code, SECTION_STATES.get(one.state, ""), section_digest(one), _is_stopped(one))
        for unit in reply.units
        for one in unit.sections
    )


def opinions_in(reply: content.OpinionReply, unit_ids: Iterable[str]) -> tuple[SectionAnswer, ...]:
    """The body's opinion on each target it takes up, out of those it was asked about; one on all of them answers for
    every one that it says nothing on by itself.
    """
    kinds = {one.unit_id: _OPINIONS.get(one.kind) for one in reply.opinions}
    general = bool(reply.general_opinion.strip())
    for_all = SectionState.GENERAL.value if general else ""
    return tuple(
        SectionAnswer(unit_id, OPINION, kinds.get(unit_id) or for_all, opinion_digest(reply, unit_id))
        for unit_id in dict.fromkeys(unit_ids)
        if general or unit_id in kinds
    )


def opinion_on(reply: content.OpinionReply, unit_id: str) -> content.OpinionReply:
    """What an opinion says that concerns one unit: on it by itself, and on all of them."""
    return content.OpinionReply(
        opinions=[one for one in reply.opinions if one.unit_id == unit_id],
        answers=[one for one in reply.answers if one.unit_id in {"", unit_id}],
        general_opinion=reply.general_opinion,
    )


def opinion_digest(reply: content.OpinionReply, unit_id: str) -> bytes:
    """SHA-256 of what the opinion says that concerns one unit."""
    return _digest(exact_bytes(opinion_on(reply, unit_id)))


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
