"""What a reference may say, how a file's digest is made, and which names are names everywhere."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.attachments.model import (
    CHUNK_BYTES,
    MALFORMED,
    MOST_CHUNKS,
    SMALLEST_CHUNK,
    Reference,
    Shape,
    chunk_digest,
    drop_references,
    fault_of,
    file_digest,
    file_name,
    references_of,
    to_message,
)

SUITE = "guantong-1"
MIB = 1024 * 1024


def shape(size: int = 5, chunk_size: int = CHUNK_BYTES, digest: bytes = bytes(32)) -> Shape:
    return Shape(digest, size, chunk_size, SUITE)


@given(st.integers(1, 200 * MIB), st.integers(SMALLEST_CHUNK, CHUNK_BYTES))
def test_chunks_are_as_many_as_are_needed_and_together_as_long_as_the_file(size: int, chunk_size: int):
    one = shape(size, chunk_size)
    assert sum(one.length_of(number) for number in range(one.chunks)) == size
    assert 0 < one.length_of(one.chunks - 1) <= chunk_size


def test_a_digest_covers_every_chunk_their_order_and_the_size():
    digests = [chunk_digest(SUITE, bytes([number])) for number in range(3)]
    first = hashlib.sha256(b"guantong-chunk-v1\0" + b"\0").digest()
    assert digests[0] == first
    whole = file_digest(SUITE, 3 * CHUNK_BYTES, CHUNK_BYTES, digests)
    one = shape(3 * CHUNK_BYTES, digest=whole)
    assert one.proves(digests)
    assert not one.proves(digests[::-1])
    assert not one.proves(digests[:2])
    assert not shape(3 * CHUNK_BYTES - 1, digest=whole).proves(digests)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a/b",
        "a\\b",
        ".profile",
        "a.",
        " a",
        "a ",
        "a\0b",
        "a\u202eb",
        "a\nb",
        'a"b',
        "长" * 67 + ".pdf",
        "a\u3000b",
        "a\u00a0b",
        "a\u00adb",
        "a\u2028b",
        "a\ue000b",
        "a\u0378b",
    ],
)
def test_what_is_no_name_of_a_file_everywhere_is_refused(name: str):
    assert file_name(name) is None


def test_a_name_is_carried_in_one_form_of_text():
    assert file_name("e\u0301.pdf") == "\u00e9.pdf"
    assert file_name("关于…的报告(终稿).pdf") == "关于…的报告(终稿).pdf"


@pytest.mark.parametrize(
    ("one", "fault"),
    [
        (Reference("a.pdf", "", shape()), None),
        (Reference("a/b.pdf", "", shape()), "NAME_UNSAFE"),
        (Reference("a.pdf", "", shape(201 * MIB)), "TOO_LARGE"),
        (Reference("a.pdf", "", shape(0)), MALFORMED),
        (Reference("a.pdf", "", shape(-5)), MALFORMED),
        (Reference("a.pdf", "", shape(5, 1)), MALFORMED),
        (Reference("a.pdf", "", shape(5, CHUNK_BYTES + 1)), MALFORMED),
        (Reference("a.pdf", "", shape(digest=b"short")), MALFORMED),
        (Reference("a.pdf", "", Shape(bytes(32), 5, CHUNK_BYTES, "other")), MALFORMED),
        (Reference("a.pdf", "", shape((MOST_CHUNKS + 1) * SMALLEST_CHUNK, SMALLEST_CHUNK)), MALFORMED),
    ],
)
def test_a_reference_that_names_no_file_is_told_from_one_that_is_not_taken(one: Reference, fault: str | None):
    assert fault_of(one, 200 * MIB) == fault


def test_references_are_found_and_taken_out_wherever_they_stand():
    named = [Reference(f"{number}.pdf", "application/pdf", shape()) for number in range(3)]
    first, second, third = map(to_message, named)
    section = content.Section(attachments=[first, second])
    reply = content.InfoReply(units=[content.UnitReply(sections=[section])], attachments=[third])

    assert references_of(reply) == named
    assert drop_references(reply, "1.pdf")
    assert not drop_references(reply, "1.pdf")
    assert references_of(reply) == [named[0], named[2]]
