"""Responsiveness: how promptly bodies sign for and answer letters, in counts that say what they rest on."""
