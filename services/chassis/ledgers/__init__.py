"""Ledgers: a body's own records, declared once, read from and written to the spreadsheets an office already has."""
