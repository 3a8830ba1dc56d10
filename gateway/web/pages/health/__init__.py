"""Health: how this node fares, and what its operators decide."""
