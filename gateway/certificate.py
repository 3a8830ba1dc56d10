"""The certificate that browsers are shown; a renewed one is shown to the next connection, without a restart."""

from __future__ import annotations

import ssl
from contextlib import suppress
from pathlib import Path


class Shown:
    """What a running gateway shows of its certificate and key, both PEM files."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = (certificate, key)
        self._state = self._present()
        self._context = self._read()

    def heed(self, context: ssl.SSLContext) -> None:
        """Have `context`, which a server listens with, look for new files at the start of every connection."""
        context.sni_callback = self._begin

    def _begin(self, connection: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        # Files that cannot be read, or of which only one is new yet: the old ones go on, and the next one looks again.
        with suppress(OSError):
            state = self._present()
            if state != self._state:
                self._context, self._state = self._read(), state
        connection.context = self._context

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._files)
        return context

    def _present(self) -> list[tuple[int, int]]:
        return [(found.st_ino, found.st_mtime_ns) for found in (file.stat() for file in self._files)]
