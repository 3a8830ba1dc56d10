"""The organization department (县委组织部)."""
