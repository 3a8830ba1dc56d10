"""The audit bureau, as its node serves it."""

from __future__ import annotations

from services.audit.briefing import AUDITS
from services.audit.tables import ISSUES, PROJECTS
from services.chassis.body import BodyDeclaration

BODY = BodyDeclaration(id="audit", ledgers=(PROJECTS, ISSUES), sections=(AUDITS,))
