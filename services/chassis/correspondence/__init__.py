"""What a letter does: binds the rulebook's kinds to channels, matters and due dates, on both sides."""
