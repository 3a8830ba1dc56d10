"""Traces for operators: which steps a letter took, at which body, how long each lasted."""
