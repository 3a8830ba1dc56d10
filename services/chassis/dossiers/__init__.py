"""Dossiers: what a node has stored of its matters, as lists, ladders and timelines for the people who work on them."""
