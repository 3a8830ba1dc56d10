"""Signing in and out, the first password, the language."""
