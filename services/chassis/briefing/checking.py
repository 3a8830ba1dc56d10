"""Checks a reply as a person has edited it: every section answered, nothing in it that leads to a petitioner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.briefing.compiling import ChangedSection, ReplyRequest
from services.chassis.ledgers.deidentify import Finding, Originals, check_text
from services.chassis.ledgers.rows import free_texts
from services.chassis.ledgers.tables import Ledger

_NUMBERS = frozenset(
    {content.CELL_KIND_COUNT, content.CELL_KIND_AMOUNT, content.CELL_KIND_DATE, content.CELL_KIND_PERCENT}
)


@dataclass(frozen=True, order=True)
class PlacedFinding:
    """A finding and the section it is in. `place` is `text`, `remarks`, or `t0.2.1` as for figures."""

    unit_id: str
    code: str
    place: str
    finding: Finding


def check_reply(
    reply: content.InfoReply, originals: Iterable[str] = (), compiled: content.InfoReply | None = None
) -> tuple[PlacedFinding, ...]:
    """Everything in the reply's words that could lead to a petitioner.

    `originals`: see `originals_of`. `compiled` is what the ledgers themselves say, in which nothing is copied: units'
    names and the like.
    """
    placed = tuple(_words(reply))
    known = [] if compiled is None else [text for *_, text in _words(compiled)]
    shared = Originals.shared((text for *_, text in placed), originals, known)
    return tuple(
        sorted(
            PlacedFinding(unit_id, code, place, finding)
            for unit_id, code, place, text in placed
            for finding in check_text(text, shared)
        )
    )


def unanswered(reply: content.InfoReply, request: ReplyRequest) -> tuple[ChangedSection, ...]:
    """Sections asked for that the reply does not answer with one of the states."""
    answered = {
        (unit.unit_id, section.code)
        for unit in reply.units
        for section in unit.sections
        if section.state != content.SECTION_STATE_UNSPECIFIED
    }
    return tuple(
        ChangedSection(unit.unit_id, section.code)
        for unit in request.units
        for section in request.sections
        if (unit.unit_id, section.code) not in answered
    )


def originals_of(connection: sa.Connection, ledgers: Iterable[Ledger]) -> Iterator[str]:
    """The petitions' own words in all of the body's ledgers: those behind the draft and those beside it."""
    for ledger in ledgers:
        yield from free_texts(connection, ledger)


def _words(reply: content.InfoReply) -> Iterator[tuple[str, str, str, str]]:
    for unit in reply.units:
        for section in unit.sections:
            yield unit.unit_id, section.code, "text", section.text
            for at, table in enumerate(section.tables):
                yield unit.unit_id, section.code, f"t{at}", f"{table.title}\n{table.remark}"
                numbers = {place for place, column in enumerate(table.columns) if column.kind in _NUMBERS}
                for line, row in enumerate(table.rows):
                    for place, cell in enumerate(row.cells):
                        if place not in numbers:
                            yield unit.unit_id, section.code, f"t{at}.{line}.{place}", cell
    yield "", "", "remarks", reply.remarks
    yield "", "", "nothing_to_tell_reason", reply.nothing_to_tell_reason
