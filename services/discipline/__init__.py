"""The discipline inspection and supervision commission (县纪委监委机关)."""
