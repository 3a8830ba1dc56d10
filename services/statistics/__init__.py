"""The statistics bureau (县统计局)."""
