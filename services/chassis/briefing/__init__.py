"""Briefings: a reply drafted from a body's own ledgers, section by section, every figure tied to the rows it counts."""
