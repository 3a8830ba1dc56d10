"""The county of the vectors: its keys, its directories, and letters of the audit bureau to the office."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.exchange import wire
from services.chassis.exchange.model import (
    FIRST_PREVIOUS,
    Letter,
    LetterHeader,
    SealedLetter,
    Signer,
)
from services.chassis.exchange.proof import (
    content_digest,
    letter_digest,
    sign_header,
)
from services.chassis.identity.directory import BodyEntry, BodyStatus, Directory, KeyRecord
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.identity.signed import SignedDirectory
from services.chassis.identity.suites import DEFAULT_SUITE
from tests.vectors.second import context_of, seal

COUNTY = "371399"
START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
WRITTEN = datetime(2026, 3, 2, 1, 0, 0, 123456, tzinfo=UTC)
REVOKED = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)

Vector = dict[str, Any]


def fixed(purpose: Purpose, name: str) -> KeyPair:
    """The key of that name: its private half is the SHA-256 of the name."""
    return KeyPair.from_private(purpose, DEFAULT_SUITE, hashlib.sha256(name.encode()).digest(), START)


OFFICE = fixed(Purpose.SIGNING, "office directory key")
RECOVERY = [fixed(Purpose.SIGNING, f"recovery key {number}") for number in (1, 2, 3)]
SIGNING = {body: fixed(Purpose.SIGNING, f"{body} signing key") for body in ("inspection", "audit")}
SEALING = {body: fixed(Purpose.SEALING, f"{body} sealing key") for body in ("inspection", "audit")}
LATER = fixed(Purpose.SIGNING, "audit second signing key")
STRANGER = fixed(Purpose.SIGNING, "a stranger's signing key")
EPHEMERAL = hashlib.sha256(b"ephemeral key").digest()
SALT = hashlib.sha256(b"salt").digest()
NAMES = {"inspection": "县委巡察办", "audit": "县审计局"}


def _directory(version: int, previous: bytes, audit: tuple[KeyRecord, ...], issued_at: datetime) -> Directory:
    signing = {"inspection": (SIGNING["inspection"].record(START),), "audit": audit}
    bodies = tuple(
        BodyEntry(body, NAMES[body], BodyStatus.ACTIVE, signing[body], (SEALING[body].record(START),))
        for body in ("inspection", "audit")
    )
    recovery = tuple(key.record(START) for key in RECOVERY)
    return Directory(COUNTY, version, issued_at, False, bodies, (OFFICE.record(START),), recovery, previous)


_FIRST_KEY = SIGNING["audit"].record(START)
_BOTH_KEYS = (replace(_FIRST_KEY, revoked_at=REVOKED), LATER.record(START + DAY))
FIRST = SignedDirectory.sign(_directory(1, bytes(32), (_FIRST_KEY,), START), OFFICE)
SECOND_SAID = _directory(2, FIRST.digest, _BOTH_KEYS, REVOKED)
SECOND = SignedDirectory.sign(SECOND_SAID, OFFICE)
THIRD = SignedDirectory.recover(_directory(3, SECOND.digest, _BOTH_KEYS, NOW), RECOVERY[0], RECOVERY[1])


def keys() -> Vector:
    """Every key, by what it is for."""

    def told(pair: KeyPair) -> Vector:
        return {"private": pair.private.hex(), "public": pair.public.hex(), "key_id": pair.key_id}

    return {
        "county": COUNTY,
        "anchor": told(OFFICE),
        "recovery": [told(key) for key in RECOVERY],
        "signing": {body: told(key) for body, key in SIGNING.items()} | {"audit, later": told(LATER)},
        "sealing": {body: told(key) for body, key in SEALING.items()},
    }


def directories() -> Vector:
    """Versions to accept one behind the other, and offers that are refused while the second is in force."""
    third = _directory(3, SECOND.digest, _BOTH_KEYS, NOW)
    fewer = replace(third, recovery_keys=third.recovery_keys[:2])
    refused = {
        "another first version": (
            SignedDirectory.sign(_directory(1, bytes(32), _BOTH_KEYS, START), OFFICE),
            "DIRECTORY_ROLLED_BACK",
        ),
        "another second version": (
            SignedDirectory.sign(replace(SECOND_SAID, issued_at=NOW), OFFICE),
            "DIRECTORY_FORKED",
        ),
        "a third version behind another": (
            SignedDirectory.sign(replace(third, previous=bytes(32)), OFFICE),
            "DIRECTORY_FORKED",
        ),
        "a fourth version": (SignedDirectory.sign(replace(third, version=4), OFFICE), "ask"),
        "signed by a body": (SignedDirectory.sign(third, SIGNING["audit"]), "DIRECTORY_UNTRUSTED"),
        "other recovery keys": (SignedDirectory.sign(fewer, OFFICE), "DIRECTORY_UNTRUSTED"),
        "one recovery key twice": (
            SignedDirectory.recover(third, RECOVERY[0], RECOVERY[0]),
            "DIRECTORY_UNTRUSTED",
        ),
        "another county's": (SignedDirectory.sign(replace(third, county="371300"), OFFICE), "WRONG_COUNTY"),
    }
    return {
        "accepted": [
            {"version": version, "file": one.to_bytes().hex(), "digest": one.digest.hex()}
            for version, one in enumerate((FIRST, SECOND, THIRD), 1)
        ],
        "refused": [
            {"name": name, "file": one.to_bytes().hex(), "reason": reason} for name, (one, reason) in refused.items()
        ]
        + [{"name": "cut short", "file": SECOND.to_bytes()[:-9].hex(), "reason": "MALFORMED"}],
    }


def a_header(**changes: object) -> LetterHeader:
    """A letter of the audit bureau to the office, its first."""
    content = changes.pop("content", b"words")
    assert isinstance(content, bytes)
    header = LetterHeader(
        county=COUNTY,
        demo=False,
        suite=DEFAULT_SUITE,
        letter_id="019caf2d-0000-7000-8000-000000000001",
        sender="audit",
        recipient="inspection",
        number=1,
        previous_digest=FIRST_PREVIOUS,
        kind="info.reply",
        content_digest=content_digest(SALT, content, DEFAULT_SUITE),
        written_at=WRITTEN,
        signing_key_id=LATER.key_id,
        content_type="guantong.exchange.v1.InfoReply",
        matter_id="019caf2d-0000-7000-8000-00000000000a",
        answers_letter_id="019caf2d-0000-7000-8000-00000000000a",
        signer=Signer("李四", "县审计局局长", WRITTEN - timedelta(minutes=5), "王五 副局长"),
        document_number="青审函〔2026〕3号",
        article_ids=("A3.2h",),
    )
    return replace(header, **changes)  # type: ignore[arg-type]


def a_letter(content: bytes | None = b"words", key: KeyPair = LATER, **changes: object) -> Letter:
    """The same, signed; without content when that is None."""
    header = a_header(content=content or b"words", signing_key_id=key.key_id, **changes)
    return Letter(header, sign_header(header, key), b"" if content is None else SALT, content)


def digest_of(letter: Letter) -> bytes:
    """Its letter digest."""
    return letter_digest(letter.signed.payload, letter.header.previous_digest, DEFAULT_SUITE)


def sealed(plain: bytes, to: str = "inspection") -> SealedLetter:
    """Sealed with the fixed ephemeral key."""
    key = SEALING[to]
    return SealedLetter(key.suite, key.key_id, seal(EPHEMERAL, key.public, plain, context_of(key.key_id)))


def plain_of(letter: Letter) -> bytes:
    """What is sealed of a letter."""
    return wire.encode_letter(letter.signed, letter.salt, letter.content or b"")


def frame(letter: Letter, to: str = "inspection") -> bytes:
    """The frame of a letter."""
    return wire.frame_of_letter(sealed(plain_of(letter), to))
