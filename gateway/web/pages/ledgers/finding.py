"""Finds one ledger of the body by its name."""

from __future__ import annotations

from gateway.problems import PageMissingError
from gateway.visit import Visit
from gateway.web.pages.ledgers.view import LedgerLine, ledger_line
from guantong.node.v1 import ledgers_service_pb2 as pb


async def ledger_of(visit: Visit, name: str) -> LedgerLine:
    """The ledger of that name.

    Raises:
        PageMissingError: the body keeps none.
    """
    found = await visit.node.ledgers.ListLedgers(pb.ListLedgersRequest())
    for one in found.ledgers:
        if one.name == name:
            return ledger_line(visit, one)
    raise PageMissingError
