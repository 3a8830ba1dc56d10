"""Lawful destruction: two persons destroy what a letter says; whatever else holds the words follows, on record."""
