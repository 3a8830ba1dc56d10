"""A stored attachment as a file object that can be read and sought, one chunk in memory at a time."""

from __future__ import annotations

import io

from services.chassis.attachments.model import Shape
from services.chassis.attachments.rest import Vault


class Opened(io.RawIOBase):
    """The plain bytes of a content. Blocking: for threads."""

    def __init__(self, vault: Vault, shape: Shape) -> None:
        super().__init__()
        self._vault = vault
        self._shape = shape
        self._at = 0
        self._number, self._chunk = -1, b""

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where reading goes on."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go on reading elsewhere."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._shape.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed takes any buffer
        """Fill what can be filled from one chunk; 0 at the end."""
        if self._at >= self._shape.size:
            return 0
        number, start = divmod(self._at, self._shape.chunk_size)
        if number != self._number:
            self._chunk, self._number = self._vault.read(self._shape, number), number
        part = self._chunk[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)
