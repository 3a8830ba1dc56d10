"""Three bodies of one county with keys that change over time, and a letter between two of them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import (
    FIRST_PREVIOUS,
    HelloStatement,
    Letter,
    LetterHeader,
    ReceiptStatement,
    Signer,
)
from services.chassis.exchange.proof import content_digest, sign_header
from services.chassis.identity.directory import BodyEntry, BodyStatus, Directory
from services.chassis.identity.keys import KeyPair, Keyring, Purpose

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = START + 10 * DAY
COUNTY = "371399"
BODIES = ("inspection", "audit", "finance")

SIGNING: Mapping[str, KeyPair] = {body: KeyPair.generate(Purpose.SIGNING, START) for body in BODIES}
NEXT_SIGNING: Mapping[str, KeyPair] = {body: KeyPair.generate(Purpose.SIGNING, START) for body in BODIES}
SEALING: Mapping[str, KeyPair] = {body: KeyPair.generate(Purpose.SEALING, START) for body in BODIES}
ROTATION = START + 100 * DAY
"""Every body's first signing key ends here and its next one begins."""

DIRECTORY = Directory(
    county=COUNTY,
    version=1,
    issued_at=START,
    demo=False,
    bodies=tuple(
        BodyEntry(
            body,
            body,
            BodyStatus.ACTIVE,
            (SIGNING[body].record(START, ROTATION), NEXT_SIGNING[body].record(ROTATION)),
            (SEALING[body].record(START),),
        )
        for body in BODIES
    ),
    directory_keys=(SIGNING["inspection"].record(START),),
)


def identity(body: str, directory: Directory = DIRECTORY) -> Identity:
    keys = Keyring.of(body, SIGNING[body], NEXT_SIGNING[body], SEALING[body])
    return Identity(directory.county, body, keys, directory)


def letter(key: KeyPair | None = None, content: bytes = "请于五日内反馈".encode(), **changes: object) -> Letter:
    """A letter of the inspection office to the audit bureau; `changes` replace fields of its header."""
    key = key or SIGNING["inspection"]
    salt = secrets.token_bytes(32)
    header = LetterHeader(
        county=COUNTY,
        demo=False,
        suite=key.suite,
        letter_id="01957a6e-0000-7000-8000-000000000001",
        sender="inspection",
        recipient="audit",
        number=1,
        previous_digest=FIRST_PREVIOUS,
        kind="info.request",
        content_digest=content_digest(salt, content, key.suite),
        written_at=NOW,
        signing_key_id=key.key_id,
        content_type="guantong.exchange.v1.InfoRequest",
        matter_id="01957a6e-0000-7000-8000-000000000002",
        signer=Signer("张三", "主任", NOW, "李四"),
        document_number="山河巡函〔2026〕3号",
        article_ids=("A3.2h",),
    )
    header = replace(header, **changes)  # type: ignore[arg-type]
    return Letter(header, sign_header(header, key), salt, content)


def receipt(**changes: object) -> ReceiptStatement:
    """The audit bureau's receipt for the inspection office's letters."""
    statement = ReceiptStatement(
        county=COUNTY,
        demo=False,
        suite=SIGNING["audit"].suite,
        recipient="audit",
        sender="inspection",
        up_to_number=7,
        chain_digest=bytes(range(32)),
        stored_at=NOW - DAY,
        issued_at=NOW,
        resend_wanted=True,
        signing_key_id=SIGNING["audit"].key_id,
    )
    return replace(statement, **changes)  # type: ignore[arg-type]


def hello(**changes: object) -> HelloStatement:
    """The inspection office's hello to the audit bureau."""
    statement = HelloStatement(
        county=COUNTY,
        demo=False,
        suite=SIGNING["inspection"].suite,
        sender="inspection",
        recipient="audit",
        written_up_to_number=9,
        chain_digest=bytes(range(32)),
        receipted_up_to_number=7,
        issued_at=NOW,
        signing_key_id=SIGNING["inspection"].key_id,
    )
    return replace(statement, **changes)  # type: ignore[arg-type]
