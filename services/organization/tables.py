"""The organization department's ledgers in its database."""

from __future__ import annotations

from services.chassis.ledgers.tables import ledger_table
from services.organization import ledger

ROSTER = ledger_table(ledger.ROSTER)
VACANCIES = ledger_table(ledger.VACANCIES)
GROUP_ASSESSMENTS = ledger_table(ledger.GROUP_ASSESSMENTS)
ASSESSMENTS = ledger_table(ledger.ASSESSMENTS)
PERSONAL_MATTERS = ledger_table(ledger.PERSONAL_MATTERS)
SELECTION_CHECKS = ledger_table(ledger.SELECTION_CHECKS)
GRASS_ROOTS = ledger_table(ledger.GRASS_ROOTS)
