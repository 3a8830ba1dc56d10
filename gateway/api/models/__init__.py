"""The contract as frozen models, one file for each thing it tells of, and how each is made from the node's messages."""
