"""A county on disk: made once, handed out one folder per body, and, on one machine, run as a whole."""
