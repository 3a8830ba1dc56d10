"""The board of a round: every body by every unit, how far each letter is, by when, and under which article."""
