"""Who visits: the session cookie, forms that only our own pages can send, and words kept while a session ended."""
