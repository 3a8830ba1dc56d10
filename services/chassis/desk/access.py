"""Lets a person at a draft, or not: one rule for its text and for its attachments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from services.chassis.desk.errors import DraftDeniedError, DraftNotFoundError
from services.chassis.desk.records import Draft
from services.chassis.desk.rights import may, reaches_of
from services.chassis.desk.tables import DRAFTS
from services.chassis.rpc.callers import BUSINESS_ROLES, Caller, Role

Roles = frozenset[Role]
WRITERS = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER})
MattersInSight = Callable[[Caller, Roles], sa.ColumnElement[bool]]
"""The drafts that no matter out of the reach of these roles keeps from a caller, as a condition on rows of `DRAFTS`."""


@dataclass(frozen=True, slots=True)
class DraftAccess:
    """The drafts of one body. One in a matter is for those who may know of the matter, too."""

    matters_in_sight: MattersInSight

    def demand(self, connection: sa.Connection, caller: Caller, draft: Draft, roles: Roles) -> None:
        """Raise unless the caller holds one of `roles` for this draft; it is not there for who may not even see it.

        Raises:
            DraftNotFoundError: the caller may not know of it.
            DraftDeniedError: the caller sees it, and holds none of the roles for it.

        """
        if not self.may(connection, caller, draft, BUSINESS_ROLES):
            raise DraftNotFoundError(draft_id=draft.draft_id)
        if not self.may(connection, caller, draft, roles):
            raise DraftDeniedError(roles=", ".join(sorted(roles)))

    def may(self, connection: sa.Connection, caller: Caller, draft: Draft, roles: Roles) -> bool:
        """Whether one of `roles` reaches the draft, and its matter."""
        reached = may(reaches_of(caller, roles), draft, caller.desk_of)
        return reached and self.in_sight(connection, caller, draft, roles)

    def in_sight(self, connection: sa.Connection, caller: Caller, draft: Draft, roles: Roles) -> bool:
        """Whether the draft's matter, where it has one, is in reach of `roles`."""
        query = sa.select(DRAFTS.c.id).where(DRAFTS.c.id == draft.draft_id, self.matters_in_sight(caller, roles))
        return connection.scalar(query) is not None
