"""Whose desk the work of a body lies on, and how it passes from one clerk to another: for good, or for a leave."""
