"""The finance bureau, as its node serves it. The opinion asks it for no reply before a round: it keeps ledgers only."""

from __future__ import annotations

from services.chassis.body import BodyDeclaration
from services.finance.tables import DISCIPLINE_CHECKS, EXPENSES, PAYMENT_ALERTS, PROCUREMENT

BODY = BodyDeclaration(id="finance", ledgers=(DISCIPLINE_CHECKS, EXPENSES, PAYMENT_ALERTS, PROCUREMENT))
