"""The ledgers a body keeps: browsed, imported with a preview, exported; and the other names of units in them."""
