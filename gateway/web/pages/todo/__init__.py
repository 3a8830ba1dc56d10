"""The home page: what this body owes and is owed."""
