"""Backups of one node: taken beside the running node, encrypted, verified as they are written, restored whole."""
