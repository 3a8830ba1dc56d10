"""Whether this node runs a second time somewhere: told and heard over the bus, signed, decided the same way by both."""
