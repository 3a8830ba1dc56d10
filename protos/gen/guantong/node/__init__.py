"""Generated from protos/guantong/node; run `python -m protos.generate` after a change there."""
