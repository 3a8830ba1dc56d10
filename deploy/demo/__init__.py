"""A fictional county to look at: its ledgers, its nodes, one round."""
