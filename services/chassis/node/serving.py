"""The node's one API: every service with its collaborators, behind one sign-in."""

from __future__ import annotations

import base64
from collections.abc import Callable

import sqlalchemy as sa

from services.chassis.attachments.service import Attachments, add_attachments
from services.chassis.board.secrecy import for_named_persons
from services.chassis.board.service import Board, add_board
from services.chassis.briefing.aliases_service import Aliases, add_aliases
from services.chassis.briefing.replying import bring_up_to_date, mark_stale_drafts
from services.chassis.briefing.summaries_service import Summaries, add_summaries
from services.chassis.changes.listening import Changes
from services.chassis.changes.service import add_watching
from services.chassis.changes.topics import Areas
from services.chassis.clock import Clock
from services.chassis.correspondence.access import ActorOf, LetterAccess
from services.chassis.correspondence.letters_service import Letters, add_letters
from services.chassis.correspondence.matters_service import add_matters
from services.chassis.correspondence.matters_serving import Matters
from services.chassis.correspondence.paper import LetterPrinter
from services.chassis.correspondence.rights import Sight
from services.chassis.correspondence.steps import Actor
from services.chassis.desk.access import DraftAccess, MattersInSight
from services.chassis.desk.authority import SigningAuthority
from services.chassis.desk.decisions_service import Decisions, add_decisions
from services.chassis.desk.drafts import Seen
from services.chassis.desk.drafts_service import (
    ConfirmSigner,
    Drafts,
    Granting,
    Redraft,
    add_drafts,
)
from services.chassis.desk.printing import DraftPrinter
from services.chassis.desk.records import Draft
from services.chassis.desk.rights import NAMED_PERSONS_ONLY
from services.chassis.destruction.service import Destructions, add_destructions
from services.chassis.disclosures.service import Disclosures, add_disclosures
from services.chassis.journal.service import Journaled, add_journal
from services.chassis.ledgers.service import Ledgers, add_ledgers
from services.chassis.node.admin_service import Admin, add_admin
from services.chassis.node.assemble import Node, read_custodians, read_directory
from services.chassis.node.destroying import finishing_of
from services.chassis.node.people import add_people_services, authenticator_of, gate_of
from services.chassis.node.sources import sources_behind
from services.chassis.node.status_service import Status, add_status
from services.chassis.operations.service import Operations, add_operations
from services.chassis.people import store
from services.chassis.people.gate import Gate
from services.chassis.people.living import living
from services.chassis.people.signing import Letter, confirm_signer
from services.chassis.people.trail import journal_refusals
from services.chassis.proof.exporting import Anchorage, Proving
from services.chassis.proof.gathering import Start
from services.chassis.proof.service import add_proof
from services.chassis.responsiveness.service import Responsiveness, add_responsiveness
from services.chassis.rpc.callers import Caller
from services.chassis.rpc.server import Server, ServerBuilder
from services.chassis.rpc.tls import ServerTls
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import Transaction
from services.chassis.traces.service import Traces, add_traces


def build_server(node: Node) -> Server:
    """The gRPC server of `node`, bound to its address and not yet answering.

    Raises:
        AddressTakenError: another program has the node's port.

    """
    gate = gate_of(node)
    builder = ServerBuilder(
        node.config.body,
        authenticator_of(node),
        journal_refusals(node.database.writer),
        tracing=node.telemetry.calls,
    )
    add_people_services(builder, node, gate)
    printer = LetterPrinter(node.identity.keyring, node.book)
    sheets = DraftPrinter(node.config.body, node.book, printer.answered)
    add_drafts(
        builder,
        Drafts(
            node.database,
            node.desk,
            _confirming(gate),
            sheets,
            node.paging,
            in_sight(node),
            redrafting(node),
            sources_behind(node),
        ),
    )
    add_attachments(builder, attachments_of(node, _actors(node.clock)))
    add_decisions(builder, Decisions(node.database, node.paging))
    add_letters(
        builder,
        Letters(node.database, node.office, node.desk, node.exchange, _actors(node.clock), printer, node.paging),
    )
    _add_ledgers(builder, node)
    add_matters(builder, Matters(node.database, node.office, node.clock, _actors(node.clock), node.paging))
    add_status(builder, status_of(node))
    add_board(builder, board_of(node))
    add_traces(builder, traces_of(node))
    add_proof(builder, _proving(node))
    finish = lambda: finishing_of(node).finish()  # noqa: E731 - where the register lies is looked up when it is needed
    add_destructions(builder, Destructions(node.database, node.office, node.paging, finish))
    add_admin(builder, Admin(node.database, node.office, node.exchange, _actors(node.clock)))
    add_operations(builder, operations_of(node))
    add_watching(builder, _changes(node))
    add_journal(builder, journaled(node))
    add_responsiveness(builder, Responsiveness(node.config.body, node.database, node.book, node.clock))
    for add in node.body.services:
        add(builder, node)
    rpc = node.config.rpc
    return builder.build(f"{rpc.host}:{rpc.port}", ServerTls(rpc.certificate, rpc.key))


def _changes(node: Node) -> Changes:
    async def still(session_ids: frozenset[str]) -> frozenset[str]:
        return await node.database.reader.read(lambda connection: living(connection, session_ids, node.clock.now()))

    areas = Areas(node.config.body, frozenset(ledger.name for ledger in node.body.ledgers))
    return Changes(node.database.writer.noticing, areas, still)


def status_of(node: Node) -> Status:
    """What tells how `node` fares."""
    return Status(node.database, node.identity, node.clock, lambda: node.bus.connected, node.walk, node.teller)


def board_of(node: Node) -> Board:
    """What the board at `node` is made from."""
    return Board(node.database, node.identity, node.clock, node.teller, node.observer)


def traces_of(node: Node) -> Traces:
    """Where operators of `node` search traces."""
    return Traces(node.database, node.telemetry.index, node.paging, for_named_persons(node.book))


def _add_ledgers(builder: ServerBuilder, node: Node) -> None:
    """The ledgers and what may be told from them; whatever changes them has the drafts looked at."""

    def changed(tx: Transaction) -> object:
        return mark_stale_drafts(tx, node.replying)

    ledgers = node.body.ledgers
    add_ledgers(
        builder, Ledgers(node.database, ledgers, read_custodians(node.config.custodian_keys), changed, node.paging)
    )
    add_summaries(builder, Summaries(node.database, ledgers, changed, node.paging))
    add_aliases(builder, Aliases(node.database, ledgers, changed, node.paging))
    add_disclosures(builder, Disclosures(node.database, ledgers, node.clock, node.paging))


def operations_of(node: Node) -> Operations:
    """What the operators of `node` work with."""
    shown_kind = shown_kinds(node.book)
    return Operations(node.database, node.exchange, node.clock, node.paging, shown_kind)


def journaled(node: Node) -> Journaled:
    """What the audit administrator of `node` works with."""
    identity = node.identity
    return Journaled(
        identity.body, identity.county, node.database, node.book, node.clock, node.paging, shown_kinds(node.book)
    )


def shown_kinds(book: Rulebook) -> Callable[[str], str]:
    """Gives a kind of letter, and nothing for those for named persons only: to administrators these are letters."""

    def shown_kind(kind: str) -> str:
        return "" if book.knows_kind(kind) and book.kind(kind).confidentiality in NAMED_PERSONS_ONLY else kind

    return shown_kind


def _proving(node: Node) -> Proving:
    """What a file of proof is made from; trust begins where the node itself began to trust."""
    config = node.config

    def anchorage() -> Anchorage:
        first = read_directory(config.directory, config.anchor)
        start = Start(config.body, first.version, config.directory.read_bytes())
        return Anchorage(config.county_name, base64.b64decode(config.anchor), start)

    return Proving(node.database, node.identity, node.office, node.clock, _actors(node.clock), anchorage)


def attachments_of(node: Node, actor_of: ActorOf) -> Attachments:
    """What the service of attachments works with."""
    letters = LetterAccess(node.office, node.identity.keyring, actor_of)
    parts = node.lane.parts
    return Attachments(node.database, node.desk, parts.shelf, parts.checks, DraftAccess(in_sight(node)), letters)


def in_sight(node: Node) -> MattersInSight:
    """Which drafts the matters they are in keep from a caller, at this node."""
    return lambda caller, roles: Sight(caller, node.book).drafts(roles)


def redrafting(node: Node) -> Redraft:
    """How a drafted reply is brought up to date with the node's ledgers."""

    def redraft(tx: Transaction, seen: Seen, by: str) -> Draft:
        return bring_up_to_date(tx, node.replying, seen, by)

    return redraft


def _confirming(gate: Gate) -> ConfirmSigner:
    async def confirm(caller: Caller, password: str) -> Granting:
        proof = await gate.confirm(caller, password)

        def grant(tx: Transaction, draft: Draft, for_account_id: str | None) -> SigningAuthority:
            letter = Letter(draft.standing.sub_unit, draft.address.matter_id)
            return confirm_signer(tx, caller, proof, letter, for_account_id)

        return grant

    return confirm


def _actors(clock: Clock) -> ActorOf:
    def actor_of(connection: sa.Connection, account_id: str) -> Actor:
        account = store.account(connection, account_id)
        return Actor(account.name, store.post_at(connection, account.person_id, clock.now()) or "")

    return actor_of
