"""The board: what a node tells of itself, what the observer makes of what all tell, and how that went over time."""
