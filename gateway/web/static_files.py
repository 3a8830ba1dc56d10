"""Style, script and pictures that come with the gateway: read once, named by content, kept by browsers for good."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import FileResponse

FOLDER = Path(__file__).parent / "static"
_FOR_GOOD = "public, max-age=31536000, immutable"
FONT = "NotoSansCJKsc-Regular.otf"
"""Fetched by a browser only where its machine has no Chinese font of its own."""


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    media_type: str
    digest: str


class StaticFiles:
    """The files of the `static` folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {path.name: _read(path) for path in sorted(folder.iterdir()) if path.is_file()}

    def url(self, name: str) -> str:
        """Where a page finds a file; another content is another address."""
        return f"/static/{self._files[name].digest}/{name}"

    def answer(self, digest: str, name: str) -> Response | None:
        """The file, or None where there is none of that name and content."""
        file = self._files.get(name)
        if file is None or file.digest != digest:
            return None
        return Response(file.data, media_type=file.media_type, headers={"cache-control": _FOR_GOOD})

    def icon(self) -> Response:
        """What browsers ask for without being told to."""
        file = self._files["favicon.svg"]
        return Response(file.data, media_type=file.media_type, headers={"cache-control": "public, max-age=86400"})


def font_answer(request: Request) -> Response | None:
    """The font that the set-up installed; None where it was left out."""
    del request
    shipped = find_spec("mplfonts")
    for location in (shipped.submodule_search_locations or ()) if shipped else ():
        file = Path(location) / "fonts" / FONT
        if file.is_file():
            return FileResponse(file, media_type="font/otf", headers={"cache-control": _FOR_GOOD})
    return None


def _read(path: Path) -> _File:
    data = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _File(data, media_type, hashlib.sha256(data).hexdigest()[:16])
