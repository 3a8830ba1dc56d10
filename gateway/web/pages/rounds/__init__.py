"""Inspection rounds, at the inspection office: from the plan to the briefing of every unit."""
