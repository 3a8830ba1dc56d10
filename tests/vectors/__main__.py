"""`python -m tests.vectors`: writes the test vectors of docs/protocol.md beside this file."""

from __future__ import annotations

from pathlib import Path

from tests.vectors.making import made

for name, text in made().items():
    (Path(__file__).parent / name).write_text(text, encoding="utf-8")
