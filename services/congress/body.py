"""The people's congress, as its node serves it: opinions on targets are its own words, beside what its ledgers hold."""

from __future__ import annotations

from services.chassis.body import BodyDeclaration
from services.congress.tables import SUGGESTIONS, SUPERVISION

BODY = BodyDeclaration(id="congress", ledgers=(SUPERVISION, SUGGESTIONS))
