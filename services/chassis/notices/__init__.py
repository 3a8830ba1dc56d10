"""Notices outside the browser: that work has come, how much, and never what it is about."""
