"""The command `guantong`: what a person types, and what programs read with `--json`."""
