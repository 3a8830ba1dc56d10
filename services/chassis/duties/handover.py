"""One recorded act that moves a clerk's work to another for good: drafts, matters and, where asked, being liaison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.chassis.correspondence.rights import Sight
from services.chassis.desk import store as drafts_store
from services.chassis.desk.access import WRITERS, DraftAccess
from services.chassis.desk.records import ALLOWED, Action
from services.chassis.desk.store import Step
from services.chassis.desk.tables import DRAFTS, drafter_in
from services.chassis.dossiers.tables import MATTERS
from services.chassis.duties.handling import caller_like
from services.chassis.duties.tables import HANDOVERS, MATTER_HANDLERS
from services.chassis.people import store
from services.chassis.people.dated import reason_text
from services.chassis.people.errors import NotYoursToHandOverError
from services.chassis.people.leaves import demand_fit, demand_own_or_over_others
from services.chassis.people.records import StoredGrant, overlap, same_right
from services.chassis.people.tables import GRANTS
from services.chassis.people.trail import note
from services.chassis.rpc.callers import ADMIN_ROLES, Caller, Role
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import Transaction

HANDED_OVER = "hand_over"
"""The step in a draft's history."""
_SEES_ALL = ADMIN_ROLES | {Role.LEADER}


@dataclass(frozen=True, slots=True)
class WantedHandover:
    """Whose work goes to whom, and why; `liaison`: the role of liaison, too."""

    from_account_id: str
    to_account_id: str
    reason: str
    liaison: bool = False


@dataclass(frozen=True, slots=True)
class Handover:
    """What was moved, by whom and when. `left` counts what stayed because the new person's roles do not reach it."""

    handover_id: str
    from_account_id: str
    to_account_id: str
    done_by: str
    done_at: datetime
    reason: str
    draft_ids: tuple[str, ...]
    matter_ids: tuple[str, ...]
    liaison: int
    left: int


def hand_over(tx: Transaction, caller: Caller, book: Rulebook, wanted: WantedHandover) -> Handover:
    """Move the work, revoke the person's access tokens, and record it, in this one unit of work.

    Nobody comes to see what only named persons may see by taking work over: such a draft or matter moves only to a
    person whose own roles reach it already.

    Raises:
        NotYoursToHandOverError: it is another person's work, or a role moves and the caller gives no roles.
        AccountUnknownError: there is no such account.
        DeputyUnfitError: the new person does not work on matters here, or is the same.
        FieldInvalidError: no reason is given.

    """
    demand_own_or_over_others(caller, wanted.from_account_id)
    if wanted.liaison and Role.SECURITY_ADMIN not in caller.roles:
        raise NotYoursToHandOverError
    store.account(tx.connection, wanted.from_account_id)
    demand_fit(tx, wanted.from_account_id, wanted.to_account_id)
    reason, handover_id = reason_text(wanted.reason), tx.new_id()
    liaison = tuple(_move_liaison(tx, caller, wanted)) if wanted.liaison else ()
    # Asked after the role of liaison moved: it may be what reaches a matter.
    taker = caller_like(tx, wanted.to_account_id)
    draft_ids, drafts_left = _move_drafts(tx, caller, book, wanted, taker)
    matter_ids, matters_left = _move_matters(tx, caller, book, wanted, taker)
    tokens = store.revoke_tokens(tx.connection, wanted.from_account_id, tx.now)
    done = Handover(
        handover_id,
        wanted.from_account_id,
        wanted.to_account_id,
        caller.account_id,
        tx.now,
        reason,
        draft_ids,
        matter_ids,
        len(liaison),
        drafts_left + matters_left,
    )
    _keep(tx, done, liaison, tokens)
    return done


def list_handovers(connection: sa.Connection, caller: Caller, before: str | None, limit: int) -> Sequence[Handover]:
    """Handovers from or to the caller, all of them for leaders and administrators; the newest first."""
    query = sa.select(HANDOVERS).order_by(HANDOVERS.c.id.desc()).limit(limit)
    if not caller.roles & _SEES_ALL:
        mine = (HANDOVERS.c.from_account_id, HANDOVERS.c.to_account_id)
        query = query.where(sa.or_(*(column == caller.account_id for column in mine)))
    if before is not None:
        query = query.where(HANDOVERS.c.id < before)
    return [_handover(row) for row in connection.execute(query)]


def _move_drafts(
    tx: Transaction, caller: Caller, book: Rulebook, wanted: WantedHandover, taker: Caller
) -> tuple[tuple[str, ...], int]:
    access = DraftAccess(lambda person, roles: Sight(person, book).drafts(roles))
    live = [state.value for state in ALLOWED[Action.EDIT]]
    mine = drafter_in(DRAFTS) == wanted.from_account_id, DRAFTS.c.state.in_(live)
    found = list(tx.connection.scalars(sa.select(DRAFTS.c.id).where(*mine).order_by(DRAFTS.c.id)))
    moved = []
    for draft_id in found:
        draft = drafts_store.get(tx.connection, draft_id)
        if not access.may(tx.connection, taker, draft, WRITERS):
            continue
        drafts_store.hand_to(tx, draft_id, wanted.to_account_id)
        drafts_store.add_step(tx, draft, Step(HANDED_OVER, caller.account_id))
        moved.append(draft_id)
    return tuple(moved), len(found) - len(moved)


def _move_matters(
    tx: Transaction, caller: Caller, book: Rulebook, wanted: WantedHandover, taker: Caller
) -> tuple[tuple[str, ...], int]:
    mine = MATTER_HANDLERS.c.account_id == wanted.from_account_id, MATTERS.c.is_open.is_(sa.true())
    same = MATTERS.c.matter_id == MATTER_HANDLERS.c.matter_id
    query = sa.select(MATTER_HANDLERS.c.matter_id).join(MATTERS, same).where(*mine)
    found = list(tx.connection.scalars(query.order_by(MATTER_HANDLERS.c.matter_id)))
    sight = Sight(taker, book)
    moved = [matter_id for matter_id in found if sight.reaches(tx.connection, matter_id, WRITERS)]
    values = {"account_id": wanted.to_account_id, "assigned_by": caller.account_id, "assigned_at": tx.now}
    which = MATTER_HANDLERS.c.matter_id.in_(moved)
    tx.connection.execute(sa.update(MATTER_HANDLERS).where(which).values(**values))
    return tuple(moved), len(found) - len(moved)


def _move_liaison(tx: Transaction, caller: Caller, wanted: WantedHandover) -> Iterator[str]:
    """End every grant of the role of liaison, and give the same right to the new person, who may hold it already."""
    held = store.grants(tx.connection, [wanted.to_account_id], tx.now)
    for old in store.grants(tx.connection, [wanted.from_account_id], tx.now):
        if old.grant.role is not Role.LIAISON:
            continue
        start = max(tx.now, old.grant.valid_from)
        tx.connection.execute(sa.update(GRANTS).where(GRANTS.c.id == old.grant_id).values(valid_to=start))
        if not any(_has(one, old) for one in held):
            new_id = tx.new_id()
            tx.connection.execute(
                sa.insert(GRANTS).values(
                    id=new_id,
                    account_id=wanted.to_account_id,
                    role=old.grant.role.value,
                    sub_unit=old.grant.sub_unit,
                    matter_id=old.grant.matter_id,
                    valid_from=start,
                    valid_to=old.grant.valid_to,
                )
            )
            facts = {"grant_id": new_id, "account_id": wanted.to_account_id, "role": old.grant.role.value}
            note(tx, "role_granted", facts | {"by": caller.account_id})
        revoked = {"grant_id": old.grant_id, "account_id": old.account_id, "by": caller.account_id}
        note(tx, "grant_revoked", revoked)
        yield old.grant_id


def _has(held: StoredGrant, old: StoredGrant) -> bool:
    return same_right(held.grant, old.grant) and overlap(held.grant, old.grant)


def _keep(tx: Transaction, done: Handover, liaison: Sequence[str], tokens: int) -> None:
    tx.connection.execute(
        sa.insert(HANDOVERS).values(
            id=done.handover_id,
            from_account_id=done.from_account_id,
            to_account_id=done.to_account_id,
            done_by=done.done_by,
            done_at=done.done_at,
            reason=done.reason,
            draft_ids=list(done.draft_ids),
            matter_ids=list(done.matter_ids),
            liaison_count=done.liaison,
            left_count=done.left,
        )
    )
    note(
        tx,
        "work_handed_over",
        {
            "handover_id": done.handover_id,
            "from_account_id": done.from_account_id,
            "to_account_id": done.to_account_id,
            "by": done.done_by,
            "draft_ids": " ".join(done.draft_ids),
            "matter_ids": " ".join(done.matter_ids),
            "grant_ids": " ".join(liaison),
            "left": str(done.left),
            "tokens_revoked": str(tokens),
        },
    )


def _handover(row: sa.Row[Any]) -> Handover:
    return Handover(
        row.id,
        row.from_account_id,
        row.to_account_id,
        row.done_by,
        row.done_at,
        row.reason,
        tuple(row.draft_ids),
        tuple(row.matter_ids),
        row.liaison_count,
        row.left_count,
    )
