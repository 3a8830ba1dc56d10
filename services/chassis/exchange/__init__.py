"""Carries sealed, signed letters between bodies: nothing lost, nothing applied twice, and able to prove it."""
