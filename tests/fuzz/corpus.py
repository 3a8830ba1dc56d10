"""The inputs that the tree keeps for each target: seeds that reach far, and whatever was found once."""

from __future__ import annotations

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "corpus"
FOUND = "found-"
"""Begins the name of an input that once was a finding."""


def inputs(target: str) -> dict[str, bytes]:
    """The inputs of a target by name."""
    folder = FOLDER / target
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())} if folder.exists() else {}


def keep(target: str, data: bytes, prefix: str = FOUND) -> Path:
    """Keep an input under a name made of its content."""
    file = FOLDER / target / f"{prefix}{hashlib.sha256(data).hexdigest()[:12]}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file
