"""Signing: freezes exactly what was shown, takes the number and writes the letter, all in one unit or not at all."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.chassis.clock import beijing_date
from services.chassis.desk import records, store
from services.chassis.desk.authority import SigningAuthority
from services.chassis.desk.desk import Desk, SignedDraft, Text
from services.chassis.desk.errors import ShownDigestError
from services.chassis.desk.numbers import take_number
from services.chassis.desk.record import Fact, note
from services.chassis.desk.records import Action, Draft, shown_digest
from services.chassis.desk.tables import SIGNATURES
from services.chassis.errors import GuantongError
from services.chassis.storage import Transaction


@dataclass(frozen=True, slots=True)
class ToSign:
    """One draft as it was displayed to the signer: which revision, and the digest of everything displayed."""

    draft_id: str
    revision: int
    shown_digest: bytes
    confirm_says_nothing: bool = False


@dataclass(frozen=True, slots=True)
class Signed:
    """A draft that became a letter."""

    draft_id: str
    letter_id: str
    document_number: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """A draft of several that was not signed, and why; it stands as it stood."""

    draft_id: str
    error: GuantongError


Authorize = Callable[[Transaction, Draft], SigningAuthority]
"""The right to sign one draft; raises a `GuantongError` where there is none."""


def sign(tx: Transaction, desk: Desk, what: ToSign, authority: SigningAuthority) -> Signed:
    """Sign a draft and write the letter.

    Raises:
        ShownDigestError: the text is not the one that was displayed.
        DraftChangedError: it was edited since.
        DraftStateError: it is not with the leader.
        NotAuthorizedToSignError: the password was confirmed too long ago, or not for this sub-unit.
        DraftStaleError: what it rests on changed.
        SaysNothingError: it tells nothing, and that was not confirmed.
        GuantongError: the letter could not be written.

    """
    # A savepoint of its own: even a caller that goes on after a refusal leaves no gap in the numbers.
    with tx.savepoint():
        return _sign(tx, desk, what, authority)


def sign_many(tx: Transaction, desk: Desk, what: Sequence[ToSign], authorize: Authorize) -> list[Signed | Refused]:
    """Sign several drafts, each with the authority that `authorize` finds for it.

    Each is signed or refused by itself; the order is kept.
    """
    outcomes: list[Signed | Refused] = []
    for one in what:
        try:
            with tx.savepoint():
                authority = authorize(tx, store.get(tx.connection, one.draft_id))
                outcomes.append(_sign(tx, desk, one, authority))
        except GuantongError as error:
            outcomes.append(Refused(one.draft_id, error))
    return outcomes


def _sign(tx: Transaction, desk: Desk, what: ToSign, authority: SigningAuthority) -> Signed:
    draft = store.get(tx.connection, what.draft_id)
    records.demand_signable(
        draft, what.revision, what.shown_digest, authority, tx.now, confirm_says_nothing=what.confirm_says_nothing
    )
    text = _frozen(tx, desk, draft)
    desk.check(tx, draft.address, text)
    series = desk.rules(draft.address, beijing_date(tx.now)).series
    number = str(take_number(tx, series, draft.draft_id))
    letter = SignedDraft(
        draft_id=draft.draft_id,
        revision=draft.revision,
        digest=draft.newest.digest,
        address=draft.address,
        standing=draft.standing,
        text=text,
        document_number=number,
        account_id=authority.account_id,
        name=authority.name,
        post=authority.post,
        for_whom=authority.for_whom,
        signed_at=tx.now,
    )
    letter_id = desk.dispatch(tx, letter)
    store.save(tx, records.sent(draft, letter_id, number))
    _record(tx, draft, letter, letter_id)
    return Signed(draft.draft_id, letter_id, number, tx.now)


def _frozen(tx: Transaction, desk: Desk, draft: Draft) -> Text:
    """The text as it rests, after making sure that it is the one its digest was taken of."""
    safe = store.safe_of(tx.connection, desk.keyring, draft.draft_id)
    salt, content = store.text_of(tx.connection, safe, draft.draft_id, draft.revision)
    content_type = draft.newest.content_type
    digest = shown_digest(draft.address, draft.standing, content_type, content, salt)
    if not hmac.compare_digest(digest, draft.newest.digest):
        raise ShownDigestError
    return Text(content_type, content)


def _record(tx: Transaction, draft: Draft, letter: SignedDraft, letter_id: str) -> None:
    store.add_step(tx, draft, store.Step(Action.SIGN, letter.account_id))
    tx.connection.execute(
        sa.insert(SIGNATURES).values(
            draft_id=draft.draft_id,
            revision=letter.revision,
            digest=letter.digest,
            account_id=letter.account_id,
            name=letter.name,
            post=letter.post,
            for_whom=letter.for_whom,
            signed_at=letter.signed_at,
        )
    )
    facts: dict[str, Fact] = {
        "draft_id": draft.draft_id,
        "revision": letter.revision,
        "digest": letter.digest,
        "by": letter.account_id,
        "number": letter.document_number,
        "letter_id": letter_id,
    }
    note(tx, f"desk.{Action.SIGN}", facts, letter_id)
