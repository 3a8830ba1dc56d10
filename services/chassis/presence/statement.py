"""A statement as bytes, signed by the body's key, and believed only under one of the body's own keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime

from services.chassis.exchange.identity import Identity
from services.chassis.identity.errors import NoCurrentKeyError, SignatureInvalidError, UnknownSuiteError
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.identity.suites import suite_named
from services.chassis.presence.errors import PresenceMalformedError
from services.chassis.presence.model import Run, Statement

_SIGNING_DOMAIN = b"guantong-presence-signature-v1\0"
_LARGEST = 4096


def signed(statement: Statement, key: KeyPair) -> bytes:
    """The statement as it goes over the bus."""
    told = {
        "county": statement.county,
        "body": statement.body,
        "run": statement.run.run_id,
        "started_at": statement.run.started_at.isoformat(),
        "settled": statement.run.settled,
        "answers": statement.answers,
    }
    payload = json.dumps(told, separators=(",", ":")).encode("ascii")
    fields = {
        "statement": base64.b64encode(payload).decode("ascii"),
        "signing_key_id": key.key_id,
        "signature": base64.b64encode(key.sign(_SIGNING_DOMAIN + payload)).decode("ascii"),
    }
    return json.dumps(fields).encode("ascii")


def read(data: bytes, identity: Identity) -> Statement:
    """A statement of this very body.

    Raises:
        PresenceMalformedError: it is none, or no key of this body signed it.
    """
    if len(data) > _LARGEST:
        raise PresenceMalformedError(why="too long")
    try:
        fields = json.loads(data)
        payload = base64.b64decode(fields["statement"], validate=True)
        suite, public = _own_keys(identity)[fields["signing_key_id"]]
        signature = base64.b64decode(fields["signature"], validate=True)
        suite_named(suite).verify(public, _SIGNING_DOMAIN + payload, signature)
        told = json.loads(payload)
        run = Run(str(told["run"]), datetime.fromisoformat(told["started_at"]), bool(told["settled"]))
        statement = Statement(str(told["county"]), str(told["body"]), run, str(told["answers"]))
    except (KeyError, TypeError, ValueError, RecursionError, SignatureInvalidError, UnknownSuiteError) as error:
        raise PresenceMalformedError(why=type(error).__name__) from error
    if (statement.county, statement.body) != (identity.county, identity.body) or run.started_at.tzinfo is None:
        raise PresenceMalformedError(why="another body's")
    return statement


def key_of(identity: Identity) -> KeyPair:
    """The key that presence is told with: our newest that was not revoked, whether or not the directory has it yet.

    A copy has the same keys; and a node that waits for its new key to be listed must still be told apart. One that has
    only revoked keys tells with the newest of those, and nobody believes it.

    Raises:
        NoCurrentKeyError: there is none at all.
    """
    if not identity.keyring.signing:
        raise NoCurrentKeyError(body=identity.body, purpose=Purpose.SIGNING.value)
    revoked = _revoked(identity)
    return max(identity.keyring.signing, key=lambda pair: (pair.key_id not in revoked, pair.created_at))


def _own_keys(identity: Identity) -> Mapping[str, tuple[str, bytes]]:
    """Without those that were revoked, at whatever date: whoever stole one could make the node end."""
    listed, revoked = identity.directory.entry(identity.body).signing_keys, _revoked(identity)
    known = {record.key_id: (record.suite, record.public) for record in listed}
    known |= {pair.key_id: (pair.suite, pair.public) for pair in identity.keyring.signing}
    return {key_id: key for key_id, key in known.items() if key_id not in revoked}


def _revoked(identity: Identity) -> frozenset[str]:
    listed = identity.directory.entry(identity.body).signing_keys
    return frozenset(record.key_id for record in listed if record.revoked_at is not None)
