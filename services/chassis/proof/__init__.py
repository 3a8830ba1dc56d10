"""One matter as one file that proves itself: letters, receipts and directory, for a stranger to check offline."""
