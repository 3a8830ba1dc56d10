"""The gateway's own key: made at the first start, and nothing but forms and kept words depends on it."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

_OTHERS = 0o077


class Secret:
    """Seals what a browser is given to keep, and makes marks that only this gateway can make."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._fernet = Fernet(key)

    def mark(self, purpose: str, *parts: str) -> str:
        """A mark over `parts` for one purpose, as hexadecimal text."""
        joined = "\0".join((purpose, *parts)).encode()
        return hmac.new(self._key, joined, hashlib.sha256).hexdigest()

    def matches(self, mark: str, purpose: str, *parts: str) -> bool:
        """Whether `mark` was made here over `parts` for that purpose."""
        return hmac.compare_digest(mark.encode(), self.mark(purpose, *parts).encode())

    def seal(self, content: Mapping[str, object]) -> str:
        """`content` so that nobody else can read or change it."""
        return self._fernet.encrypt(json.dumps(content, ensure_ascii=False).encode()).decode("ascii")

    def open(self, sealed: str, seconds: int) -> dict[str, object] | None:
        """What was sealed here within the last `seconds`; None for anything else."""
        try:
            found = json.loads(self._fernet.decrypt(sealed.encode(), ttl=seconds))
        except (InvalidToken, ValueError):
            return None
        return found if isinstance(found, dict) else None


def load_secret(file: Path) -> Secret:
    """Read the key, or make it where there is none yet.

    Raises:
        PermissionError: others can read it.
    """
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(Fernet.generate_key())
    except FileExistsError:
        pass
    if file.stat().st_mode & _OTHERS:
        raise PermissionError(f"others can read {file.name}; make it readable by its owner only")
    return Secret(file.read_bytes())
