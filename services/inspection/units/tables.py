"""The tables of the office's master data."""

from __future__ import annotations

from services.chassis.ledgers.tables import ledger_table
from services.inspection.units import specs

UNITS = ledger_table(specs.UNITS)
ROSTERS = ledger_table(specs.ROSTERS)
PORTFOLIOS = ledger_table(specs.PORTFOLIOS)
PAST_ROUNDS = ledger_table(specs.PAST_ROUNDS)
PRIOR_ISSUES = ledger_table(specs.PRIOR_ISSUES)

LEDGERS = (UNITS, ROSTERS, PORTFOLIOS, PAST_ROUNDS, PRIOR_ISSUES)
