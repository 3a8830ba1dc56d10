"""Generated from protos/guantong/inspection; run `python -m protos.generate` after a change there."""
