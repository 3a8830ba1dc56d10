"""A key card is believed when a key in force vouches for it, or when its fingerprint was read out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.county.directory import add_body, add_key, check_card, next_version, retire_body, revoke
from services.chassis.identity.cards import KeyCard
from services.chassis.identity.directory import BodyEntry, BodyStatus, Directory
from services.chassis.identity.errors import (
    BodyUnknownError,
    DirectoryForeignError,
    KeyCardError,
    KeyCardUnconfirmedError,
    KeyTakenError,
    KeyUnknownError,
    SignatureInvalidError,
)
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.identity.signed import digest_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
OLD, NEW, SEALING = (KeyPair.generate(purpose, NOW) for purpose in (Purpose.SIGNING, Purpose.SIGNING, Purpose.SEALING))
AUDIT = BodyEntry("audit", "县审计局", BodyStatus.ACTIVE, (OLD.record(NOW),), (SEALING.record(NOW),))
DIRECTORY = Directory("371399", 1, NOW, False, (AUDIT,), (OLD.record(NOW),))
CARD = KeyCard.of("371399", "audit", NEW, OLD)


def test_a_card_survives_its_file_form_and_is_believed_because_an_old_key_vouches_for_it():
    card = KeyCard.from_bytes(CARD.to_bytes())

    assert card == CARD
    check_card(DIRECTORY, card, LATER, "")


def test_a_card_without_a_voucher_needs_the_fingerprint_however_it_is_grouped():
    card = KeyCard.of("371399", "audit", NEW, None)

    with pytest.raises(KeyCardUnconfirmedError):
        check_card(DIRECTORY, card, LATER, "")
    check_card(DIRECTORY, card, LATER, card.fingerprint)
    check_card(DIRECTORY, card, LATER, card.fingerprint.replace(" ", "-"))
    with pytest.raises(KeyCardUnconfirmedError):
        check_card(DIRECTORY, replace(card, body="finance"), LATER, card.fingerprint)


def test_a_revoked_key_vouches_for_nothing():
    with pytest.raises(KeyCardUnconfirmedError):
        check_card(revoke(DIRECTORY, OLD.key_id, LATER), CARD, LATER, "")


def test_a_changed_card_is_refused():
    with pytest.raises(SignatureInvalidError):
        check_card(DIRECTORY, replace(CARD, public=SEALING.public), LATER, "")
    with pytest.raises(DirectoryForeignError):
        check_card(DIRECTORY, replace(CARD, county="1"), LATER, CARD.fingerprint)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", CARD.to_bytes()[:-20], b"[" * 100_000])
def test_what_is_no_card_is_refused(data: bytes):
    with pytest.raises(KeyCardError):
        KeyCard.from_bytes(data)


def test_a_new_key_begins_beside_the_old_one_which_ends_later():
    changed = add_key(DIRECTORY, CARD, LATER, LATER + timedelta(days=7))
    old, new = changed.entry("audit").signing_keys

    assert (old.valid_to, new.valid_from, new.valid_to) == (LATER + timedelta(days=7), LATER, None)
    with pytest.raises(KeyTakenError):
        add_key(changed, CARD, LATER, None)
    with pytest.raises(BodyUnknownError):
        add_key(DIRECTORY, replace(CARD, body="nobody"), LATER, None)


def test_the_next_version_names_the_one_before_and_its_date_does_not_go_back():
    changed = next_version(revoke(DIRECTORY, SEALING.key_id, LATER), DIRECTORY, NOW - timedelta(days=9))

    assert (changed.version, changed.previous, changed.issued_at) == (2, digest_of(DIRECTORY), NOW)
    assert changed.entry("audit").sealing_keys[0].revoked_at == LATER
    with pytest.raises(KeyUnknownError):
        revoke(DIRECTORY, "none", LATER)


def test_bodies_come_and_go():
    cards = [KeyCard.of("371399", "finance", KeyPair.generate(one, NOW), None) for one in list(Purpose)[:2]]
    more = add_body(DIRECTORY, "县财政局", cards[0], cards[1], NOW)
    fewer = retire_body(more, "finance", LATER)

    assert more.active("finance").signing_keys[0].key_id == cards[0].key_id
    assert fewer.entry("finance").status is BodyStatus.RETIRED
    assert fewer.entry("finance").signing_keys[0].why_not(LATER) == "expired"
    with pytest.raises(KeyTakenError):
        add_body(more, "again", cards[0], cards[1], NOW)
    with pytest.raises(KeyCardUnconfirmedError):
        add_body(DIRECTORY, "县财政局", cards[0], cards[0], NOW)
