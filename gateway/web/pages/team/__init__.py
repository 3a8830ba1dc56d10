"""Inspection teams: the office forms and authorizes them; members find their units and what is new."""
