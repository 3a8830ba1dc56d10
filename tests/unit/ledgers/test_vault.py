"""Who complained opens to the two custodians together, and to nobody else, alone, or for another petition."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.identity.suites import DEFAULT_SUITE, suite_named
from services.chassis.ledgers.errors import VaultSealError
from services.chassis.ledgers.vault import Custodians, new_petition_ref, open_half, open_identity, seal_identity

SUITE = suite_named(DEFAULT_SUITE)
FIRST, SECOND, STRANGER = (SUITE.new_sealing_key() for _ in range(3))
CUSTODIANS = Custodians(SUITE.sealing_public(FIRST), SUITE.sealing_public(SECOND))
WHO = {"petitioner": "张大山", "phone": "13800138000"}


@given(st.dictionaries(st.text(min_size=1, max_size=10), st.text(max_size=300), max_size=4))
def test_both_together_read_exactly_what_was_sealed(identity: dict[str, str]):
    entry = seal_identity(new_petition_ref(), identity, CUSTODIANS)
    first, second = open_half(entry, FIRST), open_half(entry, SECOND)

    assert open_identity(entry, first, second) == open_identity(entry, second, first) == identity


def test_one_alone_reads_nothing():
    entry = seal_identity("ref", WHO, CUSTODIANS)
    half = open_half(entry, FIRST)

    for other in (half, bytes(32), b""):
        with pytest.raises(VaultSealError):
            open_identity(entry, half, other)
    with pytest.raises(VaultSealError):
        open_half(entry, STRANGER)


def test_halves_belong_to_their_own_petition():
    one, other = (seal_identity(ref, WHO, CUSTODIANS) for ref in ("one", "other"))

    with pytest.raises(VaultSealError):
        open_identity(one, open_half(one, FIRST), open_half(other, SECOND))
    with pytest.raises(VaultSealError):
        open_half(replace(one, petition_ref="other"), FIRST)


def test_the_sealed_form_tells_neither_words_nor_length():
    short, longer = (seal_identity("ref", {"petitioner": name}, CUSTODIANS) for name in ("甲", "欧阳某某" * 5))

    assert len(short.sealed) == len(longer.sealed)
    assert "张大山" not in repr(seal_identity("ref", WHO, CUSTODIANS))


def test_two_custodians_are_two_persons():
    with pytest.raises(ValueError, match="different"):
        Custodians(CUSTODIANS.first, CUSTODIANS.first)
