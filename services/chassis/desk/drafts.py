"""What is done to a draft before it is signed; each act is one unit's work, kept in its history and journalled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from services.chassis.attachments.model import references_of
from services.chassis.attachments.uses import demand_held
from services.chassis.clock import beijing_date
from services.chassis.desk import records, store
from services.chassis.desk.contents import parse, read
from services.chassis.desk.desk import Desk, KindRules, Text
from services.chassis.desk.errors import DraftContentError, NotByHandError
from services.chassis.desk.record import note
from services.chassis.desk.records import Action, Address, Draft, DraftState, Revision, Standing, shown_digest
from services.chassis.desk.safe import Safe, new_safe, new_salt
from services.chassis.desk.store import Step
from services.chassis.desk.tables import DRAFTS
from services.chassis.dossiers.tables import MATTERS
from services.chassis.matters.model import Side
from services.chassis.storage import Transaction

CREATED = "create"
"""The first step of every draft's history."""


@dataclass(frozen=True, slots=True)
class NewDraft:
    """What a draft is started with. Without articles, those of the letter's kind hold.

    A draft in a matter belongs to the matter's sub-unit, whatever `sub_unit` says.
    """

    address: Address
    text: Text
    sub_unit: str = ""
    article_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A draft as whoever acts on it saw it; a newer revision refuses the act."""

    draft_id: str
    revision: int


def create_by_hand(tx: Transaction, desk: Desk, new: NewDraft, by: str) -> Draft:
    """Start a draft that a person writes, as `create_draft` does.

    Raises:
        NotByHandError: such letters are prepared by a use case that looks at conditions of its own.
        DraftContentError: it names an id for the matter that the letter is to open.

    """
    rules = desk.rules(new.address, beijing_date(tx.now))
    if not rules.by_hand:
        raise NotByHandError(kind=new.address.kind)
    if rules.opens_matter and new.address.matter_id:
        raise DraftContentError(field="address.matter_id", problem="the letter opens a matter, which has no id yet")
    return create_draft(tx, desk, new, by)


def create_draft(tx: Transaction, desk: Desk, new: NewDraft, by: str) -> Draft:
    """Start a draft with its first revision. `by` is empty when the node itself compiled it.

    Raises:
        DraftContentError: the content cannot become a letter, or the address is not the one the rulebook gives.
        GuantongError: the rulebook has no such letter.

    """
    rules = desk.rules(new.address, beijing_date(tx.now))
    address = _checked(new, rules)
    sub_unit = _sub_unit_of(tx.connection, address.matter_id)
    sub_unit = new.sub_unit if sub_unit is None else sub_unit
    standing = Standing(sub_unit, new.article_ids or rules.article_ids, rules.confidentiality, rules.review_needed)
    draft_id = tx.new_id()
    safe, key = new_safe(desk.keyring, draft_id)
    revision, kept = _revision(safe, address, standing, new.text, _Writing(1, by, tx.now))
    draft = Draft(draft_id, address, standing, DraftState.DRAFTING, revision, by, tx.now)
    store.insert(tx, draft, key)
    store.add_revision(tx, draft, kept)
    _keep(tx, draft, Step(CREATED, by))
    return draft


def edit_draft(tx: Transaction, desk: Desk, seen: Seen, text: Text, by: str, *, recompiled: bool = False) -> Draft:
    """Add a revision, made on the one that was seen. Any check or submission made before is void.

    Raises:
        DraftChangedError: somebody else's revision came first; it stands, and this text is still with its writer.
        DraftStateError: the draft was signed or given up.
        DraftContentError: the content cannot become a letter.

    """
    draft = store.get(tx.connection, seen.draft_id)
    records.edited(draft, seen.revision, draft.newest)  # before anything is spent on the text
    if text.content_type != draft.newest.content_type:
        raise DraftContentError(field="content_type", problem=f"this draft is a {draft.newest.content_type}")
    safe = store.safe_of(tx.connection, desk.keyring, seen.draft_id)
    writing = _Writing(draft.revision + 1, by, tx.now)
    revision, kept = _revision(safe, draft.address, draft.standing, text, writing)
    draft = records.edited(draft, seen.revision, revision, recompiled=recompiled)
    store.save(tx, draft)
    store.add_revision(tx, draft, kept)
    _keep(tx, draft, Step(Action.EDIT, by))
    return draft


def submit_for_review(tx: Transaction, desk: Desk, seen: Seen, by: str, *, acknowledge_stale: bool = False) -> Draft:
    """Hand the newest revision to a reviewer (核稿).

    Raises:
        DraftStaleError: what it rests on changed, and it was not edited and acknowledged since.
        UnfinishedError: a section is not answered.

    """
    draft = store.get(tx.connection, seen.draft_id)
    after = records.submitted_for_review(draft, seen.revision, acknowledge_stale=acknowledge_stale)
    return _submitted(tx, desk, after, Step(Action.SUBMIT_FOR_REVIEW, by))


def submit_for_signature(tx: Transaction, desk: Desk, seen: Seen, by: str, *, acknowledge_stale: bool = False) -> Draft:
    """Hand the newest revision to the leader.

    Raises:
        ReviewMissingError: its kind is reviewed first, and this revision was not.
        DraftStaleError: what it rests on changed, and it was not edited and acknowledged since.
        UnfinishedError: a section is not answered.

    """
    draft = store.get(tx.connection, seen.draft_id)
    after = records.submitted_for_signature(draft, seen.revision, acknowledge_stale=acknowledge_stale)
    return _submitted(tx, desk, after, Step(Action.SUBMIT_FOR_SIGNATURE, by))


def approve(tx: Transaction, desk: Desk, seen: Seen, by: str, remarks: str = "") -> Draft:
    """Approve the revision under review; it goes to the leader.

    Raises:
        OwnWorkError: `by` started the draft or wrote this revision.

    """
    draft = records.approved(store.get(tx.connection, seen.draft_id), seen.revision, by)
    return _stored(tx, desk, draft, Step(Action.APPROVE, by, remarks))


def return_with_remarks(tx: Transaction, desk: Desk, seen: Seen, remarks: str, by: str) -> Draft:
    """Give the draft back to its writer: the reviewer, or the leader instead of signing.

    Raises:
        RemarksMissingError: nothing is said about what has to change.

    """
    draft = records.returned(store.get(tx.connection, seen.draft_id), seen.revision, remarks)
    return _stored(tx, desk, draft, Step(Action.RETURN, by, remarks))


def mark_stale(tx: Transaction, desk: Desk, draft_id: str, why: str) -> bool:
    """Note that what the draft rests on has changed. False when it was signed or given up before."""
    draft = store.get(tx.connection, draft_id)
    if draft.state not in records.ALLOWED[Action.MARK_STALE]:
        return False
    _stored(tx, desk, records.marked_stale(draft, tx.now), Step(Action.MARK_STALE, "", why))
    return True


def discard(tx: Transaction, desk: Desk, seen: Seen, why: str, by: str) -> Draft:
    """Give the draft up and destroy its words; the reason stays.

    Raises:
        RemarksMissingError: no reason is stated.

    """
    del desk  # a draft that is given up says nothing more
    draft = records.discarded(store.get(tx.connection, seen.draft_id), seen.revision, why)
    return _give_up(tx, draft, why, by)


def destroy_content_of_letter(tx: Transaction, letter_id: str, by: str) -> list[str]:
    """Destroy the words of every draft that became this letter, when the letter's own content is; their ids."""
    drafts = sa.select(DRAFTS.c.id).where(DRAFTS.c.letter_id == letter_id, DRAFTS.c.wrapped_key.is_not(None))
    destroyed = list(tx.connection.scalars(drafts))
    for draft_id in destroyed:
        store.destroy_key(tx, draft_id)
        note(tx, "desk.content_destroyed", {"draft_id": draft_id, "by": by}, letter_id)
    return destroyed


def give_up_drafts_of_matter(tx: Transaction, matter_id: str, why: str, by: str) -> list[str]:
    """Give up every draft in the matter that never became a letter, when the whole matter is destroyed; their ids."""
    mine = (DRAFTS.c.matter_id == matter_id, DRAFTS.c.letter_id == "", DRAFTS.c.wrapped_key.is_not(None))
    given_up = list(tx.connection.scalars(sa.select(DRAFTS.c.id).where(*mine)))
    for draft_id in given_up:
        draft = store.get(tx.connection, draft_id)
        _give_up(tx, records.discarded(draft, draft.revision, why), why, by)
    return given_up


def _checked(new: NewDraft, rules: KindRules) -> Address:
    """The address as the letter will bear it: what is shown to the signer is what leaves."""
    if new.text.content_type != rules.content_type:
        raise DraftContentError(field="content_type", problem=f"a letter of this kind is a {rules.content_type}")
    if new.address.recipient_sub_unit not in {"", rules.recipient_sub_unit}:
        raise DraftContentError(field="address.recipient_sub_unit", problem="the rulebook addresses another")
    if not set(new.article_ids) <= set(rules.article_ids):
        raise DraftContentError(field="article_ids", problem="letters of this kind do not rest on all of these")
    if new.sub_unit and new.sub_unit not in rules.sub_units:
        raise DraftContentError(field="sub_unit", problem="this body has no such sub-unit")
    return replace(new.address, recipient_sub_unit=rules.recipient_sub_unit)


def _sub_unit_of(connection: sa.Connection, matter_id: str) -> str | None:
    """The sub-unit that a matter was addressed to, or that drafted what opened it; None: no such matter."""
    matter = connection.execute(sa.select(MATTERS).where(MATTERS.c.matter_id == matter_id)).one_or_none()
    if matter is None:
        return None
    if matter.our_side == Side.ADDRESSEE.value:
        return str(matter.sub_unit or "")
    opened = sa.select(DRAFTS.c.sub_unit).where(DRAFTS.c.letter_id == matter.opened_letter_id)
    return connection.scalar(opened) or ""


def _submitted(tx: Transaction, desk: Desk, draft: Draft, step: Step) -> Draft:
    safe = store.safe_of(tx.connection, desk.keyring, draft.draft_id)
    _, content = store.text_of(tx.connection, safe, draft.draft_id, draft.revision)
    desk.check(tx, draft.address, Text(draft.newest.content_type, content))
    demand_held(tx.connection, draft.draft_id, references_of(parse(draft.newest.content_type, content)))
    return _stored(tx, desk, draft, step)


def _stored(tx: Transaction, desk: Desk, draft: Draft, step: Step) -> Draft:
    store.save(tx, draft)
    safe = store.safe_of(tx.connection, desk.keyring, draft.draft_id) if step.words else None
    _keep(tx, draft, step, safe)
    return draft


def _give_up(tx: Transaction, draft: Draft, why: str, by: str) -> Draft:
    store.save(tx, draft)
    _keep(tx, draft, Step(Action.DISCARD, by))
    store.keep_discard_reason(tx, draft.draft_id, why)
    store.destroy_key(tx, draft.draft_id)
    return draft


@dataclass(frozen=True, slots=True)
class _Writing:
    number: int
    by: str
    at: datetime


def _revision(
    safe: Safe, address: Address, standing: Standing, text: Text, writing: _Writing
) -> tuple[Revision, bytes]:
    """The revision that a text makes, and the text locked."""
    reading, salt = read(text.content_type, text.content), new_salt()
    digest = shown_digest(address, standing, text.content_type, reading.content, salt)
    kept = safe.lock_text(writing.number, salt, reading.content)
    found = (reading.says_nothing, reading.unanswered)
    return Revision(writing.number, digest, text.content_type, writing.by, writing.at, *found), kept


def _keep(tx: Transaction, draft: Draft, step: Step, safe: Safe | None = None) -> None:
    store.add_step(tx, draft, step, safe)
    note(
        tx,
        f"desk.{step.action}",
        {"draft_id": draft.draft_id, "revision": draft.revision, "digest": draft.newest.digest, "by": step.by},
    )
