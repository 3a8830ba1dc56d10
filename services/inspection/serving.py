"""Puts the office's rounds before its own people: the service with everything it needs of the node."""

from __future__ import annotations

from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.node.assemble import Node
from services.chassis.people import store
from services.chassis.rpc.callers import Caller
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Transaction
from services.inspection.binding import (
    CorrespondenceActs,
    DeskOutgoing,
    confirmed_decision,
    content_opener,
    findings_reader,
    standing_of,
)
from services.inspection.replies.settling import Officer
from services.inspection.rounds.service import add_rounds
from services.inspection.rounds.serving import RoundsOffice


def add_office(builder: ServerBuilder, node: Node) -> None:
    """Have the node's server offer rounds."""

    def officer_of(tx: Transaction, caller: Caller) -> Officer:
        account = store.account(tx.connection, caller.account_id)
        post = store.post_at(tx.connection, account.person_id, tx.now) or ""
        return Officer(account.account_id, account.name, post)

    add_rounds(
        builder,
        RoundsOffice(
            database=node.database,
            book=node.book,
            clock=node.clock,
            outgoing=DeskOutgoing(node.desk),
            acts=CorrespondenceActs(node.office),
            require_decision=confirmed_decision,
            standings=standing_of,
            open_content=content_opener(node.identity.keyring),
            findings=findings_reader(node.identity.keyring),
            calendar=calendar_in_force,
            officer_of=officer_of,
            paging=node.paging,
        ),
    )
