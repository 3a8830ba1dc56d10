"""Readings of what only a few may see: each states a reason and is kept."""
