"""Changes: tells whoever listens that something was stored, in which area, and nothing of what."""
