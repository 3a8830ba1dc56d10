"""Fakes that ship with the chassis and pass the same contract tests as the real things."""
