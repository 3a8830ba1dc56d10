"""The append-only, hash-chained record of everything a node wrote, received and decided."""
