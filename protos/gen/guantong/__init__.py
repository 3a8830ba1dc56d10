"""Generated from protos/guantong; run `python -m protos.generate` after a change there."""
