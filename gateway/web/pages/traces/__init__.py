"""Traces: the steps of a letter across bodies."""
