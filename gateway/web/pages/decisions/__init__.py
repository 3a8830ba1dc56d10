"""Recorded decisions: entered by one person, confirmed by another."""
