"""The largest file there may be, between two real processes over a real bus, with letters beside it."""

from __future__ import annotations

import pytest

from tests.bench.attachments import SIZE, carry

MOST_MIB = 64
"""Growth of either process while it carries two hundred: what a window of chunks takes, several times over."""


@pytest.mark.timeout(300)
async def test_two_hundred_mebibytes_take_little_memory_at_either_end_and_letters_go_on():
    carried = await carry(SIZE)

    assert carried.sender_mib < MOST_MIB
    assert carried.recipient_mib < MOST_MIB
    assert carried.letters_beside > 10
