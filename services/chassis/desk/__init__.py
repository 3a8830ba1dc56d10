"""The inner work of one body before a letter leaves: drafted, checked, signed, numbered; and what leaders decided."""
