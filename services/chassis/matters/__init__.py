"""Matters: how two bodies deal with each other, as pure tables and folds; no I/O, no clock of its own."""
