"""Paper and files: letters in the GB/T 9704 layout as PDF and DOCX, and briefings as DOCX."""
