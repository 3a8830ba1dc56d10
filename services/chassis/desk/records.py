"""The rules of a draft: where it may go from where, what voids what, and what a signature covers. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from services.chassis.clock import BEIJING
from services.chassis.desk.authority import SigningAuthority
from services.chassis.desk.errors import (
    DraftChangedError,
    DraftStaleError,
    DraftStateError,
    NotAuthorizedToSignError,
    OwnWorkError,
    RemarksMissingError,
    ReviewMissingError,
    SaysNothingError,
    ShownDigestError,
    UnfinishedError,
)

_DIGEST_LABEL = b"guantong-draft-v1"


class DraftState(StrEnum):
    """Where a draft stands."""

    DRAFTING = "drafting"
    """Being written (拟稿)."""
    IN_REVIEW = "in_review"
    """With a reviewer (核稿)."""
    TO_SIGN = "to_sign"
    """With the leader (待签发)."""
    RETURNED = "returned"
    """Returned with remarks (退回修改)."""
    SENT = "sent"
    """Signed and sent (已签发)."""
    DISCARDED = "discarded"
    """Given up (作废)."""


class Action(StrEnum):
    """What is done to a draft."""

    EDIT = "edit"
    SUBMIT_FOR_REVIEW = "submit_for_review"
    SUBMIT_FOR_SIGNATURE = "submit_for_signature"
    APPROVE = "approve"
    RETURN = "return"
    MARK_STALE = "mark_stale"
    SIGN = "sign"
    DISCARD = "discard"


_LIVE = frozenset({DraftState.DRAFTING, DraftState.IN_REVIEW, DraftState.TO_SIGN, DraftState.RETURNED})
_WITH_WRITER = frozenset({DraftState.DRAFTING, DraftState.RETURNED})
ALLOWED: Mapping[Action, frozenset[DraftState]] = MappingProxyType(
    {
        Action.EDIT: _LIVE,
        Action.SUBMIT_FOR_REVIEW: _WITH_WRITER,
        Action.SUBMIT_FOR_SIGNATURE: _WITH_WRITER,
        Action.APPROVE: frozenset({DraftState.IN_REVIEW}),
        Action.RETURN: frozenset({DraftState.IN_REVIEW, DraftState.TO_SIGN}),
        Action.MARK_STALE: _LIVE,
        Action.SIGN: frozenset({DraftState.TO_SIGN}),
        Action.DISCARD: _LIVE,
    }
)
"""The states in which each act is possible; nothing leaves `SENT` or `DISCARDED`."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a letter will go and what it belongs to. Fixed when the draft is started; empty text means none."""

    kind: str
    recipients: tuple[str, ...]
    recipient_sub_unit: str = ""
    matter_id: str = ""
    answers_letter_id: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Under which rules the letter is written.

    Attributes:
        sub_unit: The sub-unit that writes it; empty for the body.
        article_ids: Clauses it rests on.
        confidentiality: Data class, P0 to P4.
        review_needed: Whether a reviewer must look before a leader signs.
    """

    sub_unit: str = ""
    article_ids: tuple[str, ...] = ()
    confidentiality: str = ""
    review_needed: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """One text of a draft, without the text: its number, digest, author and what was found in it.

    `edited_by` is empty when the node itself compiled it.
    """

    number: int
    digest: bytes
    content_type: str
    edited_by: str
    edited_at: datetime
    says_nothing: bool = False
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class Stale:
    """What the draft rests on changed: since when, and which revision was the newest at the last change."""

    since: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft without its content. `newest` is the revision that everything said here is about."""

    draft_id: str
    address: Address
    standing: Standing
    state: DraftState
    newest: Revision
    started_by: str
    started_at: datetime
    reviewed_by: str = ""
    """Who approved the newest revision; empty when nobody has."""
    stale: Stale | None = None
    letter_id: str = ""
    document_number: str = ""
    handed_to: str = ""
    """Who took it over last; empty when nobody did."""

    @property
    def drafter(self) -> str:
        """Who has it in hand: who took it over, or started it; empty when the node compiled it and nobody took it."""
        return self.handed_to or self.started_by

    @property
    def revision(self) -> int:
        """The number of the newest revision, from 1."""
        return self.newest.number


def shown_digest(address: Address, standing: Standing, content_type: str, content: bytes, salt: bytes) -> bytes:
    """SHA-256 over everything that a signature covers, each part with its length before it.

    The salt comes first, so that a digest kept on record tells nothing once salt and content are destroyed.
    """
    parts = [salt, address.kind.encode(), len(address.recipients).to_bytes(4, "big")]
    parts += [recipient.encode() for recipient in address.recipients]
    parts += [
        address.recipient_sub_unit.encode(),
        address.matter_id.encode(),
        address.answers_letter_id.encode(),
        standing.sub_unit.encode(),
        len(standing.article_ids).to_bytes(4, "big"),
        *(article.encode() for article in standing.article_ids),
        standing.confidentiality.encode(),
        content_type.encode(),
        content,
    ]
    return hashlib.sha256(_DIGEST_LABEL + b"".join(len(p).to_bytes(8, "big") + p for p in parts)).digest()


def edited(draft: Draft, on: int, newest: Revision, *, recompiled: bool = False) -> Draft:
    """The draft with another text: any check or submission made before is void.

    `recompiled` says that the text was made afresh from what it rests on, so a stale mark falls away.
    """
    _demand(draft, Action.EDIT, on)
    stale = None if recompiled else draft.stale
    return replace(draft, state=DraftState.DRAFTING, newest=newest, reviewed_by="", stale=stale)


def submitted_for_review(draft: Draft, on: int, *, acknowledge_stale: bool = False) -> Draft:
    """The draft with a reviewer."""
    _demand(draft, Action.SUBMIT_FOR_REVIEW, on)
    _demand_answered(draft)
    stale = _acknowledged(draft, acknowledge=acknowledge_stale)
    return replace(draft, state=DraftState.IN_REVIEW, stale=stale, reviewed_by="")


def submitted_for_signature(draft: Draft, on: int, *, acknowledge_stale: bool = False) -> Draft:
    """The draft with the leader, unless its kind is reviewed first and nobody has reviewed this very text."""
    _demand(draft, Action.SUBMIT_FOR_SIGNATURE, on)
    _demand_answered(draft)
    _demand_reviewed(draft)
    return replace(draft, state=DraftState.TO_SIGN, stale=_acknowledged(draft, acknowledge=acknowledge_stale))


def approved(draft: Draft, on: int, by: str) -> Draft:
    """The draft with the leader, checked by `by`, who neither has or had it in hand nor wrote the text under review."""
    _demand(draft, Action.APPROVE, on)
    if by in {draft.newest.edited_by, draft.started_by, draft.drafter}:
        raise OwnWorkError
    _demand_current(draft)
    return replace(draft, state=DraftState.TO_SIGN, reviewed_by=by)


def returned(draft: Draft, on: int, remarks: str) -> Draft:
    """The draft back with its writer, with what has to change. The text that was approved stays approved."""
    _demand(draft, Action.RETURN, on)
    if not remarks.strip():
        raise RemarksMissingError
    return replace(draft, state=DraftState.RETURNED)


def marked_stale(draft: Draft, at: datetime) -> Draft:
    """The draft with the mark that what it rests on has changed; the first change since it was current counts."""
    since = draft.stale.since if draft.stale is not None else at
    return replace(draft, stale=Stale(since, draft.revision))


def discarded(draft: Draft, on: int, why: str) -> Draft:
    """The draft given up."""
    _demand(draft, Action.DISCARD, on)
    if not why.strip():
        raise RemarksMissingError(field="reason")
    return replace(draft, state=DraftState.DISCARDED)


def demand_signable(
    draft: Draft, on: int, shown: bytes, authority: SigningAuthority, now: datetime, *, confirm_says_nothing: bool
) -> None:
    """Raise unless `authority` may sign this draft now, being exactly what was shown."""
    _demand(draft, Action.SIGN, on)
    if not hmac.compare_digest(draft.newest.digest, shown):
        raise ShownDigestError
    if not (authority.stands_at(now) and authority.covers(draft.standing.sub_unit)):
        raise NotAuthorizedToSignError
    _demand_answered(draft)
    _demand_reviewed(draft)
    _demand_current(draft)
    if draft.newest.says_nothing and not confirm_says_nothing:
        raise SaysNothingError


def sent(draft: Draft, letter_id: str, document_number: str) -> Draft:
    """The draft after it became a letter."""
    return replace(draft, state=DraftState.SENT, letter_id=letter_id, document_number=document_number)


def _demand(draft: Draft, action: Action, on: int) -> None:
    if on != draft.revision:
        raise DraftChangedError(
            draft_id=draft.draft_id,
            revision=on,
            current_revision=draft.revision,
            edited_at=draft.newest.edited_at.isoformat(),
        )
    if draft.state not in ALLOWED[action]:
        raise DraftStateError(state=draft.state.value, action=action.value)


def _demand_answered(draft: Draft) -> None:
    if draft.newest.unanswered:
        raise UnfinishedError(count=draft.newest.unanswered)


def _demand_reviewed(draft: Draft) -> None:
    if draft.standing.review_needed and not draft.reviewed_by:
        raise ReviewMissingError(kind=draft.address.kind)


def _demand_current(draft: Draft) -> None:
    if draft.stale is not None:
        raise DraftStaleError(stale_since=f"{draft.stale.since.astimezone(BEIJING):%Y-%m-%d %H:%M}")


def _acknowledged(draft: Draft, *, acknowledge: bool) -> Stale | None:
    """No mark, when the writer edited after the change and says so; otherwise the submission is refused."""
    if draft.stale is not None and not (acknowledge and draft.revision > draft.stale.revision):
        _demand_current(draft)
    return None
