"""The web and REST face of one node: a department's desk, and at the inspection office also the board."""
