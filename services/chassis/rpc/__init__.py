"""The node's one door for people and programs: gRPC with known callers, honest errors and repeatable requests."""
