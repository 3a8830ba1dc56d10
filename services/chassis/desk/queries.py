"""Reads drafts, their texts, revisions and histories; writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from services.chassis.desk import store
from services.chassis.desk.desk import Text
from services.chassis.desk.records import ALLOWED, Action, Draft, DraftState, Revision
from services.chassis.desk.rights import NAMED_PERSONS_ONLY, Reach
from services.chassis.desk.tables import DRAFT_REVISIONS, DRAFT_STEPS, DRAFTS, drafter_in
from services.chassis.identity.keys import Keyring


@dataclass(frozen=True, slots=True)
class Shown:
    """A draft as it is displayed: one revision with its text, and the salt its digest begins with."""

    draft: Draft
    revision: Revision
    text: Text
    salt: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PastStep:
    """One line of a draft's history. `words` is empty where nothing was said, or what was said is destroyed."""

    action: str
    revision: int
    by: str
    at: datetime
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and how far their roles reach. `within` says on rows of `DRAFTS` whose matters they may know of."""

    account_id: str
    reaches: tuple[Reach, ...]
    within: sa.ColumnElement[bool] = field(default_factory=sa.true)


def shown(connection: sa.Connection, keyring: Keyring, draft_id: str, number: int | None = None) -> Shown:
    """The draft with the text of revision `number`, or of the newest.

    Raises:
        DraftNotFoundError: there is no such draft or revision.
        DraftContentGoneError: its words were destroyed.

    """
    draft = store.get(connection, draft_id)
    number = draft.revision if number is None else number
    safe = store.safe_of(connection, keyring, draft_id)
    salt, content = store.text_of(connection, safe, draft_id, number)
    revision = next(one for one in revisions(connection, draft_id) if one.number == number)
    return Shown(draft, revision, Text(revision.content_type, content), salt)


def revisions(connection: sa.Connection, draft_id: str) -> list[Revision]:
    """Every revision of a draft, oldest first, without the texts."""
    rows = connection.execute(
        sa.select(*store.ABOUT).where(DRAFT_REVISIONS.c.draft_id == draft_id).order_by(DRAFT_REVISIONS.c.number)
    ).mappings()
    return [store.revision_from(row) for row in rows]


def history(connection: sa.Connection, keyring: Keyring, draft_id: str) -> list[PastStep]:
    """Everything done to a draft, oldest first. The words are left out when they were destroyed."""
    safe = None if store.words_are_gone(connection, draft_id) else store.safe_of(connection, keyring, draft_id)
    rows = connection.execute(
        sa.select(DRAFT_STEPS).where(DRAFT_STEPS.c.draft_id == draft_id).order_by(DRAFT_STEPS.c.id)
    ).all()
    return [
        PastStep(
            row.action,
            row.revision,
            row.by_account_id,
            row.at,
            safe.unlock_words(row.id, row.words) if safe is not None and row.words is not None else "",
        )
        for row in rows
    ]


def discard_reason(connection: sa.Connection, draft_id: str) -> str:
    """Why a draft was given up; empty when it was not."""
    reason: str | None = connection.execute(
        sa.select(DRAFTS.c.discard_reason).where(DRAFTS.c.id == draft_id)
    ).scalar_one_or_none()
    return reason or ""


def list_drafts(
    connection: sa.Connection,
    viewer: Viewer,
    states: Collection[DraftState] = (),
    after: str | None = None,
    limit: int = 100,
) -> list[Draft]:
    """Drafts that the viewer may know of, in the order they were started, those after the id `after`."""
    query = store.WITH_NEWEST.where(_within(viewer))
    if states:
        query = query.where(DRAFTS.c.state.in_([state.value for state in states]))
    if after is not None:
        query = query.where(DRAFTS.c.id > after)
    rows = connection.execute(query.order_by(DRAFTS.c.id).limit(limit)).mappings()
    return [store.draft_from(row) for row in rows]


def open_answers(connection: sa.Connection, letter_id: str) -> list[Draft]:
    """Drafts that answer the letter and are neither sent nor given up, oldest first."""
    live = [state.value for state in ALLOWED[Action.EDIT]]
    rows = connection.execute(
        store.WITH_NEWEST.where(DRAFTS.c.answers_letter_id == letter_id, DRAFTS.c.state.in_(live)).order_by(DRAFTS.c.id)
    ).mappings()
    return [store.draft_from(row) for row in rows]


def letters_being_answered(connection: sa.Connection) -> list[str]:
    """The ids of the letters that live drafts answer."""
    live = [state.value for state in ALLOWED[Action.EDIT]]
    query = sa.select(DRAFTS.c.answers_letter_id).where(DRAFTS.c.state.in_(live), DRAFTS.c.answers_letter_id != "")
    return list(connection.scalars(query.distinct()))


def _within(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The same rule as `Reach.includes`, as a condition on rows, and no draft of a matter out of sight."""
    reached = sa.or_(sa.false(), *(_reached(reach, viewer.account_id) for reach in viewer.reaches))
    return sa.and_(reached, viewer.within)


def _reached(reach: Reach, account_id: str) -> sa.ColumnElement[bool]:
    limits: Sequence[sa.ColumnElement[bool]] = [
        *([DRAFTS.c.sub_unit == reach.sub_unit] if reach.sub_unit is not None else []),
        *([DRAFTS.c.matter_id == reach.matter_id] if reach.matter_id is not None else []),
    ]
    open_to_all = DRAFTS.c.confidentiality.not_in(sorted(NAMED_PERSONS_ONLY))
    if not reach.in_person:
        return sa.and_(open_to_all, *limits)
    if reach.trusted or reach.matter_id is not None:
        return sa.and_(sa.true(), *limits)
    return sa.and_(sa.or_(open_to_all, drafter_in(DRAFTS) == account_id), *limits)
