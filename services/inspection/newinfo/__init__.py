"""New information on a unit under inspection: to its team's leader and nobody else (A3.2j)."""
