"""The operations, one file for each thing they are about."""
