"""What may be attached at this node: how large, how much in a letter, and which types of file. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from services.chassis.attachments.model import MEBIBYTE, MOST_IN_A_LETTER, ending


@dataclass(frozen=True, slots=True)
class FileType:
    """What files of one ending are: their media type, the endings by which their first bytes are known, and their form.

    `form` is "text", "zip", "ole" or empty; `inside` is what a zip of this type must hold.
    """

    media_type: str
    known_as: frozenset[str]
    form: str = ""
    inside: str = ""


def _type(media_type: str, known_as: str, form: str = "", inside: str = "") -> FileType:
    return FileType(media_type, frozenset(known_as.split()), form, inside)


_OOXML = "application/vnd.openxmlformats-officedocument."
TYPES: Mapping[str, FileType] = MappingProxyType(
    {
        "pdf": _type("application/pdf", "pdf"),
        "ofd": _type("application/ofd", "zip", "zip", "OFD.xml"),
        "docx": _type(f"{_OOXML}wordprocessingml.document", "zip", "zip", "word/document.xml"),
        "xlsx": _type(f"{_OOXML}spreadsheetml.sheet", "zip", "zip", "xl/workbook.xml"),
        "pptx": _type(f"{_OOXML}presentationml.presentation", "zip", "zip", "ppt/presentation.xml"),
        "doc": _type("application/msword", "doc", "ole"),
        "xls": _type("application/vnd.ms-excel", "doc", "ole"),
        "ppt": _type("application/vnd.ms-powerpoint", "doc", "ole"),
        "wps": _type("application/vnd.ms-works", "doc", "ole"),
        "et": _type("application/vnd.ms-excel", "doc", "ole"),
        "jpg": _type("image/jpeg", "jpg jpeg"),
        "jpeg": _type("image/jpeg", "jpg jpeg"),
        "png": _type("image/png", "png"),
        "tif": _type("image/tiff", "tif tiff"),
        "tiff": _type("image/tiff", "tif tiff"),
        "bmp": _type("image/bmp", "bmp"),
        "txt": _type("text/plain", "", "text"),
        "csv": _type("text/csv", "", "text"),
        "mp3": _type("audio/mpeg", "mp3"),
        "wav": _type("audio/wav", "wav"),
        "m4a": _type("audio/mp4", "m4a mp4"),
        "mp4": _type("video/mp4", "mp4 m4v"),
        "zip": _type("application/zip", "zip", "zip"),
    }
)
"""Types that this program can look into, by ending."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What this node takes, from its own people and from peers. Sizes in bytes."""

    largest: int = 200 * MEBIBYTE
    largest_letter: int = 1000 * MEBIBYTE
    most_in_a_letter: int = MOST_IN_A_LETTER
    endings: frozenset[str] = field(default_factory=lambda: frozenset(TYPES))

    def type_of(self, name: str) -> FileType | None:
        """The type that the name's ending stands for; None when it may not be attached here."""
        return TYPES.get(ending(name)) if ending(name) in self.endings else None

    def fault_of_name(self, name: str) -> str | None:
        """TYPE_NOT_ALLOWED where files of this name's type are not taken."""
        return None if self.type_of(name) is not None else "TYPE_NOT_ALLOWED"
