"""Accounts and rights: what the system administrator opens and the security administrator gives."""
