"""The organization department, as its node serves it."""

from __future__ import annotations

from services.chassis.body import BodyDeclaration
from services.organization import tables
from services.organization.briefing import SECTIONS, roster

BODY = BodyDeclaration(
    id="organization",
    ledgers=(
        tables.ROSTER,
        tables.VACANCIES,
        tables.GROUP_ASSESSMENTS,
        tables.ASSESSMENTS,
        tables.PERSONAL_MATTERS,
        tables.SELECTION_CHECKS,
        tables.GRASS_ROOTS,
    ),
    sections=SECTIONS,
    roster=roster,
)
