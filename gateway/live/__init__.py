"""Live pages: one stream from the node per signed-in person, shared by that person's open pages."""
