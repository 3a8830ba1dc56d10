"""The CPPCC, as its node serves it: opinions on targets are its own words, beside what its ledgers hold."""

from __future__ import annotations

from services.chassis.body import BodyDeclaration
from services.cppcc.tables import PROPOSALS, SUPERVISION

BODY = BodyDeclaration(id="cppcc", ledgers=(PROPOSALS, SUPERVISION))
