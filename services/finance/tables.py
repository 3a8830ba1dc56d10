"""The finance bureau's ledgers in its database."""

from __future__ import annotations

from services.chassis.ledgers.tables import ledger_table
from services.finance import ledger

DISCIPLINE_CHECKS = ledger_table(ledger.DISCIPLINE_CHECKS)
EXPENSES = ledger_table(ledger.EXPENSES)
PAYMENT_ALERTS = ledger_table(ledger.PAYMENT_ALERTS)
PROCUREMENT = ledger_table(ledger.PROCUREMENT)
