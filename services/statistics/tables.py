"""The statistics bureau's ledgers in its database."""

from __future__ import annotations

from services.chassis.ledgers.tables import ledger_table
from services.statistics import ledger

INDICATORS = ledger_table(ledger.INDICATORS)
QUALITY_CHECKS = ledger_table(ledger.QUALITY_CHECKS)
VIOLATIONS = ledger_table(ledger.VIOLATIONS)
