"""Guantong's services: the chassis every node is built on, and one folder per body."""
