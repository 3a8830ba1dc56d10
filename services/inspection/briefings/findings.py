"""Finds what congress and CPPCC told unasked about one unit, and puts it as the briefing shows it (A1.2c)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.clock import beijing_date
from services.inspection.briefings.records import DutyFinding
from services.inspection.briefings.tables_of_letters import blocks_of
from services.inspection.standing import ToldNotice
from services.inspection.units.queries import UnitOn, find_by_name

Found = tuple[ToldNotice, DutyFinding]
"""The letter and what the briefing shows of it."""


def findings_on(
    connection: sa.Connection, unit: UnitOn, told: Iterable[ToldNotice], *, names: dict[str, str], day: date
) -> Iterator[Found]:
    """Those of the notices that are about the unit, in the order given; `names` are the senders' names.

    A sender that does not know the office's number of the unit names it, now or as it was called, or one of the
    sub-units that are inspected with it.
    """
    known = frozenset({unit.name, *unit.former_names, *unit.version.sub_units})
    for notice in told:
        message = content.Notice.FromString(notice.content)
        named = [hit for one in message.units if (hit := _names(one, unit.unit_id, known)) is not None]
        if not named:
            continue
        yield (
            notice,
            DutyFinding(
                body_name=names[notice.sender],
                title=message.title,
                text=message.text,
                told=beijing_date(notice.told_at),
                blocks=tuple(blocks_of(message.tables, message.attachments)),
                document_number=notice.document_number,
                unsure=all(name and len(find_by_name(connection, name, day)) > 1 for name in named),
            ),
        )


def _names(reference: content.UnitReference, unit_id: str, known: frozenset[str]) -> str | None:
    """The name by which the reference means the unit, empty where it gives its number; None where it means another."""
    if reference.unit_id == unit_id:
        return ""
    if reference.unit_id:
        return None
    return next((name for name in (reference.name, *reference.former_names) if name in known), None)
