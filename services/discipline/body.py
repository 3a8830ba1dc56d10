"""The discipline commission, as its node serves it."""

from __future__ import annotations

from services.chassis.body import BodyDeclaration
from services.discipline.briefing import SECTIONS
from services.discipline.tables import CASES, DECISIONS, LEADS, PETITIONS, PROFILES

BODY = BodyDeclaration(id="discipline", ledgers=(PETITIONS, LEADS, DECISIONS, CASES, PROFILES), sections=SECTIONS)
