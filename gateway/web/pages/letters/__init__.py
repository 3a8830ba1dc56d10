"""Letters in and out: found, read, signed for, accepted, printed."""
