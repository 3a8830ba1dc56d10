"""The program that checks a file of proof on a machine that has nothing of Guantong."""
