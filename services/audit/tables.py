"""The audit bureau's ledgers in its database."""

from __future__ import annotations

from services.audit import ledger
from services.chassis.ledgers.tables import ledger_table

PROJECTS = ledger_table(ledger.PROJECTS)
ISSUES = ledger_table(ledger.ISSUES)
