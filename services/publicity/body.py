"""The publicity department, as its node serves it."""

from __future__ import annotations

from services.chassis.body import BodyDeclaration
from services.publicity.briefing import SECTIONS
from services.publicity.tables import IDEOLOGY_CHECKS, NETWORK_INCIDENTS, OPINION_EVENTS, POSITIONS

BODY = BodyDeclaration(
    id="publicity", ledgers=(IDEOLOGY_CHECKS, POSITIONS, OPINION_EVENTS, NETWORK_INCIDENTS), sections=SECTIONS
)
