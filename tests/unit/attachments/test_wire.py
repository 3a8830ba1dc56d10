"""Whatever bytes arrive on the lane are read, or refused with a reason; nothing else happens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from guantong.exchange.v1 import attachments_pb2 as pb
from services.chassis.attachments import wire
from services.chassis.attachments.arriving import Awaited
from services.chassis.attachments.model import CHUNK_BYTES, Shape
from services.chassis.attachments.proof import FRESH, open_frame, request_frame, sealed_frame
from services.chassis.attachments.wire import MOST_AT_ONCE, Chunk
from services.chassis.exchange.errors import RefusedError
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import identities

AWAITED = Awaited("alpha", "letter-1", Shape(bytes(32), 600_000, CHUNK_BYTES, "guantong-1"))
DECODERS: list[Callable[[bytes], object]] = [
    wire.decode_frame,
    wire.decode_part,
    wire.decode_request,
    wire.decode_gone,
]
MESSAGES = st.one_of(
    st.binary(max_size=300),
    st.builds(
        lambda numbers, digest, name: pb.ChunkRequest(
            sender=name, letter_id=name, digest=digest, chunk_numbers=numbers, nonce=digest[:16]
        ).SerializeToString(),
        st.lists(st.integers(-(2**31), 2**31 - 1), max_size=40),
        st.binary(max_size=40),
        st.text(max_size=40),
    ),
    st.builds(
        lambda seconds, nanos: pb.AttachmentGone(
            sender="a", letter_id="b", digest=bytes(32), issued_time=Timestamp(seconds=seconds, nanos=nanos)
        ).SerializeToString(),
        st.integers(-(2**63), 2**63 - 1),
        st.integers(-(2**31), 2**31 - 1),
    ),
    st.builds(
        lambda number, data: pb.AttachmentPart(chunk=pb.Chunk(number=number, data=data)).SerializeToString(),
        st.integers(-(2**31), 2**31 - 1),
        st.binary(max_size=40),
    ),
)


@pytest.mark.parametrize("decode", DECODERS)
@given(data=MESSAGES)
def test_any_bytes_are_read_or_refused(decode: Callable[[bytes], object], data: bytes):
    with suppress(RefusedError):
        decode(data)


def test_a_frame_is_opened_by_its_recipient_alone_and_only_as_it_was_sealed():
    clock = FixedClock()
    known = identities(["alpha", "beta", "gamma"], clock)
    now = clock.now()
    frame = sealed_frame(known["alpha"], "beta", Chunk(bytes(32), 0, b"chunk"), now)

    assert open_frame(known["beta"], frame.data, now) == Chunk(bytes(32), 0, b"chunk")
    for data in (frame.data, frame.data[:-1] + bytes([frame.data[-1] ^ 1])):
        with pytest.raises(RefusedError):
            open_frame(known["gamma"], data, now)
    with pytest.raises(RefusedError):
        open_frame(known["beta"], frame.data[:-1] + bytes([frame.data[-1] ^ 1]), now)
    with pytest.raises(RefusedError):
        open_frame(known["beta"], frame.data + bytes(wire.MOST_FRAME_BYTES), now)


def test_a_request_is_believed_from_its_signer_for_its_addressee_and_not_for_ever():
    clock = FixedClock()
    known = identities(["alpha", "beta", "gamma"], clock)
    now = clock.now()
    asked = open_frame(known["alpha"], request_frame(known["beta"], AWAITED, (0, 1), now).data, now)

    assert isinstance(asked, wire.Request)
    assert (asked.sender, asked.recipient, asked.numbers, asked.list_wanted) == ("beta", "alpha", (0, 1), False)
    frame = request_frame(known["beta"], AWAITED, None, now)
    for late in (now + FRESH * 2, now - FRESH * 2):
        with pytest.raises(RefusedError):
            open_frame(known["alpha"], frame.data, late)
    too_much = request_frame(known["beta"], AWAITED, tuple(range(MOST_AT_ONCE + 1)), now)
    with pytest.raises(RefusedError):
        open_frame(known["alpha"], too_much.data, now)
