"""Files that belong to letters: kept encrypted, carried in chunks beside letters, checked before they are opened."""
