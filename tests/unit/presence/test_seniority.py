"""Two copies come to the same decision, whichever of them asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.county.directory import revoke
from services.chassis.identity.keys import KeyPair, Keyring, Purpose
from services.chassis.presence.errors import PresenceMalformedError
from services.chassis.presence.model import Run, Statement, must_yield
from services.chassis.presence.statement import key_of, read, signed
from services.chassis.testing.clock import DEFAULT_INSTANT, FixedClock
from tests.fixtures.exchanges import COUNTY, identities

RUNS = st.builds(
    Run,
    st.text("0123456789abcdef", min_size=4, max_size=4),
    st.integers(0, 3).map(lambda minutes: DEFAULT_INSTANT + timedelta(minutes=minutes)),
    st.booleans(),
)


@given(RUNS, RUNS)
def test_exactly_one_of_two_copies_yields(one: Run, other: Run):
    if one.run_id != other.run_id:
        assert must_yield(one, other) is not must_yield(other, one)


def test_a_copy_that_starts_yields_to_one_whose_letters_leave_already_whatever_the_clocks_say():
    starting = Run("a", DEFAULT_INSTANT - timedelta(hours=3), settled=False)
    running = Run("b", DEFAULT_INSTANT, settled=True)

    assert must_yield(starting, running)
    assert must_yield(replace(running, started_at=DEFAULT_INSTANT + timedelta(1)), replace(running, run_id="c"))


def test_only_a_statement_under_a_key_of_this_very_body_is_believed(clock: FixedClock):
    known = identities(("alpha", "beta"), clock)
    alpha, beta = known["alpha"], known["beta"]
    statement = Statement(COUNTY, "alpha", Run("r", clock.now(), settled=True), "other")
    told = signed(statement, key_of(alpha))
    stranger = KeyPair.generate(Purpose.SIGNING, clock.now())

    assert read(told, alpha) == statement
    for wrong in (
        signed(statement, stranger),
        signed(statement, key_of(beta)),
        signed(replace(statement, body="beta"), key_of(alpha)),
        signed(replace(statement, county="0"), key_of(alpha)),
        told.replace(b"a", b"b"),
        told[:-1],
        b"",
        b"[]",
        b"{}",
        b"[" * 5000,
        b"x" * 100_000,
    ):
        with pytest.raises(PresenceMalformedError):
            read(wrong, alpha)


def test_the_thief_of_a_revoked_key_makes_no_node_yield(clock: FixedClock):
    alpha = identities(("alpha", "beta"), clock)["alpha"]
    stolen, fresh = key_of(alpha), KeyPair.generate(Purpose.SIGNING, clock.now())
    told = signed(Statement(COUNTY, "alpha", Run("r", clock.now(), settled=True), "other"), stolen)
    alpha.keyring.take_over(Keyring.of("alpha", *alpha.keyring.signing, fresh))
    alpha.replace_directory(revoke(alpha.directory, stolen.key_id, clock.now()))

    with pytest.raises(PresenceMalformedError):
        read(told, alpha)
    assert key_of(alpha) == fresh
