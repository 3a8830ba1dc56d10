"""The assembled briefing of one unit: twelve parts for the team, and a separate file with leads for its leader."""
