"""The county kit and the demonstration county."""
