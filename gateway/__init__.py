"""The web face of one node."""
