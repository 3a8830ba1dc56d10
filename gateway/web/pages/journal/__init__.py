"""The journal, for the audit administrator: searched, handed out, and who reads what is closed to most."""
