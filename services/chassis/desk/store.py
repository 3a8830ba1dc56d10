"""Drafts in the database: the row, its revisions and steps, locked under the draft's own key."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from services.chassis.attachments.uses import release_draft
from services.chassis.desk.errors import DraftContentGoneError, DraftNotFoundError
from services.chassis.desk.records import Address, Draft, DraftState, Revision, Stale, Standing
from services.chassis.desk.safe import Safe, WrappedKey, open_safe
from services.chassis.desk.tables import DRAFT_REVISIONS, DRAFT_STEPS, DRAFTS
from services.chassis.identity.keys import Keyring
from services.chassis.storage import Transaction

ABOUT = [column for column in DRAFT_REVISIONS.c if column.name != "kept"]
WITH_NEWEST = sa.select(DRAFTS, *ABOUT).join(
    DRAFT_REVISIONS,
    sa.and_(DRAFT_REVISIONS.c.draft_id == DRAFTS.c.id, DRAFT_REVISIONS.c.number == DRAFTS.c.revision),
)
"""Drafts with what is known of their newest revision, without its text; `draft_from` reads the rows."""


def get(connection: sa.Connection, draft_id: str) -> Draft:
    """The draft of that id.

    Raises:
        DraftNotFoundError: there is none.

    """
    row = connection.execute(WITH_NEWEST.where(DRAFTS.c.id == draft_id)).mappings().one_or_none()
    if row is None:
        raise DraftNotFoundError(draft_id=draft_id)
    return draft_from(row)


def safe_of(connection: sa.Connection, keyring: Keyring, draft_id: str) -> Safe:
    """What opens the draft's words.

    Raises:
        DraftContentGoneError: they were destroyed.

    """
    row = connection.execute(
        sa.select(DRAFTS.c.storage_key_id, DRAFTS.c.wrapped_key).where(DRAFTS.c.id == draft_id)
    ).one_or_none()
    if row is None:
        raise DraftNotFoundError(draft_id=draft_id)
    if row.wrapped_key is None:
        raise DraftContentGoneError(draft_id=draft_id)
    return open_safe(keyring, draft_id, WrappedKey(row.storage_key_id, row.wrapped_key))


def words_are_gone(connection: sa.Connection, draft_id: str) -> bool:
    """Whether the draft's words were destroyed."""
    return (
        connection.execute(
            sa.select(DRAFTS.c.id).where(DRAFTS.c.id == draft_id, DRAFTS.c.wrapped_key.is_(None))
        ).scalar()
        is not None
    )


def text_of(connection: sa.Connection, safe: Safe, draft_id: str, number: int) -> tuple[bytes, bytes]:
    """Salt and content of one revision."""
    kept = connection.execute(
        sa.select(DRAFT_REVISIONS.c.kept).where(
            DRAFT_REVISIONS.c.draft_id == draft_id, DRAFT_REVISIONS.c.number == number
        )
    ).scalar_one_or_none()
    if kept is None:
        raise DraftNotFoundError(draft_id=draft_id)
    return safe.unlock_text(number, kept)


def insert(tx: Transaction, draft: Draft, key: WrappedKey) -> None:
    """Store a new draft; its first revision follows by `add_revision`."""
    address, standing = draft.address, draft.standing
    tx.connection.execute(
        sa.insert(DRAFTS).values(
            id=draft.draft_id,
            kind=address.kind,
            recipients=list(address.recipients),
            recipient_sub_unit=address.recipient_sub_unit,
            matter_id=address.matter_id,
            answers_letter_id=address.answers_letter_id,
            sub_unit=standing.sub_unit,
            article_ids=list(standing.article_ids),
            confidentiality=standing.confidentiality,
            review_needed=standing.review_needed,
            started_by=draft.started_by,
            started_at=draft.started_at,
            discard_reason="",
            storage_key_id=key.storage_key_id,
            wrapped_key=key.wrapped,
            **_changing(draft),
        )
    )


def save(tx: Transaction, draft: Draft) -> None:
    """Store what may change of a draft."""
    tx.connection.execute(sa.update(DRAFTS).where(DRAFTS.c.id == draft.draft_id).values(**_changing(draft)))


def add_revision(tx: Transaction, draft: Draft, kept: bytes) -> None:
    """Store the newest revision of a draft with its locked text."""
    newest = draft.newest
    tx.connection.execute(
        sa.insert(DRAFT_REVISIONS).values(
            draft_id=draft.draft_id,
            number=newest.number,
            digest=newest.digest,
            content_type=newest.content_type,
            edited_by=newest.edited_by,
            edited_at=newest.edited_at,
            says_nothing=newest.says_nothing,
            unanswered=newest.unanswered,
            kept=kept,
        )
    )


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did to a draft, and the words that went with it. `by` is empty for the node itself."""

    action: str
    by: str
    words: str = ""


def add_step(tx: Transaction, draft: Draft, step: Step, safe: Safe | None = None) -> None:
    """Add to the draft's history; words are kept only under the draft's key."""
    step_id = tx.new_id()
    tx.connection.execute(
        sa.insert(DRAFT_STEPS).values(
            id=step_id,
            draft_id=draft.draft_id,
            action=step.action,
            revision=draft.revision,
            by_account_id=step.by,
            at=tx.now,
            words=safe.lock_words(step_id, step.words) if safe is not None and step.words else None,
        )
    )


def hand_to(tx: Transaction, draft_id: str, account_id: str) -> None:
    """Store who has the draft in hand from now on."""
    tx.connection.execute(sa.update(DRAFTS).where(DRAFTS.c.id == draft_id).values(handed_to=account_id))


def destroy_key(tx: Transaction, draft_id: str) -> None:
    """Make every text and remark of the draft unreadable, for good, and its files where nothing else has them."""
    release_draft(tx, draft_id)
    tx.connection.execute(sa.update(DRAFTS).where(DRAFTS.c.id == draft_id).values(wrapped_key=None))


def keep_discard_reason(tx: Transaction, draft_id: str, why: str) -> None:
    """Keep why a draft was given up; it outlives the draft's words."""
    tx.connection.execute(sa.update(DRAFTS).where(DRAFTS.c.id == draft_id).values(discard_reason=why))


def draft_from(row: sa.RowMapping) -> Draft:
    """The draft in a row of `WITH_NEWEST`."""
    address = Address(
        row["kind"],
        tuple(row["recipients"]),
        row["recipient_sub_unit"],
        row["matter_id"],
        row["answers_letter_id"],
    )
    standing = Standing(row["sub_unit"], tuple(row["article_ids"]), row["confidentiality"], row["review_needed"])
    return Draft(
        draft_id=row["id"],
        address=address,
        standing=standing,
        state=DraftState(row["state"]),
        newest=revision_from(row),
        started_by=row["started_by"],
        started_at=row["started_at"],
        reviewed_by=row["reviewed_by"],
        stale=None if row["stale_since"] is None else Stale(row["stale_since"], row["stale_revision"]),
        letter_id=row["letter_id"],
        document_number=row["document_number"],
        handed_to=row["handed_to"] or "",
    )


def revision_from(row: sa.RowMapping) -> Revision:
    """The revision in a row of `draft_revisions`, or of `WITH_NEWEST`."""
    return Revision(
        number=row["number"],
        digest=row["digest"],
        content_type=row["content_type"],
        edited_by=row["edited_by"],
        edited_at=row["edited_at"],
        says_nothing=row["says_nothing"],
        unanswered=row["unanswered"],
    )


def _changing(draft: Draft) -> dict[str, object]:
    return {
        "state": draft.state.value,
        "revision": draft.revision,
        "reviewed_by": draft.reviewed_by,
        "stale_since": draft.stale.since if draft.stale else None,
        "stale_revision": draft.stale.revision if draft.stale else None,
        "letter_id": draft.letter_id,
        "document_number": draft.document_number,
    }
