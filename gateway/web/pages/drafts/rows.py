"""The ledger rows that stand behind one section of a drafted reply, as they are now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.visit import Visit
from guantong.node.v1 import drafts_service_pb2 as drafts
from guantong.node.v1 import ledgers_service_pb2 as pb
from services.chassis.errors import GuantongError

_MOST = 500
Place = tuple[str, str]
"""A unit and the code of a section."""


@dataclass(frozen=True, slots=True)
class LedgerRows:
    """The rows of one ledger behind a section. `closed`: it is for named persons only and no reason was given."""

    ledger: str
    title: str
    count: int
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    changed: int
    withdrawn: int
    closed: bool
    refusal: str = ""


async def rows_behind(
    visit: Visit, sources: drafts.GetDraftSourcesResponse, place: Place, reason: str = "", most: int = _MOST
) -> list[LedgerRows]:
    """Every ledger behind the section with its rows, at most `most` of each."""
    known = await visit.node.ledgers.ListLedgers(pb.ListLedgersRequest())
    ledgers = {one.name: one for one in known.ledgers}
    by_ledger = references(sources, place)
    wanted = [
        _rows(visit, ledgers.get(name) or pb.LedgerView(name=name, title_zh=name), refs, reason, most)
        for name, refs in by_ledger.items()
    ]
    return list(await asyncio.gather(*wanted))


def references(sources: drafts.GetDraftSourcesResponse, place: Place) -> dict[str, dict[str, int]]:
    """By ledger the rows behind a section, each once, with the revision it was compiled from."""
    found: dict[str, dict[str, int]] = {}
    for section in sources.sections:
        if (section.unit_id, section.code) == place:
            for figure in section.figures:
                for row in figure.rows:
                    found.setdefault(row.ledger, {})[row.row_id] = row.revision
    return found


async def _rows(visit: Visit, ledger: pb.LedgerView, refs: dict[str, int], reason: str, most: int) -> LedgerRows:
    title, count = visit.pick(ledger.title_zh, ledger.title_en), len(refs)
    if ledger.named_persons_only and not reason:
        return LedgerRows(ledger.name, title, count, (), (), 0, 0, closed=True)
    request = pb.ListRowsRequest(ledger=ledger.name, row_ids=list(refs)[:most], page_size=most, read_reason=reason)
    try:
        found = await visit.node.ledgers.ListRows(request)
    except GuantongError as error:
        return LedgerRows(ledger.name, title, count, (), (), 0, 0, closed=False, refusal=error.text(visit.language))
    return LedgerRows(
        ledger.name,
        title,
        count,
        tuple(found.headers),
        _cells(found.rows),
        changed=sum(refs.get(row.row_id) != row.revision for row in found.rows),
        withdrawn=min(count, most) - len(found.rows),
        closed=False,
    )


def _cells(rows: Sequence[pb.LedgerRow]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row.cells) for row in rows)
