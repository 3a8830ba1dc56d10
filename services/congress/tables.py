"""The people's congress's ledgers in its database."""

from __future__ import annotations

from services.chassis.ledgers.tables import ledger_table
from services.congress import ledger

SUPERVISION = ledger_table(ledger.SUPERVISION)
SUGGESTIONS = ledger_table(ledger.SUGGESTIONS)
