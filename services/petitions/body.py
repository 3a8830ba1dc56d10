"""The petitions bureau, as its node serves it."""

from __future__ import annotations

from services.chassis.body import BodyDeclaration
from services.petitions.briefing import PETITIONS_SECTION
from services.petitions.tables import PETITIONS

BODY = BodyDeclaration(id="petitions", ledgers=(PETITIONS,), sections=(PETITIONS_SECTION,))
