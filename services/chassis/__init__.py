"""What every node is built on; knows no body by name."""
