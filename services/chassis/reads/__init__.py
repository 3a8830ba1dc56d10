"""Readings of what is for named persons only: each states a reason and is kept, because misuse shows in reading."""
