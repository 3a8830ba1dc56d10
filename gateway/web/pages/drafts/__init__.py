"""Letters before they are letters: the desk where drafts are written, checked, signed or returned."""
