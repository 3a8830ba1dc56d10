"""What leaves a ledger only when two persons stand for it: who complained, and a ledger as a file."""
