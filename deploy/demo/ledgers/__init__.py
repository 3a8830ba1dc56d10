"""The ledgers of a fictional county, made up anew for each demonstration and the same for the same seed."""

from __future__ import annotations

from deploy.demo.ledgers.county import CANARY, CANARY_WORDS, COUNTY, County, Petitioner, Post, Unit
from deploy.demo.ledgers.making import make_ledgers

__all__ = ["CANARY", "CANARY_WORDS", "COUNTY", "County", "Petitioner", "Post", "Unit", "make_ledgers"]
