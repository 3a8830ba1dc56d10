"""The board: how every body fares, and how that went."""
