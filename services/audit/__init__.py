"""The audit bureau (县审计局)."""
