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
    """The key that presence is told with: the newest of our own, whether or not the directory has it in force.

    A copy has the same keys; and a node that waits for its new key to be listed must still be told apart.

    Raises:
        NoCurrentKeyError: there is none at all.
    """
    if not identity.keyring.signing:
        raise NoCurrentKeyError(body=identity.body, purpose=Purpose.SIGNING.value)
    return max(identity.keyring.signing, key=lambda pair: pair.created_at)


def _own_keys(identity: Identity) -> Mapping[str, tuple[str, bytes]]:
    listed = identity.directory.entry(identity.body).signing_keys
    known = {record.key_id: (record.suite, record.public) for record in listed}
    return known | {pair.key_id: (pair.suite, pair.public) for pair in identity.keyring.signing}
