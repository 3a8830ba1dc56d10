"""A node's due dates: started, moved on record, recomputed when the calendar changes, and reminded of."""
