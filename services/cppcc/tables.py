"""The CPPCC's ledgers in its database."""

from __future__ import annotations

from services.chassis.ledgers.tables import ledger_table
from services.cppcc import ledger

PROPOSALS = ledger_table(ledger.PROPOSALS)
SUPERVISION = ledger_table(ledger.SUPERVISION)
