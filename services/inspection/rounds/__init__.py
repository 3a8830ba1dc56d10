"""A round before its teams enter: targets, letters, and the board that shows how far each body is."""
