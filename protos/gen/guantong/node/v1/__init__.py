"""Generated from protos/guantong/node/v1; run `python -m protos.generate` after a change there."""
