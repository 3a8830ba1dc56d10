"""The publicity department's ledgers in its database."""

from __future__ import annotations

from services.chassis.ledgers.tables import ledger_table
from services.publicity import ledger

IDEOLOGY_CHECKS = ledger_table(ledger.IDEOLOGY_CHECKS)
POSITIONS = ledger_table(ledger.POSITIONS)
OPINION_EVENTS = ledger_table(ledger.OPINION_EVENTS)
NETWORK_INCIDENTS = ledger_table(ledger.NETWORK_INCIDENTS)
