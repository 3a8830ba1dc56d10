"""Files that belong to letters: kept encrypted, carried in chunks beside the letters, looked at before they are opened."""
