"""What is left of a letter whose content was destroyed: that it was there, who signed it, who decided when and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from guantong.node.v1 import letters_service_pb2 as pb
from services.chassis.clock import beijing_date
from services.chassis.destruction import store
from services.chassis.destruction.model import GROUNDS, Destruction, Ground
from services.chassis.exchange.errors import RefusedError
from services.chassis.exchange.identity import Identity
from services.chassis.exchange.keeping import DESTROYED, read_destroyed
from services.chassis.exchange.model import StoredLetter
from services.chassis.exchange.naming import name_of
from services.chassis.exchange.proof import verify_journaled
from services.chassis.journal import store as journal
from services.chassis.timestamps import timestamp


@dataclass(frozen=True, slots=True)
class Remains:
    """The destruction as the contract tells it, and as lines a person reads."""

    message: pb.DestroyedContent
    lines: list[str]


def signature_holds(identity: Identity, letter: StoredLetter) -> bool:
    """Whether the signature over the letter's header verifies, for the time the letter was stored here."""
    try:
        verify_journaled(identity, letter.signed, letter.stored_at)
    except RefusedError:
        return False
    return True


def remains_of(
    connection: sa.Connection, identity: Identity, letter: StoredLetter, named: Callable[[str], str]
) -> Remains:
    """What is left of the letter; `named` gives the name and post of an account."""
    found = store.of_letter(connection, name_of(letter))
    if found is None or found.ground is Ground.KEY_STRUCK:
        return _unregistered(connection, identity, letter)
    holds = signature_holds(identity, letter)
    lines = ["信头签名验证通过" if holds else "信头签名验证未通过", _told(found, named)]
    return Remains(_message(found), lines)


def _unregistered(connection: sa.Connection, identity: Identity, letter: StoredLetter) -> Remains:
    """What is left where the register has no entry: by the journal, it was destroyed here, or it came without."""
    first = "信头签名验证通过" if signature_holds(identity, letter) else "信头签名验证未通过"
    for entry in journal.of_letter(connection, letter.header.letter_id):
        told = read_destroyed(entry.payload) if entry.kind == DESTROYED else None
        if told is not None and told[0] == name_of(letter):
            at = datetime.fromisoformat(told[1].first_at) if told[1].first_at else entry.written_at
            day = beijing_date(at)
            line = f"内容已于{day.year}年{day.month}月{day.day}日销毁；本节点曾由备份恢复，决定见原销毁登记"
            message = pb.DestroyedContent(destroyed_time=timestamp(at), ground=told[1].ground)
            return Remains(message, [first, line])
    return Remains(pb.DestroyedContent(), [first, "内容在送达本单位之前已销毁"])


def _message(found: Destruction) -> pb.DestroyedContent:
    if found.settled_at is None or found.settled_by is None:
        return pb.DestroyedContent()
    return pb.DestroyedContent(
        destruction_id=found.id,
        destroyed_time=timestamp(found.settled_at),
        ground=found.ground.value,
        asked_by=found.asked_by,
        approved_by=found.settled_by,
    )


def _told(found: Destruction, named: Callable[[str], str]) -> str:
    if found.settled_at is None or found.settled_by is None:
        return "内容已销毁"
    day, ground = beijing_date(found.settled_at), GROUNDS[found.ground][0]
    two = f"{named(found.asked_by)}申请、{named(found.settled_by)}批准"
    document = f"（{found.document_number}）" if found.document_number else ""
    return f"内容已于{day.year}年{day.month}月{day.day}日依“{ground}”{document}销毁，{two}（两人）"
