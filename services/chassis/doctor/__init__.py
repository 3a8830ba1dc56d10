"""Looks at one node from its own machine, whether it runs or not, and says what was seen and what to do."""
