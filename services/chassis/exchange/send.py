"""Writes letters into the outbox: numbered, chained, signed and kept in the transaction of the business change."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import sqlalchemy as sa

from services.chassis.exchange import wire
from services.chassis.exchange.channels import why_halted
from services.chassis.exchange.directories import directory_within
from services.chassis.exchange.errors import ChannelHaltedError, DraftInvalidError
from services.chassis.exchange.heads import remembered_head
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.keeping import Keep, keep_all
from services.chassis.exchange.model import (
    MAX_CONTENT_BYTES,
    MAX_HEADER_BYTES,
    SALT_BYTES,
    Direction,
    Letter,
    LetterDraft,
    LetterHeader,
    SentCopy,
    SentLetter,
)
from services.chassis.exchange.proof import content_digest, sign_header
from services.chassis.exchange.tables import LETTERS
from services.chassis.exchange.tracing import WRITE, Tracing
from services.chassis.identity.directory import Directory
from services.chassis.identity.errors import BodyUnknownError
from services.chassis.identity.keys import KeyPair
from services.chassis.storage import Transaction


def write_letter(tx: Transaction, identity: Identity, draft: LetterDraft, tracing: Tracing) -> SentLetter:
    """Give every recipient's copy its number, sign it and keep it; what is kept is sent until it is receipted.

    Raises:
        DraftInvalidError: no peer could accept such a letter.
        ChannelHaltedError: an operator has to decide about the channel first.
        NoCurrentKeyError: this node has no signing key in force.

    """
    directory = directory_within(tx, identity)
    _check(identity, directory, draft)
    key = identity.keyring.signing_key(directory, tx.now)
    if draft.letter_id:
        _check_unused(tx, draft.letter_id)
    letter_id = draft.letter_id or tx.new_id()
    copies = []
    for recipient in draft.recipients:
        _check_open(tx, recipient)
        with tracing.step(WRITE, tracing.current(), recipient) as trace:
            letter = _copy(tx, identity, draft, key, recipient=recipient, letter_id=letter_id)
            kept = Keep(letter, Direction.OUT, trace)
            (place,) = keep_all(tx, identity.keyring, [kept])
        copies.append(SentCopy(recipient, letter.header.number, kept.digest, place))
    return SentLetter(letter_id, tx.now, tuple(copies))


def _copy(
    tx: Transaction, identity: Identity, draft: LetterDraft, key: KeyPair, *, recipient: str, letter_id: str
) -> Letter:
    last = remembered_head(tx, Direction.OUT, recipient)
    salt = secrets.token_bytes(SALT_BYTES)
    header = LetterHeader(
        county=identity.county,
        demo=identity.demo,
        suite=key.suite,
        letter_id=letter_id,
        sender=identity.body,
        recipient=recipient,
        number=last.number + 1,
        previous_digest=last.digest,
        kind=draft.kind,
        content_digest=content_digest(salt, draft.content, key.suite),
        written_at=tx.now,
        signing_key_id=key.key_id,
        content_type=draft.content_type,
        matter_id=draft.matter_id,
        answers_letter_id=draft.answers_letter_id,
        last_seen_letter_id=draft.last_seen_letter_id,
        recipient_subunit=draft.recipient_subunit,
        signer=draft.signer,
        document_number=draft.document_number,
        article_ids=draft.article_ids,
    )
    signed = sign_header(header, key)
    if len(signed.payload) > MAX_HEADER_BYTES:
        raise DraftInvalidError(field="header", problem=f"over {MAX_HEADER_BYTES} bytes")
    return Letter(header, signed, salt, draft.content)


def _check(identity: Identity, directory: Directory, draft: LetterDraft) -> None:
    if not draft.recipients or len(set(draft.recipients)) < len(draft.recipients):
        raise DraftInvalidError(field="recipients", problem="none, or one twice")
    for recipient in draft.recipients:
        try:
            directory.active(recipient)
        except BodyUnknownError as error:
            raise DraftInvalidError(field="recipients", problem="not in the directory") from error
        if recipient == identity.body:
            raise DraftInvalidError(field="recipients", problem="the sender itself")
    if len(draft.content) > MAX_CONTENT_BYTES:
        raise DraftInvalidError(field="content", problem=f"over {MAX_CONTENT_BYTES} bytes")
    for field, problem in _problems(draft):
        raise DraftInvalidError(field=field, problem=problem)


def _problems(draft: LetterDraft) -> Iterator[tuple[str, str]]:
    """What recipients would refuse in the header: field and problem."""
    if not draft.kind:
        yield "kind", "is no identifier"
    names = {"kind": draft.kind, "recipient_subunit": draft.recipient_subunit}
    ids = {
        "matter_id": draft.matter_id,
        "answers_letter_id": draft.answers_letter_id,
        "last_seen_letter_id": draft.last_seen_letter_id,
        "letter_id": draft.letter_id,
    }
    signer = draft.signer
    texts = {
        "document_number": (draft.document_number,),
        "content_type": (draft.content_type,),
        "article_ids": draft.article_ids,
        "signer": (signer.name, signer.post, signer.for_whom) if signer else (),
    }
    yield from ((field, "is no identifier") for field, text in names.items() if not wire.is_identifier(text))
    yield from ((field, "is no id") for field, text in ids.items() if not wire.is_id(text))
    yield from (
        (field, "is too long or holds characters that do not show")
        for field, parts in texts.items()
        if not all(map(wire.is_text, parts))
    )


def _check_unused(tx: Transaction, letter_id: str) -> None:
    """Two letters of one id would stop the channel for good at a recipient that holds the first."""
    if tx.connection.scalar(sa.select(LETTERS.c.place).where(LETTERS.c.letter_id == letter_id).limit(1)) is not None:
        raise DraftInvalidError(field="letter_id", problem="is another letter's already")


def _check_open(tx: Transaction, peer: str) -> None:
    why = why_halted(tx, peer)
    if why:
        raise ChannelHaltedError(peer=peer, why=why)
