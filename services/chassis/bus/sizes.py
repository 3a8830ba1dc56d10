"""How large frames may be: known to nodes, which need nothing else of the server's configuration."""

from __future__ import annotations

MEBIBYTE = 1024 * 1024
LARGEST_FRAME = 7 * MEBIBYTE
"""With its headers below the eight mebibytes beyond which the server's makers advise against."""
LARGEST_PART = 384 * 1024
"""Of the attachments' lane, headers included: a chunk with its seal."""
HEADER_ROOM = 64 * 1024
"""The server counts headers into the payload; frames are promised their full size beside them."""
