"""Content at rest: each letter's content under a key of its own, which is wrapped by the node's storage key."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from services.chassis.identity.keys import Keyring
from services.chassis.identity.suites import STORAGE_KEY_BYTES, suite_named


@dataclass(frozen=True, slots=True)
class Rested:
    """Encrypted content, its wrapped key, and the storage key that unwraps it."""

    content: bytes = field(repr=False)
    content_key: bytes = field(repr=False)
    storage_key_id: str


def wrapping_place(digest: bytes) -> bytes:
    """What the wrapping of a content's key is bound to."""
    return b"guantong-content-key-v1" + digest


def put_to_rest(keyring: Keyring, content: bytes, digest: bytes) -> Rested:
    """Encrypt `content` of the letter with this digest; bound to it, so that rows cannot be exchanged."""
    storage = keyring.storage_key()
    suite = suite_named(storage.suite)
    key = secrets.token_bytes(STORAGE_KEY_BYTES)
    return Rested(
        suite.encrypt(key, content, b"guantong-content-v1" + digest),
        suite.encrypt(storage.private, key, wrapping_place(digest)),
        storage.key_id,
    )


def take_from_rest(keyring: Keyring, rested: Rested, digest: bytes) -> bytes:
    """The content.

    Raises:
        KeyUnknownError: the storage key is not in this keyring.
        CannotOpenError: the row was changed, or belongs to another letter.

    """
    storage = keyring.storage_key_with(rested.storage_key_id)
    suite = suite_named(storage.suite)
    key = suite.decrypt(storage.private, rested.content_key, wrapping_place(digest))
    return suite.decrypt(key, rested.content, b"guantong-content-v1" + digest)
