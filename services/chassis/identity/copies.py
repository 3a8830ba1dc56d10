"""A copy of a body's private keys for its safe: one file, sealed under a passphrase that two persons may share."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from services.chassis.identity.errors import CannotOpenError, KeyCopyError
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.identity.suites import DEFAULT_SUITE, STORAGE_KEY_BYTES, suite_named

_CONTEXT = b"guantong-keys-copy-v1\x00"
_SALT_BYTES = 16
_COST, _BLOCK, _LANES = 2**17, 8, 1
"""128 MiB and some tenths of a second for each guess."""
MIN_PASSPHRASE = 12


def seal_copy(body: str, pairs: Sequence[KeyPair], passphrase: str) -> bytes:
    """The copy of all keys in `pairs`.

    Raises:
        KeyCopyError: the passphrase is shorter than `MIN_PASSPHRASE` characters.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise KeyCopyError(
            why=f"the passphrase has fewer than {MIN_PASSPHRASE} characters", why_zh=f"口令不足 {MIN_PASSPHRASE} 个字符"
        )
    salt = os.urandom(_SALT_BYTES)
    plain = json.dumps([_fields(pair) for pair in pairs]).encode()
    sealed = suite_named(DEFAULT_SUITE).encrypt(_key(passphrase, salt), plain, _CONTEXT + body.encode())
    fields = {"body": body, "suite": DEFAULT_SUITE, "salt": _text(salt), "keys": _text(sealed)}
    return json.dumps(fields, indent=1).encode()


def open_copy(data: bytes, passphrase: str) -> tuple[str, list[KeyPair]]:
    """Whose copy it is, and the keys in it.

    Raises:
        KeyCopyError: it is no copy, it was changed, or the passphrase is another.
    """
    try:
        fields = json.loads(data)
        body, salt = str(fields["body"]), base64.b64decode(fields["salt"], validate=True)
        sealed = base64.b64decode(fields["keys"], validate=True)
        plain = suite_named(fields["suite"]).decrypt(_key(passphrase, salt), sealed, _CONTEXT + body.encode())
        return body, [_pair(one) for one in json.loads(plain)]
    except CannotOpenError as error:
        raise KeyCopyError(why="another passphrase, or it was changed", why_zh="口令不符, 或文件被改动") from error
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise KeyCopyError(why="it is no copy of keys", why_zh="不是密钥副本") from error


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=STORAGE_KEY_BYTES, n=_COST, r=_BLOCK, p=_LANES).derive(passphrase.encode())


def _fields(pair: KeyPair) -> dict[str, str]:
    return {
        "purpose": pair.purpose.value,
        "suite": pair.suite,
        "created_at": pair.created_at.isoformat(),
        "private": _text(pair.private),
    }


def _pair(fields: dict[str, str]) -> KeyPair:
    made_at = datetime.fromisoformat(fields["created_at"])
    return KeyPair.from_private(
        Purpose(fields["purpose"]), fields["suite"], base64.b64decode(fields["private"], validate=True), made_at
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
