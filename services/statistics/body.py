"""The statistics bureau, as its node serves it."""

from __future__ import annotations

from services.chassis.body import BodyDeclaration
from services.statistics.briefing import INDICATORS_SECTION
from services.statistics.tables import INDICATORS, QUALITY_CHECKS, VIOLATIONS

BODY = BodyDeclaration(
    id="statistics", ledgers=(INDICATORS, QUALITY_CHECKS, VIOLATIONS), sections=(INDICATORS_SECTION,)
)
