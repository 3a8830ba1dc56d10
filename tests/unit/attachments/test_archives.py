"""Packed files that grow beyond measure, hide files in files or are not what they say are found without unpacking."""

from __future__ import annotations

import io
import random
import struct
import tracemalloc
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


def broken_inside() -> bytes:
    """An archive whose directory is fine, and the packed bytes of the document in it are not."""
    document = packed({"word/document.xml": random.Random(1).randbytes(5000)}).getvalue()
    data = bytearray(packed({"一.docx": document}).getvalue())
    at = data.index("一.docx".encode()) + len("一.docx".encode())
    data[at : at + 40] = bytes(one ^ 0xFF for one in data[at : at + 40])
    return bytes(data)


def test_a_packed_document_whose_bytes_do_not_unpack_is_refused_and_raises_nothing():
    assert archive_fault(io.BytesIO(broken_inside()), ZIP, Limits()) == "ARCHIVE_UNREADABLE"


def flood(entries: int, *, wide: bool = False) -> bytes:
    """A file that is almost only a list of entries; `wide` names it in the form of zip64."""
    one = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    size = entries * len(one)
    told = 0xFFFFFFFF if wide else size
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries & 0xFFFF, entries & 0xFFFF, told, 4, 0)
    if wide:
        wider = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, 4)
        end = wider + struct.pack("<4sLQL", b"PK\6\7", 0, 4 + size, 1) + end
    return b"PK\3\4" + one * entries + end


@pytest.mark.parametrize("entries", [50_000, 300_000])
@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("inside", [False, True])
def test_a_list_of_very_many_entries_is_refused_before_it_is_in_memory(*, entries: int, wide: bool, inside: bool):
    data = flood(entries, wide=wide)
    made = packed({"一.docx": data}) if inside else io.BytesIO(data)
    tracemalloc.start()
    try:
        assert archive_fault(made, ZIP, Limits()) == "ARCHIVE_BOMB"
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
