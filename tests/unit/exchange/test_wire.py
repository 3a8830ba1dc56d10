"""Bytes and dataclasses say the same, and bytes of any shape are read or refused, never anything else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guantong.exchange.v1 import envelope_pb2
from services.chassis.exchange import wire
from services.chassis.exchange.errors import ExchangeError, Refusal, RefusedError
from services.chassis.exchange.model import MAX_FRAME_BYTES, MAX_HEADER_BYTES, SealedLetter, SignedBytes, Signer
from tests.unit.exchange.letters_for_tests import NOW, hello, letter, receipt

SIGNED = SignedBytes(b"payload", b"signature", "0123456789abcdef", "guantong-1")
IDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=36)
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40).map(wire.nfc).filter(wire.is_text)


@given(
    st.tuples(IDS, IDS, IDS),
    st.integers(1, 2**63 - 1),
    INSTANTS,
    st.none() | st.builds(Signer, TEXTS, TEXTS, INSTANTS, TEXTS),
    st.lists(IDS, max_size=4),
)
def test_a_header_reads_back_as_it_was_written(names, number, written_at, signer, articles):
    letter_id, kind, matter = names
    header = replace(
        letter().header,
        letter_id=letter_id,
        kind=kind,
        matter_id=matter,
        number=number,
        written_at=written_at,
        signer=signer,
        article_ids=tuple(articles),
    )
    assert wire.decode_header(wire.encode_header(header)) == header


def test_one_sentence_signs_alike_however_it_was_typed():
    plain = replace(letter().header, content_digest=bytes(32))
    headers = [replace(plain, document_number=text) for text in ("caf\u00e9", "cafe\u0301")]
    assert len({wire.encode_header(header) for header in headers}) == 1


def test_receipts_and_hellos_read_back_as_they_were_written():
    nothing = receipt(up_to_number=0, chain_digest=bytes(32), stored_at=None, resend_wanted=False)
    for statement in (receipt(), nothing):
        assert wire.decode_receipt(wire.encode_receipt(statement)) == statement
    assert wire.decode_hello(wire.encode_hello(hello())) == hello()


def test_frames_read_back_as_what_they_carry():
    sealed = SealedLetter("guantong-1", "0123456789abcdef", b"sealed")
    assert wire.decode_frame(wire.frame_of_letter(sealed)) == sealed
    assert wire.decode_frame(wire.frame_of_receipt(SIGNED)) == ("receipt", SIGNED)
    assert wire.decode_frame(wire.frame_of_hello(SIGNED)) == ("hello", SIGNED)
    assert wire.decode_journaled(wire.encode_journaled(SIGNED)) == SIGNED
    assert wire.decode_letter(wire.encode_letter(SIGNED, b"salt", b"content")) == (SIGNED, b"salt", b"content")


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("format_version", 2, Refusal.VERSION_UNKNOWN),
        ("number", 0, Refusal.MALFORMED),
        ("number", -1, Refusal.MALFORMED),
        ("previous_digest", b"short", Refusal.MALFORMED),
        ("content_digest", b"", Refusal.MALFORMED),
        ("letter_id", "", Refusal.MALFORMED),
        ("letter_id", "x" * 37, Refusal.MALFORMED),
        ("letter_id", "../../etc/pass wd", Refusal.MALFORMED),
        ("matter_id", "x" * 37, Refusal.MALFORMED),
        ("kind", "k" * 65, Refusal.MALFORMED),
        ("kind", "k\0", Refusal.MALFORMED),
        ("document_number", "山" * 201, Refusal.MALFORMED),
        ("document_number", "3号\0", Refusal.MALFORMED),
        ("document_number", "\u202e3号", Refusal.MALFORMED),
        ("content_type", "a\nb", Refusal.MALFORMED),
        ("kind", "", Refusal.MALFORMED),
        ("kind", "信函", Refusal.MALFORMED),
        ("matter_id", "a b", Refusal.MALFORMED),
        ("sender", "", Refusal.MALFORMED),
        ("county", "line\nbreak", Refusal.MALFORMED),
    ],
)
def test_a_header_that_no_sender_may_write_is_refused_with_its_reason(field, value, refusal):
    message = envelope_pb2.LetterHeader.FromString(wire.encode_header(letter().header))
    setattr(message, field, value)
    with pytest.raises(RefusedError) as caught:
        wire.decode_header(message.SerializeToString())
    assert caught.value.refusal is refusal


def test_a_header_without_a_time_or_with_one_beyond_all_calendars_is_refused():
    message = envelope_pb2.LetterHeader.FromString(wire.encode_header(letter().header))
    times = []
    for seconds in (2**62, -(2**62), 2**63 - 1, -1, 253_402_300_799):
        message.written_time.seconds = seconds
        times.append(message.SerializeToString())
    for broken in (*times, _without_time(message)):
        with pytest.raises(RefusedError) as caught:
            wire.decode_header(broken)
        assert caught.value.refusal is Refusal.MALFORMED


def _without_time(message):
    message.ClearField("written_time")
    return message.SerializeToString()


def test_what_is_larger_than_any_letter_is_refused_before_it_is_parsed():
    for read, data in (
        (wire.decode_frame, bytes(MAX_FRAME_BYTES + 1)),
        (wire.decode_header, bytes(MAX_HEADER_BYTES + 1)),
    ):
        with pytest.raises(RefusedError) as caught:
            read(data)
        assert caught.value.refusal is Refusal.OVERSIZED


def test_a_field_of_a_newer_peer_changes_nothing_that_this_program_reads():
    known = wire.encode_header(replace(letter().header, written_at=NOW))
    newer = known + b"\xfa\x07\x05extra"  # field 127, bytes
    assert wire.decode_header(newer) == wire.decode_header(known)


READERS = (
    wire.decode_frame,
    wire.decode_header,
    wire.decode_receipt,
    wire.decode_hello,
    wire.decode_letter,
    wire.decode_journaled,
)
VALID = (
    wire.frame_of_letter(SealedLetter("guantong-1", "0123456789abcdef", b"sealed")),
    wire.encode_header(letter().header),
    wire.encode_receipt(receipt()),
    wire.encode_hello(hello()),
    wire.encode_letter(SIGNED, b"salt", b"content"),
    wire.encode_journaled(SIGNED),
)


@given(st.sampled_from(READERS), st.binary(max_size=400))
def test_arbitrary_bytes_are_read_or_refused_and_nothing_else(read, data):
    _read_or_refuse(read, data)


@given(st.data())
def test_damaged_bytes_are_read_or_refused_and_nothing_else(data):
    index = data.draw(st.integers(0, len(READERS) - 1))
    damaged = bytearray(VALID[index])
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    _read_or_refuse(READERS[index], bytes(damaged[:cut]))


def _read_or_refuse(read, data):
    try:
        read(data)
    except ExchangeError:
        return
