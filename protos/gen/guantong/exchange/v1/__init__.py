"""Generated from protos/guantong/exchange/v1; run `python -m protos.generate` after a change there."""
