"""Generated from protos/guantong/inspection/v1; run `python -m protos.generate` after a change there."""
