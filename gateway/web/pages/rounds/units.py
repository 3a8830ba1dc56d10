"""The units that a round may take, from the office's unit ledger."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.visit import Visit
from guantong.node.v1 import ledgers_service_pb2 as pb
from services.chassis.clock import beijing_date

_LEDGER, _CODE, _NAME, _CATEGORY, _TO = "inspection_units", "单位编号", "单位名称", "单位类别", "停用日期"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit as it is called today."""

    unit_id: str
    name: str
    category: str


async def units_of_office(visit: Visit, reason: str) -> list[Unit]:
    """Units in use today, by their codes. `reason` is kept where the ledger is for named persons only."""
    today, found, token = beijing_date(visit.gateway.now()).isoformat(), {}, ""
    while True:
        page = await visit.node.ledgers.ListRows(
            pb.ListRowsRequest(ledger=_LEDGER, page_size=500, page_token=token, read_reason=reason)
        )
        columns = {header: place for place, header in enumerate(page.headers)}
        for row in page.rows:
            cells = {name: row.cells[place] for name, place in columns.items()}
            if not cells.get(_TO) or cells[_TO] >= today:
                found[cells[_CODE]] = Unit(cells[_CODE], cells[_NAME], cells.get(_CATEGORY, ""))
        token = page.next_page_token
        if not token:
            return sorted(found.values(), key=lambda one: one.unit_id)
