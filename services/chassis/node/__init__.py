"""One node: everything it is made of, put together, and run as one process."""
