"""The gateway's one door to gRPC: a channel to its own node, and the stubs of every service the node serves."""
