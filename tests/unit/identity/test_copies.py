"""A sealed copy of keys opens with its passphrase and with nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.chassis.identity.copies import open_copy, seal_copy
from services.chassis.identity.errors import KeyCopyError
from services.chassis.identity.keys import KeyPair, Purpose

PAIRS = [KeyPair.generate(purpose, datetime(2026, 3, 2, tzinfo=UTC)) for purpose in Purpose]
PASSPHRASE = "两人各记一半 and more"


def test_a_copy_gives_back_every_key_and_shows_none():
    copy = seal_copy("audit", PAIRS, PASSPHRASE)

    assert open_copy(copy, PASSPHRASE) == ("audit", PAIRS)
    assert not any(pair.private in copy for pair in PAIRS)


def test_another_passphrase_another_body_or_a_changed_copy_opens_nothing():
    copy = seal_copy("audit", PAIRS, PASSPHRASE)

    for data, passphrase in (
        (copy, PASSPHRASE + "x"),
        (copy.replace(b"audit", b"other"), PASSPHRASE),
        (b"{}", PASSPHRASE),
    ):
        with pytest.raises(KeyCopyError):
            open_copy(data, passphrase)
    with pytest.raises(KeyCopyError):
        seal_copy("audit", PAIRS, "short")
