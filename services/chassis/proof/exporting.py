"""Hands out a matter as a file of proof: who may have it, who stands for it, and what is noted before it leaves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from services.chassis.clock import Clock
from services.chassis.correspondence.around import kept_out
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.rights import Sight
from services.chassis.correspondence.steps import Actor
from services.chassis.desk.rights import NAMED_PERSONS_ONLY
from services.chassis.destruction.exports import note_export
from services.chassis.destruction.model import Export, ExportKind
from services.chassis.disclosures import register
from services.chassis.disclosures.register import Kind
from services.chassis.disclosures.words import stated
from services.chassis.dossiers.errors import MatterNotFoundError
from services.chassis.exchange import wire
from services.chassis.exchange.identity import Identity
from services.chassis.journal import store as journal
from services.chassis.proof.errors import ProofOutdatedError, SecondPersonNeededError
from services.chassis.proof.file import Cover, ProvenEntry, write_proof
from services.chassis.proof.gathering import Evidence, Start, contents_kept, gather, signed_directories
from services.chassis.rpc.callers import BUSINESS_ROLES, Caller, Role
from services.chassis.rulebook.book import Rulebook
from services.chassis.storage import Database, Transaction

EXPORTED = "matter.exported"
"""Kind of journal entry; the payload names the matter, the file's digest, who took it, why, and by whose approval."""
_ALONE = frozenset({Role.LEADER})


@dataclass(frozen=True)
class Anchorage:
    """Where trust in a directory begins: the county's name, its anchor key, and the directory of the node."""

    county_name: str
    anchor: bytes
    start: Start


@dataclass(frozen=True)
class Proving:
    """What exporting works with. `actor_of` gives name and post of an account; `anchorage` is read when needed."""

    database: Database
    identity: Identity
    office: Office
    clock: Clock
    actor_of: Callable[[sa.Connection, str], Actor]
    anchorage: Callable[[], Anchorage]


@dataclass(frozen=True)
class WantedProof:
    """What is asked for; `approved` is the request that two persons stand for, empty when one leader does."""

    matter_id: str
    reason: str
    contents: bool
    approved: str = ""


@dataclass(frozen=True, slots=True)
class _Made:
    file: bytes
    evidence: Evidence


def ask_matter(tx: Transaction, office: Office, caller: Caller, matter_id: str, reason: str) -> str:
    """Ask for a matter's file; returns the id of the request.

    Raises:
        MatterNotFoundError: there is none, or the caller may not know of it.
        DisclosureWordsError, DisclosureIdentifiesError: no reason is given, or one that names somebody.

    """
    _demand(tx.connection, office, caller, matter_id, BUSINESS_ROLES)
    return register.ask_matter(tx, matter_id, reason, by=caller.account_id).id


async def export_matter(proving: Proving, caller: Caller, wanted: WantedProof) -> bytes:
    """The file, once that it leaves is in the journal.

    Raises:
        MatterNotFoundError, RoleMissingError: the caller may not have it.
        SecondPersonNeededError: it takes two persons, and `wanted` names no approved request.
        DisclosureNotOpenError: the named request is not approved, or not the caller's, or about another matter.
        DisclosureWordsError, DisclosureIdentifiesError: no reason is given, or one that names somebody.
        ProofTooLargeError: the contents are too many.
        ProofOutdatedError: a content was destroyed meanwhile.
        NoCurrentKeyError: this body has no key in force to sign the file with.

    """
    # Made away from the writer, which nobody may keep waiting, and noted before it is handed out.
    made = await proving.database.reader.read(lambda connection: _make(connection, proving, caller, wanted))
    await proving.database.writer.run(lambda tx: _note(tx, proving, caller, wanted, made))
    return made.file


def _make(connection: sa.Connection, proving: Proving, caller: Caller, wanted: WantedProof) -> _Made:
    identity, office, now = proving.identity, proving.office, proving.clock.now()
    at = proving.anchorage()
    _demand(connection, office, caller, wanted.matter_id, BUSINESS_ROLES if wanted.approved else _ALONE)
    evidence = gather(connection, identity.keyring, wanted.matter_id, at.start, contents=wanted.contents)
    reason = _reason(connection, proving, caller, wanted)
    if not wanted.approved and _for_named_persons(office.book, evidence.kinds):
        raise SecondPersonNeededError
    person = proving.actor_of(connection, caller.account_id)
    cover = Cover(
        county=identity.county,
        county_name=at.county_name,
        demo=identity.demo,
        body=identity.body,
        matter_id=wanted.matter_id,
        exported_at=now,
        name=person.name,
        post=person.post,
        reason=reason,
        contents=wanted.contents,
        opinion=office.book.document.zh,
        rulebook=office.book.fingerprint,
        anchor=at.anchor,
        journal=journal.head(connection),
    )
    directories = signed_directories(connection, at.start)
    key = identity.keyring.signing_key(identity.directory, now)
    return _Made(write_proof(cover, directories, evidence.entries, evidence.links, key), evidence)


def _note(tx: Transaction, proving: Proving, caller: Caller, wanted: WantedProof, made: _Made) -> None:
    if not contents_kept(tx.connection, made.evidence.opened):
        raise ProofOutdatedError
    digest = hashlib.sha256(made.file).digest()
    if wanted.approved:
        register.take(tx, wanted.approved, Kind.MATTER, by=caller.account_id, file_digest=digest.hex())
    parts = tuple(_letter_ids(made.evidence.entries)) if wanted.contents else ()
    note_export(tx, Export(ExportKind.PROOF, digest, caller.account_id, parts))
    facts = {
        "matter": wanted.matter_id,
        "digest": digest.hex(),
        "by": caller.account_id,
        "contents": wanted.contents,
        "reason": _reason(tx.connection, proving, caller, wanted) if not wanted.approved else "",
        "approved": wanted.approved,
    }
    journal.append(tx, EXPORTED, json.dumps(facts, sort_keys=True, ensure_ascii=False).encode())


def _reason(connection: sa.Connection, proving: Proving, caller: Caller, wanted: WantedProof) -> str:
    if not wanted.approved:
        return stated("reason", wanted.reason)
    now = proving.clock.now()
    asked = register.to_take(connection, wanted.approved, Kind.MATTER, now, by=caller.account_id)
    return register.about(asked, wanted.matter_id).reason


def _demand(connection: sa.Connection, office: Office, caller: Caller, matter_id: str, roles: frozenset[Role]) -> None:
    if matter_id in kept_out(connection, office):
        raise MatterNotFoundError(matter_id=matter_id[:64])
    Sight(caller, office.book).demand(connection, matter_id, roles, "ExportMatter")


def _for_named_persons(book: Rulebook, kinds: Iterable[str]) -> bool:
    """Whether one of the kinds is for named persons only; one that the rulebook does not know is kept as close."""
    return any(not book.knows_kind(kind) or book.kind(kind).confidentiality in NAMED_PERSONS_ONLY for kind in kinds)


def _letter_ids(entries: Iterable[ProvenEntry]) -> Iterable[str]:
    for one in entries:
        if one.content is not None:
            yield wire.decode_header(wire.decode_journaled(one.entry.payload).payload).letter_id
