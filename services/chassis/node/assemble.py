"""Puts one node together from its configuration: database, identity, rulebook, body, exchange, desk, server."""

from __future__ import annotations

import base64
import secrets
from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from google.protobuf.message import Message

from services.chassis.attachments.checking import Checks
from services.chassis.attachments.keeping import Shelf
from services.chassis.attachments.lane import Lane, LaneParts
from services.chassis.attachments.limits import TYPES, Limits
from services.chassis.attachments.model import MEBIBYTE
from services.chassis.attachments.rest import Folder
from services.chassis.backup.schedule import last_backup
from services.chassis.board.observing import Observer
from services.chassis.board.telling import Teller, Told
from services.chassis.body import BodyDeclaration, Handler, load_body, migrations_of
from services.chassis.briefing.replying import Replying
from services.chassis.bus.connect import connect_attachments, connect_bus
from services.chassis.bus.port import Bus, BusAlarm
from services.chassis.clock import Clock, DemoClock, SystemClock
from services.chassis.config import NodeConfig
from services.chassis.correspondence.office import Hook, Office, Received
from services.chassis.correspondence.recall import RECALL, follow_recall
from services.chassis.correspondence.receipts import note_receipt
from services.chassis.correspondence.receive import receive
from services.chassis.correspondence.returned import follow_ours
from services.chassis.desk.desk import Desk, SignedDraft
from services.chassis.destruction.attached import release_attachments
from services.chassis.destruction.carrying_out import Destroying
from services.chassis.destruction.quarantined import forget_quarantined
from services.chassis.exchange.directories import directory_in_force
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.hooks import Alarm, Hooks, OnOurs
from services.chassis.exchange.hooks import Handler as LetterHandler
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.model import StoredLetter
from services.chassis.identity.directory import BodyStatus, Directory, KeyRecord
from services.chassis.identity.errors import DirectoryMalformedError, KeyFileError, SignatureInvalidError
from services.chassis.identity.keys import Keyring, Purpose
from services.chassis.identity.signed import SignedDirectory, accept
from services.chassis.identity.suites import DEFAULT_SUITE, key_id_of
from services.chassis.ledgers.vault import Custodians
from services.chassis.node.journal_walk import JournalWalk
from services.chassis.node.outgoing import check, dispatch, rules_of
from services.chassis.operations.bell import Bell
from services.chassis.operations.watching import Watch
from services.chassis.replies.arriving import (
    INFO_REQUEST,
    OPINION_REQUEST,
    draft_info_reply,
    draft_opinion_reply,
)
from services.chassis.replies.leaving import check_leaving
from services.chassis.rpc.paging import Paging
from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.load import load
from services.chassis.storage import Database, Transaction
from services.chassis.telemetry.start import Telemetry

_FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)
"""The anchor is trusted because the county's folder says so; the directory it signed dates its own keys."""


@dataclass(frozen=True)
class Foundation:
    """What a node rests on: made from its folder, knowing nothing of each other."""

    config: NodeConfig
    clock: Clock
    telemetry: Telemetry
    database: Database
    identity: Identity
    book: Rulebook
    body: BodyDeclaration
    bus: Bus
    parts: Bus
    """The bus connection for attachments."""
    bell: Bell


@dataclass(frozen=True)
class Node(Foundation):
    """Everything one node is made of. `observer` is there where the bus lets this body read what all publish."""

    exchange: Exchange
    lane: Lane
    office: Office
    desk: Desk
    replying: Replying
    paging: Paging
    watch: Watch
    walk: JournalWalk
    teller: Teller
    observer: Observer | None

    async def close(self) -> None:
        """Let go of everything, in the reverse order."""
        await self.parts.close()
        await self.bus.close()
        self.database.close()
        self.telemetry.stop()


def assemble(config: NodeConfig) -> Node:
    """Make the node; nothing works in the background yet. Must be called on a running event loop.

    Raises:
        RulebookError, BodyUnknownError, DirectoryUntrustedError, KeyFileError: what is wrong with the node's folder.
        LeaseHeldError: another process runs on this database.

    """
    clock: Clock = DemoClock(config.demo_clock) if config.demo_clock else SystemClock()
    book = load(config.rulebook)
    body = load_body(config.body)
    identity = read_identity(config)
    with ExitStack() as undo:
        telemetry = Telemetry.start(config.telemetry, config.body, clock)
        undo.callback(telemetry.stop)
        database = Database.open(config.database, clock)
        undo.callback(database.close)
        database.migrate(migrations_of(config.body))
        known = identity.directory
        identity.replace_directory(database.reader.read_sync(lambda connection: directory_in_force(connection, known)))
        undo.pop_all()
    bell = Bell(telemetry)

    def alarm(one: BusAlarm) -> None:
        bell.ring(one.kind, one.body, detail=one.detail)

    bus = connect_bus(
        config.bus,
        config.body,
        alarm,
        lambda: (entry.body for entry in identity.directory.bodies if entry.status is BodyStatus.ACTIVE),
    )
    parts = connect_attachments(config.bus, config.body, alarm)
    return wire(Foundation(config, clock, telemetry, database, identity, book, body, bus, parts, bell))


def destroying_of(identity: Identity, body: BodyDeclaration) -> Destroying:
    """How this node destroys: whatever holds the words of a letter here follows it."""
    return Destroying((release_attachments, forget_quarantined(identity), *body.followers))


def wire(base: Foundation) -> Node:
    """Exchange, desk and office need each other; the list is where they find the finished node."""
    made: list[Node] = []

    lane = _lane(base)

    def handle(tx: Transaction, letter: StoredLetter) -> None:
        receive(tx, made[0].office, letter)
        lane.await_attachments(tx, letter)

    def send_signed(tx: Transaction, signed: SignedDraft) -> str:
        return dispatch(tx, made[0].office, signed)

    def look(connection: sa.Connection, message: Message) -> None:
        check_leaving(connection, base.body.ledgers, message)

    destroying = destroying_of(base.identity, base.body)
    exchange = _exchange(base, handle, destroying, lambda tx, letter: follow_ours(tx, made[0].office, letter))
    desk = Desk(
        base.identity.keyring,
        lambda address, on: rules_of(base.book, base.config.body, address, on),
        base.body.dispatching(send_signed),
        lambda tx, address, text: check(tx, made[0].replying, base.identity.keyring, address, text),
    )
    replying = Replying(base.body, base.book, desk)
    hooks = _hooks(base.body, replying, destroying)
    node = Node(
        **{part.name: getattr(base, part.name) for part in fields(base)},
        exchange=exchange,
        lane=lane,
        office=Office(base.config.body, base.book, exchange.send, hooks, look, destroying),
        desk=desk,
        replying=replying,
        paging=Paging(secrets.token_bytes(32)),
        watch=Watch(base.identity, lambda: base.bus.connected),
        walk=JournalWalk(base.database, base.identity, base.clock, lambda kind: base.bell.ring(kind, base.config.body)),
        teller=Teller(Told(base.database, base.identity, base.book, base.clock, lambda: last_backup(base.config))),
        observer=Observer(base.clock, SystemClock()) if base.book.hub.id == base.config.body else None,
    )
    made.append(node)
    return node


def _exchange(base: Foundation, handle: LetterHandler, destroying: Destroying, ours: OnOurs) -> Exchange:
    def alarm(one: Alarm) -> None:
        base.bell.ring(one.kind.value, one.peer, reason=one.reason, count=one.count)

    return Exchange(
        base.identity,
        base.database,
        base.bus,
        base.clock,
        handle,
        hooks=Hooks(lambda tx, receipted: note_receipt(tx, destroying, receipted), alarm, ours),
        tracing=base.telemetry.letters,
    )


def _lane(base: Foundation) -> Lane:
    config = base.config.attachments
    limits = Limits(
        config.largest * MEBIBYTE,
        config.largest_letter * MEBIBYTE,
        endings=frozenset(TYPES if config.types is None else config.types),
    )
    shelf = Shelf(Folder(config.folder), base.identity.keyring, config.keep_free * MEBIBYTE)

    def alarm(kind: str, peer: str, reason: str) -> None:
        base.bell.ring(kind, peer or base.config.body, reason=reason)

    checks = Checks(limits, config.scanner)
    return Lane(LaneParts(base.identity, base.database, base.parts, base.clock, shelf, checks, alarm))


def _hooks(body: BodyDeclaration, replying: Replying, destroying: Destroying) -> dict[str, tuple[Hook, ...]]:
    """Who is told of letters of which kind: every body drafts its replies, and may have handlers of its own."""
    hooks: dict[str, tuple[Hook, ...]] = {
        INFO_REQUEST: (lambda tx, received: draft_info_reply(tx, replying, received),),
        OPINION_REQUEST: (lambda tx, received: draft_opinion_reply(tx, replying, received),),
        RECALL: (lambda tx, received: follow_recall(tx, replying.desk, destroying, received),),
    }
    for kind, handler in body.handlers.items():
        hooks[kind] = (*hooks.get(kind, ()), _on_letter(handler))
    return hooks


def _on_letter(handler: Handler) -> Hook:
    """A body's handler takes the stored letter; what the matter made of it is the office's business."""

    def hook(tx: Transaction, received: Received) -> None:
        handler(tx, received.letter)

    return hook


def read_identity(config: NodeConfig) -> Identity:
    """The node's keys, and the directory in force, trusted through the county's anchor.

    Raises:
        DirectoryUntrustedError: the directory was not signed with the county's anchor key.
        DirectoryMalformedError: the directory is missing or damaged.
        KeyFileError, KeyFileExposedError: a key file is missing, damaged or readable by others.

    """
    directory = read_directory(config.directory, config.anchor)
    keyring = Keyring.load(config.body, config.keys)
    for purpose, held in ((Purpose.SIGNING, keyring.signing), (Purpose.SEALING, keyring.opening)):
        if not held:
            raise KeyFileError(file=config.keys.name, why=f"no {purpose.value} key")
    return Identity(config.county, config.body, keyring, directory, config.keys)


def read_directory(file: Path, anchor: str) -> Directory:
    """The directory in `file`, if the key `anchor` (base64) signed it; raises as `read_identity` does."""
    public = base64.b64decode(anchor)
    trusted = KeyRecord(key_id_of(public), DEFAULT_SUITE, public, _FIRST_DAY)
    try:
        return accept(SignedDirectory.from_bytes(file.read_bytes()), None, [trusted])
    except OSError as error:
        raise DirectoryMalformedError(why=f"{file.name}: {error.strerror}") from error
    except SignatureInvalidError as error:
        raise DirectoryMalformedError(why=f"{file.name}: changed after it was signed") from error


def read_custodians(folder: Path | None) -> Custodians | None:
    """The public keys of the two custodians in `folder`; None where there are none and so no petition ledger."""
    if folder is None or not folder.is_dir():
        return None
    first, second = (base64.b64decode((folder / f"custodian-{which}.pub").read_bytes()) for which in (1, 2))
    return Custodians(first, second)


def sub_units_of(book: Rulebook, body: str) -> tuple[str, ...]:
    """The body's sub-units by id."""
    return tuple(unit.id for unit in book.body(body).sub_units)
