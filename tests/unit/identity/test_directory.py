"""Who has which keys, and for which time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.identity.directory import (
    BodyEntry,
    BodyStatus,
    Directory,
    check_signed_at,
)
from services.chassis.identity.errors import (
    BodyUnknownError,
    KeyOutOfDateError,
    KeyUnknownError,
    NoCurrentKeyError,
)
from services.chassis.identity.keys import KeyPair, Purpose

DAY = timedelta(days=1)
START = datetime(2026, 3, 2, tzinfo=UTC)
OFFICE = KeyPair.generate(Purpose.SIGNING, START)
AUDIT = KeyPair.generate(Purpose.SIGNING, START)
AUDIT_SEAL = KeyPair.generate(Purpose.SEALING, START)
AUDIT_NEXT_SEAL = KeyPair.generate(Purpose.SEALING, START)
ANCHORS = (OFFICE.record(START),)
DIRECTORY = Directory(
    county="shanhe",
    version=3,
    issued_at=START,
    demo=False,
    bodies=(
        BodyEntry(
            "audit",
            "县审计局",
            BodyStatus.ACTIVE,
            (AUDIT.record(START, START + 100 * DAY),),
            (AUDIT_SEAL.record(START), AUDIT_NEXT_SEAL.record(START + 30 * DAY)),
        ),
        BodyEntry("finance", "县财政局", BodyStatus.RETIRED, (), ()),
    ),
    directory_keys=ANCHORS,
)


def test_sealing_uses_the_key_that_began_last():
    assert DIRECTORY.sealing_key("audit", START).key_id == AUDIT_SEAL.key_id
    assert DIRECTORY.sealing_key("audit", START + 30 * DAY).key_id == AUDIT_NEXT_SEAL.key_id
    with pytest.raises(NoCurrentKeyError):
        DIRECTORY.sealing_key("audit", START - DAY)


def test_retired_and_unknown_bodies_get_no_letters():
    assert DIRECTORY.entry("finance").status is BodyStatus.RETIRED
    for body in ("finance", "nobody"):
        with pytest.raises(BodyUnknownError):
            DIRECTORY.active(body)


def test_a_signer_is_found_by_key_and_only_there():
    entry, record = DIRECTORY.signer(AUDIT.key_id)

    assert (entry.body, record.public) == ("audit", AUDIT.public)
    with pytest.raises(KeyUnknownError):
        DIRECTORY.signer(AUDIT_SEAL.key_id)


def test_a_retired_key_verifies_for_its_time_and_not_beyond():
    entry, record = DIRECTORY.signer(AUDIT.key_id)

    check_signed_at(entry, record, START + 99 * DAY, seen_at=START + 500 * DAY)
    with pytest.raises(KeyOutOfDateError, match="expired"):
        check_signed_at(entry, record, START + 100 * DAY, seen_at=START + 500 * DAY)
    with pytest.raises(KeyOutOfDateError, match="not yet"):
        check_signed_at(entry, record, START - DAY, seen_at=START)


def test_a_revoked_key_is_refused_at_once_whatever_date_the_letter_claims():
    entry, record = DIRECTORY.signer(AUDIT.key_id)
    revoked = replace(record, revoked_at=START + 10 * DAY)

    check_signed_at(entry, revoked, START + DAY, seen_at=START + 2 * DAY)
    with pytest.raises(KeyOutOfDateError, match="revoked"):
        check_signed_at(entry, revoked, START + DAY, seen_at=START + 10 * DAY)
