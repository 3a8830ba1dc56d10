"""A desk with keys of its own, rules of a fictional office, and a way out that remembers what left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeVar

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.desk.authority import SigningAuthority
from services.chassis.desk.desk import Desk, KindRules, SignedDraft, Text
from services.chassis.desk.drafts import NewDraft, Seen, create_draft, submit_for_signature
from services.chassis.desk.queries import shown
from services.chassis.desk.records import Address, Draft
from services.chassis.desk.signing import ToSign
from services.chassis.errors import Fault, GuantongError
from services.chassis.identity.keys import KeyPair, Keyring, Purpose
from services.chassis.storage import Database, Transaction

T = TypeVar("T")
CLERK, OTHER_CLERK, REVIEWER, LEADER = "clerk-1", "clerk-2", "reviewer-1", "leader-1"
REVIEWED_KIND, ANSWERING_KIND = "opinion.request", "info.reply"
REFUSED_KIND = "unknown.kind"
PREPARED_KIND, OPENING_KIND = "info.request", "periodic_report"
NOTICE, REPLY = "guantong.exchange.v1.Notice", "guantong.exchange.v1.InfoReply"
KEYRING = Keyring.of("audit", KeyPair.generate(Purpose.STORAGE, datetime(2026, 1, 1, tzinfo=UTC)))


class NoSuchLetterError(GuantongError):
    """The fictional office writes no such letter."""

    reason = "NO_SUCH_LETTER"
    fault = Fault.STATE


def rules(address: Address, on: date) -> KindRules:
    del on
    if address.kind == REFUSED_KIND:
        raise NoSuchLetterError
    confidentiality = "P3" if address.kind == "new_info.notice" else "P2"
    return KindRules(
        series="青审函",
        content_type=REPLY if address.kind == ANSWERING_KIND else NOTICE,
        article_ids=("A3.2f", "A3.2h"),
        confidentiality=confidentiality,
        review_needed=address.kind == REVIEWED_KIND,
        by_hand=address.kind != PREPARED_KIND,
        opens_matter=address.kind == OPENING_KIND,
        recipient_sub_unit="intake" if address.kind == "new_info.notice" else "",
        sub_units=frozenset({"room-1", "room-2"}),
    )


@dataclass
class Outbox:
    """Remembers what left, in the transaction's order; refuses letters of one body on demand."""

    refuse_recipient: str = ""
    left: list[SignedDraft] = field(default_factory=list)

    def dispatch(self, tx: Transaction, letter: SignedDraft) -> str:
        if self.refuse_recipient in letter.address.recipients:
            raise NoSuchLetterError
        letter_id = tx.new_id()
        tx.after_commit(lambda: self.left.append(letter))
        return letter_id


def a_desk(outbox: Outbox | None = None) -> Desk:
    return Desk(KEYRING, rules, (outbox or Outbox()).dispatch)


def notice(text: str = "现将有关情况通报如下。") -> Text:
    message = content.Notice(title="情况通报", text=text)
    return Text(NOTICE, message.SerializeToString())


def a_new(text: Text | None = None, kind: str = "arrangement.brief", recipient: str = "inspection") -> NewDraft:
    return NewDraft(Address(kind, (recipient,)), text or notice())


def authority(now: datetime, sub_unit: str | None = None) -> SigningAuthority:
    return SigningAuthority(LEADER, "甲", "局长", "", sub_unit, now)


def do(database: Database, unit: Callable[[Transaction], T]) -> T:
    return database.writer.run_sync(unit)


def started(database: Database, desk: Desk, new: NewDraft | None = None, by: str = CLERK) -> Draft:
    return do(database, lambda tx: create_draft(tx, desk, new or a_new(), by))


def to_sign(database: Database, desk: Desk, new: NewDraft | None = None) -> ToSign:
    """A draft on the leader's table, as it was displayed there."""
    draft = started(database, desk, new)
    do(database, lambda tx: submit_for_signature(tx, desk, Seen(draft.draft_id, 1), CLERK))
    return displayed(database, draft.draft_id)


def displayed(database: Database, draft_id: str) -> ToSign:
    seen = database.reader.read_sync(lambda connection: shown(connection, KEYRING, draft_id))
    return ToSign(draft_id, seen.revision.number, seen.revision.digest)
