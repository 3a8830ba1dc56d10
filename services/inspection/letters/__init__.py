"""The letters of a round before entry: opinions sought (A1.2b), material requested (A3.2a), one matter per letter."""
