"""Addresses within the gateway: where a visitor may be sent on to."""

from __future__ import annotations

from urllib.parse import urlsplit

HOME = "/"


def inside(path: str) -> str:
    """`path` when it is an address of this gateway, else the home page: no link of ours leads elsewhere."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or any(one in path for one in "\r\n\\"):
        return HOME
    parts = urlsplit(path)
    return HOME if parts.scheme or parts.netloc else path
