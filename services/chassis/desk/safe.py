"""Keeps a draft's words at rest under a key of its own, so that destroying one key destroys every revision."""

from __future__ import annotations

import os
from dataclasses import dataclass

from services.chassis.identity.keys import KeyPair, Keyring
from services.chassis.identity.suites import STORAGE_KEY_BYTES, Suite, suite_named

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A draft's key as it rests beside the draft: readable only with the node's storage key of that id."""

    storage_key_id: str
    wrapped: bytes


class Safe:
    """Locks and unlocks what belongs to one draft."""

    def __init__(self, suite: Suite, key: bytes, draft_id: str) -> None:
        self._suite = suite
        self._key = key
        self._draft_id = draft_id

    def lock_text(self, revision: int, salt: bytes, content: bytes) -> bytes:
        """A revision's salt and content, locked together: neither outlives the other."""
        return self._suite.encrypt(self._key, salt + content, self._place(f"revision {revision}"))

    def unlock_text(self, revision: int, kept: bytes) -> tuple[bytes, bytes]:
        """The salt and content of a revision."""
        plain = self._suite.decrypt(self._key, kept, self._place(f"revision {revision}"))
        return plain[:SALT_BYTES], plain[SALT_BYTES:]

    def lock_words(self, step_id: str, words: str) -> bytes:
        """The remarks of one step, locked."""
        return self._suite.encrypt(self._key, words.encode(), self._place(f"step {step_id}"))

    def unlock_words(self, step_id: str, kept: bytes) -> str:
        """The remarks of one step."""
        return self._suite.decrypt(self._key, kept, self._place(f"step {step_id}")).decode()

    def _place(self, what: str) -> bytes:
        """Bound into every locked part, so that parts cannot be exchanged for one another in the database."""
        return f"guantong-draft-v1\0{self._draft_id}\0{what}".encode()


def new_safe(keyring: Keyring, draft_id: str) -> tuple[Safe, WrappedKey]:
    """A fresh key for a draft, and the same key wrapped for the database."""
    storage = keyring.storage_key()
    suite = suite_named(storage.suite)
    key = os.urandom(STORAGE_KEY_BYTES)
    wrapped = suite.encrypt(storage.private, key, wrapping_place(draft_id))
    return Safe(suite, key, draft_id), WrappedKey(storage.key_id, wrapped)


def open_safe(keyring: Keyring, draft_id: str, wrapped: WrappedKey) -> Safe:
    """The safe of a draft whose key was wrapped earlier.

    Raises:
        KeyUnknownError: the storage key it was wrapped with is not in the keyring.
        CannotOpenError: key and draft do not belong together.

    """
    storage: KeyPair = keyring.storage_key_with(wrapped.storage_key_id)
    suite = suite_named(storage.suite)
    return Safe(suite, suite.decrypt(storage.private, wrapped.wrapped, wrapping_place(draft_id)), draft_id)


def new_salt() -> bytes:
    """Fresh random bytes that keep a digest from telling what it is the digest of."""
    return os.urandom(SALT_BYTES)


def wrapping_place(draft_id: str) -> bytes:
    """What the wrapping of a draft's key is bound to."""
    return b"guantong-draft-key-v1\0" + draft_id.encode()
