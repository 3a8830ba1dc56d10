"""Matters, their dates and how these were computed, and what is decided about them."""
