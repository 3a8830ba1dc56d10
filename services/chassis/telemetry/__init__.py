"""What a node tells its operators: logs, spans and metrics, of which every name and key is registered beforehand."""
