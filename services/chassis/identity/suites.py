"""Named sets of algorithms behind one interface, so that another set can stand beside the default."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM
from cryptography.hazmat.primitives.hpke import Suite as Hpke

from services.chassis.identity.errors import CannotOpenError, SignatureInvalidError, UnknownSuiteError

DEFAULT_SUITE = "guantong-1"
STORAGE_KEY_BYTES = 32
_NONCE_BYTES = 12


class Suite(Protocol):
    """One named set of algorithms. Keys travel as raw bytes, so that no caller depends on a library's types."""

    name: str

    def new_signing_key(self) -> bytes:
        """A fresh private signing key."""
        ...

    def new_sealing_key(self) -> bytes:
        """A fresh private key for opening what others seal to us."""
        ...

    def signing_public(self, private: bytes) -> bytes:
        """The public half of a private signing key."""
        ...

    def sealing_public(self, private: bytes) -> bytes:
        """The public half of a private opening key."""
        ...

    def sign(self, private: bytes, message: bytes) -> bytes:
        """Sign `message`."""
        ...

    def verify(self, public: bytes, message: bytes, signature: bytes) -> None:
        """Return quietly when the signature is right.

        Raises:
            SignatureInvalidError: when it is not.
        """
        ...

    def seal(self, public: bytes, plain: bytes, context: bytes) -> bytes:
        """Encrypt so that only the owner of `public` opens it, and only under the same `context`."""
        ...

    def open(self, private: bytes, sealed: bytes, context: bytes) -> bytes:
        """Open sealed bytes.

        Raises:
            CannotOpenError: when key, bytes or context do not belong together.
        """
        ...

    def encrypt(self, key: bytes, plain: bytes, context: bytes) -> bytes:
        """Encrypt for rest under a symmetric key; the result carries its own nonce."""
        ...

    def decrypt(self, key: bytes, encrypted: bytes, context: bytes) -> bytes:
        """Reverse `encrypt`.

        Raises:
            CannotOpenError: when key, bytes or context do not belong together.
        """
        ...

    def digest(self, data: bytes) -> bytes:
        """The 32-byte digest of `data`."""
        ...


class Guantong1:
    """Ed25519 signatures, HPKE (X25519, HKDF-SHA256, ChaCha20-Poly1305) seals, AES-256-GCM at rest, SHA-256."""

    name = DEFAULT_SUITE

    def __init__(self) -> None:
        self._hpke = Hpke(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

    def new_signing_key(self) -> bytes:
        return Ed25519PrivateKey.generate().private_bytes_raw()

    def new_sealing_key(self) -> bytes:
        return X25519PrivateKey.generate().private_bytes_raw()

    def signing_public(self, private: bytes) -> bytes:
        return _ed25519_private(private).public_key().public_bytes_raw()

    def sealing_public(self, private: bytes) -> bytes:
        return _x25519_private(private).public_key().public_bytes_raw()

    def sign(self, private: bytes, message: bytes) -> bytes:
        return _ed25519_private(private).sign(message)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> None:
        try:
            _ed25519_public(public).verify(signature, message)
        except (InvalidSignature, ValueError) as error:
            raise SignatureInvalidError(key_id=key_id_of(public)) from error

    def seal(self, public: bytes, plain: bytes, context: bytes) -> bytes:
        return self._hpke.encrypt(plain, _x25519_public(public), context)

    def open(self, private: bytes, sealed: bytes, context: bytes) -> bytes:
        try:
            return self._hpke.decrypt(sealed, _x25519_private(private), context)
        except (InvalidTag, ValueError) as error:
            raise CannotOpenError(key_id=key_id_of(self.sealing_public(private))) from error

    def encrypt(self, key: bytes, plain: bytes, context: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, plain, context)

    def decrypt(self, key: bytes, encrypted: bytes, context: bytes) -> bytes:
        try:
            return AESGCM(key).decrypt(encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:], context)
        except (InvalidTag, ValueError) as error:
            raise CannotOpenError(key_id="(storage)") from error

    def digest(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()


SUITES: Mapping[str, Suite] = MappingProxyType({DEFAULT_SUITE: Guantong1()})
"""The suites this program has. A national suite becomes one more entry; nothing else changes."""


def suite_named(name: str, suites: Mapping[str, Suite] = SUITES) -> Suite:
    """The suite called `name`.

    Raises:
        UnknownSuiteError: when this program has no such suite.
    """
    try:
        return suites[name]
    except KeyError:
        raise UnknownSuiteError(suite=name[:64]) from None


def key_id_of(public: bytes) -> str:
    """The short name of a public key: the first 16 hexadecimal digits of its SHA-256, in every suite."""
    return hashlib.sha256(public).hexdigest()[:16]


# Turning raw bytes into key objects costs as much as using them, and a county has some dozens of keys.
@lru_cache(maxsize=256)
def _ed25519_private(raw: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(raw)


@lru_cache(maxsize=256)
def _ed25519_public(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


@lru_cache(maxsize=256)
def _x25519_private(raw: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(raw)


@lru_cache(maxsize=256)
def _x25519_public(raw: bytes) -> X25519PublicKey:
    return X25519PublicKey.from_public_bytes(raw)
