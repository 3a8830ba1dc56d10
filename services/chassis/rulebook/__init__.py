"""The county's opinion as data: bodies, letter kinds, dues, routing and every duty, checked when loaded."""

from __future__ import annotations

from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.errors import RulebookError, RuleFault, UnknownRuleError
from services.chassis.rulebook.load import load

__all__ = ["RuleFault", "Rulebook", "RulebookError", "UnknownRuleError", "load"]
