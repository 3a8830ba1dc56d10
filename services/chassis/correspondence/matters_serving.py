"""What serving matters works with, and how one of its dates is found for one person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from services.chassis.clock import Clock
from services.chassis.correspondence.matters_messages_service import Views
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.rights import Sight
from services.chassis.correspondence.steps import Actor
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.deadlines.errors import DeadlineNotFoundError
from services.chassis.deadlines.model import Deadline
from services.chassis.deadlines.queries import get_deadline
from services.chassis.rpc.paging import Paging
from services.chassis.storage import Database


@dataclass(frozen=True)
class Matters:
    """What the service works with. `actor_of` gives name and post of an account, as letters state them."""

    database: Database
    office: Office
    clock: Clock
    actor_of: Callable[[sa.Connection, str], Actor]
    paging: Paging

    def views(self, connection: sa.Connection) -> Views:
        """How matters look now."""
        return Views(self.office.book, calendar_in_force(connection), self.clock.now())


def deadline_shown_to(sight: Sight, connection: sa.Connection, deadline_id: str) -> Deadline:
    """The deadline of that id, if it belongs to a matter that the person may know of.

    Raises:
        DeadlineNotFoundError: there is none, or the person may not know of its matter.

    """
    deadline = get_deadline(connection, deadline_id[:64])
    if not sight.reaches(connection, deadline.matter_id):
        raise DeadlineNotFoundError(deadline_id=deadline_id[:64])
    return deadline
