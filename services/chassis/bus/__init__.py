"""The bus between bodies: its port, the NATS JetStream behind it, the server process, and its certificates."""
