"""The discipline commission's ledgers in its database."""

from __future__ import annotations

from services.chassis.ledgers.tables import ledger_table
from services.discipline import ledger

PETITIONS = ledger_table(ledger.PETITIONS)
LEADS = ledger_table(ledger.LEADS)
DECISIONS = ledger_table(ledger.DECISIONS)
CASES = ledger_table(ledger.CASES)
PROFILES = ledger_table(ledger.PROFILES)
