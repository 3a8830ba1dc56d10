"""What the rounds' service is given to work with, and how its methods read, write once, and know their caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from google.protobuf.message import Message

from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import Clock, beijing_date
from services.chassis.rpc.callers import Caller
from services.chassis.rpc.idempotency import once
from services.chassis.rpc.paging import Paging
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import Database, Transaction
from services.inspection.decisions import RequireDecision
from services.inspection.outgoing import Acts, Outgoing
from services.inspection.replies.settling import Officer
from services.inspection.rounds import rules
from services.inspection.rounds.rights import caller_of
from services.inspection.standing import Findings, OpenContent, Standings
from services.inspection.units.queries import BodyNames

T = TypeVar("T")
R = TypeVar("R", bound=Message)


@dataclass(frozen=True)
class RoundsOffice:
    """Everything the service needs of its node.

    Attributes:
        database: The node's own.
        book: The county's rulebook.
        clock: Tells the present instant.
        outgoing: Drafts letters for a leader to sign.
        acts: Sends short acts of a named person.
        require_decision: Finds a confirmed decision.
        standings: Tells where a matter stands.
        open_content: Opens the content of a letter.
        findings: Reads what congress and CPPCC told unasked.
        calendar: The working calendar in force.
        officer_of: Name and post of a caller, as letters state them.
        paging: Reads and writes page tokens.
    """

    database: Database
    book: Rulebook
    clock: Clock
    outgoing: Outgoing
    acts: Acts
    require_decision: RequireDecision
    standings: Standings
    open_content: OpenContent
    findings: Findings
    calendar: Callable[[sa.Connection], WorkingCalendar]
    officer_of: Callable[[Transaction, Caller], Officer]
    paging: Paging


class Serving:
    """Base of the servicer's parts."""

    def __init__(self, office: RoundsOffice) -> None:
        self.office = office

    async def read(self, question: Callable[[sa.Connection], T]) -> T:
        """Ask the database."""
        return await self.office.database.reader.read(question)

    async def once(self, request: Message, response: type[R], work: Callable[[Transaction, Caller], R]) -> R:
        """Do `work` in a unit of its own, once per request id, for a caller whose rights reach as far."""
        caller = caller_of(request)
        return await self.office.database.writer.run(
            lambda tx: once(tx, caller, request, response, lambda: work(tx, caller))
        )

    def names(self, tx: Transaction) -> BodyNames:
        """The coordinating bodies by every name, today."""
        return rules.body_names(self.office.book, beijing_date(tx.now))
