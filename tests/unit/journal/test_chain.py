"""One changed, missing or moved entry anywhere in a journal is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.journal.chain import GENESIS, Entry, check, digest

START = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)


def journal(payloads):
    entries = []
    previous = GENESIS
    for sequence, payload in enumerate(payloads, start=1):
        entry = Entry(sequence, previous, "letter", START + timedelta(seconds=sequence), payload)
        previous = digest(entry)
        entries.append(entry)
    return entries


PAYLOADS = st.lists(st.binary(max_size=40), min_size=2, max_size=12)


@given(PAYLOADS)
def test_an_untouched_journal_has_no_fault(payloads):
    assert check(journal(payloads)) == []


@given(PAYLOADS, st.data())
def test_a_changed_part_of_any_entry_but_the_last_is_found(payloads, data):
    entries = journal(payloads)
    place = data.draw(st.integers(min_value=0, max_value=len(entries) - 2))
    entry = entries[place]
    entries[place] = data.draw(
        st.sampled_from(
            [
                replace(entry, payload=entry.payload + b"\x00"),
                replace(entry, kind="Letter"),
                replace(entry, written_at=entry.written_at + timedelta(microseconds=1)),
                replace(entry, previous=bytes([entry.previous[0] ^ 1]) + entry.previous[1:]),
            ]
        )
    )

    assert check(entries)


@given(PAYLOADS, st.data())
def test_a_removed_or_swapped_entry_is_found(payloads, data):
    entries = journal(payloads)
    place = data.draw(st.integers(min_value=0, max_value=len(entries) - 2))

    assert check(entries[:place] + entries[place + 1 :])
    swapped = entries[:]
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    assert check(swapped)


def test_a_fault_names_the_entry_and_the_reason():
    entries = journal([b"a", b"b", b"c"])
    faults = check([entries[0], replace(entries[1], payload=b"x"), entries[2]])

    assert [fault.sequence for fault in faults] == [3]
    assert "changed or removed" in faults[0].reason


def test_a_journal_can_be_checked_from_the_middle():
    entries = journal([b"a", b"b", b"c"])

    assert check(entries[1:], after=(1, digest(entries[0]))) == []
    assert check(entries[1:], after=(1, GENESIS))


def test_the_parts_of_an_entry_cannot_be_shifted_into_each_other():
    one = Entry(1, GENESIS, "ab", START, b"c")
    other = Entry(1, GENESIS, "a", START, b"bc")

    assert digest(one) != digest(other)


def test_the_digest_is_fixed_for_ever():
    assert (
        digest(Entry(1, GENESIS, "letter", START, b"payload")).hex()
        == "b448cc06b3b8843c7c1672c26c28d354dc7b89411bc6c2cd9fbfa573331976f3"
    )
