"""Who handles a matter (承办人): on whose desk it lies. It gives no right that the person's roles do not give."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from services.chassis.correspondence.rights import Sight
from services.chassis.correspondence.tasks import Task
from services.chassis.desk.access import WRITERS
from services.chassis.duties.errors import HandlerUnfitError
from services.chassis.duties.tables import MATTER_HANDLERS
from services.chassis.people import store
from services.chassis.people.leaves import working_grants
from services.chassis.people.tables import ACCOUNTS, PERSONS
from services.chassis.people.trail import note
from services.chassis.rpc.callers import Caller
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import Transaction


@dataclass(frozen=True, slots=True)
class Handler:
    """Who handles a matter."""

    account_id: str
    name: str


def assign_matter(tx: Transaction, caller: Caller, book: Rulebook, matter_id: str, account_id: str) -> None:
    """Say who handles the matter, or (empty) that nobody in particular does.

    Raises:
        MatterNotFoundError, RoleMissingError: the caller may not know of it, or not work on it.
        AccountUnknownError: there is no such account.
        HandlerUnfitError: the named person may not work on it.

    """
    Sight(caller, book).demand(tx.connection, matter_id, WRITERS, "AssignMatter")
    where = MATTER_HANDLERS.c.matter_id == matter_id
    if account_id and not may_handle(tx, book, matter_id, account_id):
        raise HandlerUnfitError(account_id=account_id)
    tx.connection.execute(sa.delete(MATTER_HANDLERS).where(where))
    if account_id:
        row = {"matter_id": matter_id, "account_id": account_id, "assigned_by": caller.account_id}
        tx.connection.execute(sa.insert(MATTER_HANDLERS).values(**row, assigned_at=tx.now))
    note(tx, "matter_assigned", {"matter_id": matter_id, "account_id": account_id or None, "by": caller.account_id})


def may_handle(tx: Transaction, book: Rulebook, matter_id: str, account_id: str) -> bool:
    """Whether the roles of the account, as they count now, reach the matter.

    Raises:
        AccountUnknownError: there is no such account.

    """
    return Sight(caller_like(tx, account_id), book).reaches(tx.connection, matter_id, WRITERS)


def caller_like(tx: Transaction, account_id: str) -> Caller:
    """What the person could do if they called now; raises as `may_handle` does."""
    account = store.account(tx.connection, account_id)
    return Caller(account_id, account.person_id, "", working_grants(tx.connection, account_id, tx.now))


def handlers_of(connection: sa.Connection, matter_ids: Collection[str]) -> Mapping[str, Handler]:
    """Who handles which of the matters; those on nobody's desk are left out."""
    rows = connection.execute(_HANDLERS, {"which": list(matter_ids)})
    return {row.matter_id: Handler(row.account_id, row.name) for row in rows}


_HANDLERS = (
    sa.select(MATTER_HANDLERS.c.matter_id, MATTER_HANDLERS.c.account_id, PERSONS.c.name)
    .join(ACCOUNTS, ACCOUNTS.c.id == MATTER_HANDLERS.c.account_id)
    .join(PERSONS, PERSONS.c.id == ACCOUNTS.c.person_id)
    .where(MATTER_HANDLERS.c.matter_id.in_(sa.bindparam("which", expanding=True)))
)
"""Made once: lists of matters pass here."""


def on_desk(connection: sa.Connection, caller: Caller, tasks: Sequence[Task]) -> list[Task]:
    """Those of the tasks that lie on the caller's desk: in matters the caller handles, or drafts the caller has in
    hand. While the caller acts for an absent person, it is that person's desk.
    """
    desk, handled = caller.desk_of, handled_by(connection, caller.desk_of)
    return [
        task
        for task in tasks
        if (task.head is not None and task.head.matter_id in handled)
        or (task.draft is not None and task.draft.drafter == desk)
    ]


def handled_by(connection: sa.Connection, account_id: str) -> frozenset[str]:
    """The matters, open or not, that lie on the account's desk."""
    mine = MATTER_HANDLERS.c.account_id == account_id
    return frozenset(connection.scalars(sa.select(MATTER_HANDLERS.c.matter_id).where(mine)))
