"""A draft's editable texts as the editor shows them: by unit and section, beside tables, questions and ledger rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from google.protobuf.message import Message

from gateway.web.pages.drafts.rows import LedgerRows
from gateway.web.pages.drafts.slots import Slot, slots_of
from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import drafts_service_pb2 as pb

GENERAL = "general"
"""The tab of what is about no single unit."""


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table as it will be printed; people do not edit it."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remark: str


@dataclass(frozen=True, slots=True)
class Group:
    """One section, one unit's opinion, or the rest of the letter."""

    unit_id: str
    part: str
    title: str
    note: str
    article: str
    slots: tuple[Slot, ...]
    tables: tuple[PrintedTable, ...] = ()
    stale: bool = False
    behind: list[LedgerRows] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tab:
    """One unit of a reply among the others."""

    unit: str
    name: str
    open_count: int
    stale_count: int


def by_unit(message: Message) -> bool:
    """Whether a draft is edited one unit at a time: a reply about many units would be one endless page."""
    return isinstance(message, content.InfoReply)


def groups_of(message: Message, sources: pb.GetDraftSourcesResponse, unit: str = "") -> list[Group]:
    """What is edited on one page: everything, or of a reply the sections of `unit` (see `GENERAL`)."""
    slots = slots_of(message)
    if by_unit(message):
        slots = [one for one in slots if one.about == ("" if unit == GENERAL else unit)]
    tables = _tables(message)
    return [
        replace(_group(place, tuple(found), sources), tables=tables.get(place, ()))
        for place, found in groupby(slots, lambda one: (one.about, one.part))
    ]


def first_open(message: Message) -> str:
    """The unit to begin with: the first with something unanswered, else the first."""
    if not isinstance(message, content.InfoReply) or not message.units:
        return GENERAL
    units = [one.unit_id for one in message.units if _open(one)]
    return units[0] if units else message.units[0].unit_id


def tabs_of(message: Message, sources: pb.GetDraftSourcesResponse) -> list[Tab]:
    """The units of a reply; empty where the draft is edited on one page."""
    if not isinstance(message, content.InfoReply):
        return []
    names = {one.unit_id: one.name for one in sources.units}
    stale = [one.unit_id for one in sources.sections if one.stale]
    return [
        *(
            Tab(one.unit_id, names.get(one.unit_id) or one.unit_id, _open(one), stale.count(one.unit_id))
            for one in message.units
        ),
        Tab(GENERAL, "", 0, 0),
    ]


def _open(unit: content.UnitReply) -> int:
    return sum(one.state == content.SECTION_STATE_UNSPECIFIED for one in unit.sections)


def _group(place: tuple[str, str], slots: tuple[Slot, ...], sources: pb.GetDraftSourcesResponse) -> Group:
    unit_id, part = place
    asked = next((one for one in sources.asked_sections if one.code == part), None)
    question = next((one for one in sources.questions if part and one.key == part), None)
    unit = next((one.name for one in sources.units if one.unit_id == unit_id), unit_id)
    return Group(
        unit_id,
        part,
        title=(asked.name if asked else unit) or part,
        note=asked.guidance if asked else (question.text if question else ""),
        article=asked.article_id if asked else "",
        slots=slots,
        stale=any(one.stale for one in sources.sections if (one.unit_id, one.code) == place),
    )


def _tables(message: Message) -> Mapping[tuple[str, str], tuple[PrintedTable, ...]]:
    if not isinstance(message, content.InfoReply):
        return {}
    return {
        (unit.unit_id, one.code): tuple(_printed(table) for table in one.tables)
        for unit in message.units
        for one in unit.sections
    }


def _printed(table: content.Table) -> PrintedTable:
    headers: Sequence[str] = [one.title for one in table.columns]
    rows = tuple(tuple(row.cells) for row in table.rows)
    return PrintedTable(table.title, tuple(headers), rows, table.remark)
