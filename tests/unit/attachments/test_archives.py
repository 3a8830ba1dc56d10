"""Packed files that grow beyond measure, hide files in files or are not what they say are found without unpacking."""

from __future__ import annotations

import io
import zipfile

import pytest

from services.chassis.attachments.archives import archive_fault
from services.chassis.attachments.limits import TYPES, Limits

ZIP = TYPES["zip"]


def packed(entries: dict[str, bytes]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return made


def overlapping() -> io.BytesIO:
    """Many entries that all point at the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.txt", bytes(10_000_000))
        (first,) = archive.infolist()
        archive.filelist += [first] * 500
    return made


DOCUMENT = packed({"word/document.xml": b"<xml/>"}).getvalue()
WITH_MACROS = packed({"word/document.xml": b"<xml/>", "word/vbaProject.bin": b"\1"}).getvalue()


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (packed({"一.txt": b"text", "二/三.pdf": b"%PDF"}), ""),
        (packed({"一.docx": DOCUMENT}), ""),
        (packed({"一.docx": WITH_MACROS}), "MACROS"),
        (packed({"一.exe": b"MZ"}), "TYPE_NOT_ALLOWED"),
        (packed({"一.zip": b"PK"}), "ARCHIVE_NESTED"),
        (packed({"一.txt": bytes(30_000_000)}), "ARCHIVE_BOMB"),
        (overlapping(), "ARCHIVE_BOMB"),
        (packed({f"{number}.txt": b"" for number in range(10_001)}), "ARCHIVE_BOMB"),
        (io.BytesIO(b"PK\3\4 no archive"), "ARCHIVE_UNREADABLE"),
    ],
)
def test_an_archive_is_looked_into(made: io.BytesIO, why: str):
    assert archive_fault(made, ZIP, Limits()) == why


def test_an_encrypted_archive_cannot_be_looked_into():
    made = packed({"一.txt": b"text"}).getvalue()
    marked = bytearray(made)
    for at in (made.index(b"PK\3\4") + 6, made.index(b"PK\1\2") + 8):
        marked[at] |= 1
    assert archive_fault(io.BytesIO(bytes(marked)), ZIP, Limits()) == "ARCHIVE_UNREADABLE"


def test_only_the_endings_that_the_office_allows_are_allowed_inside():
    limits = Limits(endings=frozenset({"zip", "txt"}))
    assert archive_fault(packed({"一.txt": b""}), ZIP, limits) == ""
    assert archive_fault(packed({"一.pdf": b""}), ZIP, limits) == "TYPE_NOT_ALLOWED"
