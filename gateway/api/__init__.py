"""REST under /api/v1: how other systems of the body read its desk and fill its ledgers."""
