"""The petitions bureau's ledger in its database."""

from __future__ import annotations

from services.chassis.ledgers.tables import ledger_table
from services.petitions import ledger

PETITIONS = ledger_table(ledger.PETITIONS)
