"""Generated from protos/guantong/exchange; run `python -m protos.generate` after a change there."""
