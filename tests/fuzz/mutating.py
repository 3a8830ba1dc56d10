"""Makes inputs out of inputs: bytes turned, cut, doubled and crossed; archives also part by part."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Callable, Sequence

_LARGEST = 1 << 20
_WORDS = tuple(
    word.encode()
    for word in (
        "\0", "\ufeff", "\u202e", "\u2028", "é", "\U0001f600", "巡察", "-1", "0", "9" * 20, "1e999", "nan", "inf",
        "null", "[]", "{}", "[[[[", '"', '"""', "'''", "\\u0000", "\\ud800", "=1+1", "1970-01-01", "9999-12-31",
        "0001-01-01", "A1:XFD1048576", "XFD1048576", 'r="A99999999"', "<!DOCTYPE x>", "<f>1</f>", ' t="e"', "../../x",
        "guantong-1",
    )
)  # fmt: skip
_NUMBERS = (b"\x00", b"\x7f", b"\x80", b"\xff", b"\xff" * 9 + b"\x01", b"\x80" * 10, b"\xff\xff\xff\xff\x0f")

Change = Callable[[random.Random, bytearray], None]


def mutated(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Another input near `data`, of at most a mebibyte."""
    if data[:4] == b"PK\x03\x04" and rng.random() < 0.7:
        return _repacked(rng, data, others)
    return _changed(rng, data, others)


def _changed(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        if others and rng.random() < 0.1:
            other = rng.choice(others)
            cut = rng.randrange(len(other) + 1)
            changed[rng.randrange(len(changed) + 1) :] = other[cut:]
        else:
            rng.choice(_CHANGES)(rng, changed)
        del changed[_LARGEST:]
    return bytes(changed)


def _turn_bit(rng: random.Random, data: bytearray) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _set_byte(rng: random.Random, data: bytearray) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.randrange(256)


def _cut(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data) + 1)
    del data[start : start + rng.choice((1, 2, 8, 64, len(data)))]


def _double(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data) + 1)
    piece = data[start : start + rng.choice((1, 4, 16, 256))]
    data[start:start] = piece * rng.choice((1, 2, 50, 1000))


def _put(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data) + 1)
    data[start:start] = rng.choice((*_WORDS, *_NUMBERS, rng.randbytes(rng.randrange(1, 9))))


def _overwrite(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data) + 1)
    word = rng.choice((*_WORDS, *_NUMBERS))
    data[start : start + len(word)] = word


def _swap(rng: random.Random, data: bytearray) -> None:
    lines = bytes(data).split(b"\n")
    rng.shuffle(lines)
    data[:] = b"\n".join(lines)


_CHANGES: tuple[Change, ...] = (_turn_bit, _turn_bit, _set_byte, _cut, _double, _put, _put, _overwrite, _swap)


def _repacked(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """An archive with one of its parts changed, left out or doubled, and every checksum right again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = [(part.filename, archive.read(part)) for part in archive.infolist() if part.file_size < _LARGEST]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, zlib.error):
        return _changed(rng, data, others)
    if found:
        place = rng.randrange(len(found))
        name, content = found[place]
        found[place] = name, _changed(rng, content, ())
        if rng.random() < 0.05:
            del found[place]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found:
            archive.writestr(name, content)
    return packed.getvalue()
