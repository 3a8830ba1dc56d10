"""The office works with the node's real desk, decisions, matters and due dates: a letter signed, answered, accepted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.body import load_body
from services.chassis.correspondence.office import Office, Received
from services.chassis.correspondence.receive import receive
from services.chassis.correspondence.steps import Actor, PaperStep, on_paper
from services.chassis.desk.authority import SigningAuthority
from services.chassis.desk.decision_records import DecisionText, Form
from services.chassis.desk.decision_records import Scope as DeskScope
from services.chassis.desk.decisions import confirm_decision, record_decision
from services.chassis.desk.desk import Desk, KindRules, SignedDraft
from services.chassis.desk.drafts import Seen, discard, submit_for_signature
from services.chassis.desk.errors import DecisionMissingError
from services.chassis.desk.queries import shown
from services.chassis.desk.records import Address
from services.chassis.desk.signing import ToSign, sign
from services.chassis.exchange.model import (
    Direction,
    LetterDraft,
    LetterHeader,
    LetterState,
    SentCopy,
    SentLetter,
    SignedBytes,
    Signer,
    StoredLetter,
)
from services.chassis.identity.keys import KeyPair, Keyring, Purpose
from services.chassis.matters.model import Event
from services.chassis.node.outgoing import dispatch, rules_of
from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.load import load
from services.chassis.storage import Database, Transaction
from services.chassis.storage.schema import import_tables
from services.chassis.testing.clock import FixedClock
from services.inspection.binding import (
    CorrespondenceActs,
    DeskOutgoing,
    confirmed_decision,
    standing_of,
)
from services.inspection.body import BODY, TABLES
from services.inspection.decisions import Decided, Scope
from services.inspection.letters.prepare import prepare_request_letters
from services.inspection.letters.store import RoundLetter, letter_of_matter, letters_of
from services.inspection.newinfo.forwarding import list_entries
from services.inspection.replies.records import SectionReason
from services.inspection.replies.settling import Officer, accept_reply, return_reply
from services.inspection.replies.store import replies_in
from services.inspection.rounds.records import Round
from services.inspection.standing import LetterStanding
from tests.integration.inspection.master_data import load_master_data
from tests.integration.inspection.office import Decisions, fixed_round, run

START = datetime(2026, 1, 1, tzinfo=UTC)
KEYRING = Keyring.of("inspection", KeyPair.generate(Purpose.STORAGE, START))
CONTACT = content.Contact(name="壬某")
CODE = "petitions.petitions"


@dataclass
class Node:
    """The office's node without a bus: what it sends is numbered and forgotten."""

    database: Database
    book: Rulebook
    numbers: dict[str, int] = field(default_factory=dict)

    def send(self, tx: Transaction, draft: LetterDraft) -> SentLetter:
        copies = []
        for recipient in draft.recipients:
            self.numbers[recipient] = self.numbers.get(recipient, 0) + 1
            copies.append(SentCopy(recipient, self.numbers[recipient], bytes(32), 1))
        return SentLetter(draft.letter_id, tx.now, tuple(copies))

    @property
    def office(self) -> Office:
        def hook(tx: Transaction, received: Received) -> None:
            BODY.handlers[received.letter.header.kind](tx, received.letter)

        return Office("inspection", self.book, self.send, dict.fromkeys(BODY.handlers, (hook,)))

    @property
    def desk(self) -> Desk:
        def rules(address: Address, on: date) -> KindRules:
            return replace(rules_of(self.book, "inspection", address, on), review_needed=False)

        def send_signed(tx: Transaction, signed: SignedDraft) -> str:
            return dispatch(tx, self.office, signed)

        return Desk(KEYRING, rules, BODY.dispatching(send_signed))


@pytest.fixture
def node(database: Database) -> Node:
    load_master_data(database)
    return Node(database, load())


@pytest.fixture
def current(node: Node) -> Round:
    return fixed_round(node.database, Decisions())


def prepare(node: Node, current: Round) -> dict[str, RoundLetter]:
    outgoing = DeskOutgoing(node.desk)
    run(
        node.database,
        lambda tx: prepare_request_letters(tx, outgoing, node.book, current.round_id, contact=CONTACT, by="a1"),
    )
    return {one.body: one for one in node.database.reader.read_sync(lambda c: letters_of(c, current.round_id))}


def signed(node: Node, letter: RoundLetter) -> None:
    def act(tx: Transaction) -> None:
        submit_for_signature(tx, node.desk, Seen(letter.draft_id, 1), "a1")
        digest = shown(tx.connection, KEYRING, letter.draft_id).revision.digest
        authority = SigningAuthority("head", "癸某", "主任", "", None, tx.now)
        sign(tx, node.desk, ToSign(letter.draft_id, 1, digest), authority)

    run(node.database, act)


def standing(node: Node, matter_id: str) -> LetterStanding | None:
    return node.database.reader.read_sync(lambda c: standing_of(c, matter_id))


def incoming(kind: str, message: object, header: dict[str, object], at: datetime) -> StoredLetter:
    data = message.SerializeToString()  # type: ignore[attr-defined]
    stated = {"letter_id": f"in-{kind}", "matter_id": f"in-{kind}", **header}
    made = LetterHeader(
        county="demo",
        demo=True,
        suite="guantong-1",
        sender="petitions",
        recipient="inspection",
        number=1,
        previous_digest=bytes(32),
        kind=kind,
        content_digest=hashlib.sha256(data).digest(),
        written_at=at,
        signing_key_id="k",
        content_type=str(message.DESCRIPTOR.full_name),  # type: ignore[attr-defined]
        signer=Signer("子某", "局长", at),
        document_number="青信函〔2026〕1号",
        **stated,  # type: ignore[arg-type]
    )
    proof = SignedBytes(b"", b"", "k", "guantong-1")
    return StoredLetter(made, proof, b"", data, Direction.IN, LetterState.STORED, at + timedelta(minutes=1), 1)


def answered(node: Node, letter: RoundLetter, at: datetime) -> None:
    """The petitions bureau has nothing to tell about any unit."""
    section = content.Section(code=CODE, state=content.SECTION_STATE_NONE)
    reply = content.InfoReply(
        units=[content.UnitReply(unit_id=unit_id, sections=[section]) for unit_id in letter.unit_ids],
        nothing_to_tell_reason="近三年无相关信访",
    )
    header: dict[str, object] = {"matter_id": letter.matter_id, "letter_id": "reply-1"}
    run(node.database, lambda tx: receive(tx, node.office, incoming("info.reply", reply, header, at)))


@pytest.mark.article("A3.2h")
def test_a_letter_is_drafted_signed_received_answered_and_accepted(node: Node, current: Round, clock: FixedClock):
    drafted = prepare(node, current)["petitions"]
    assert standing(node, drafted.matter_id) is None

    signed(node, drafted)
    letter = node.database.reader.read_sync(lambda c: letter_of_matter(c, drafted.matter_id))
    assert letter == drafted
    paper = PaperStep(Event.SIGNED_FOR, clock.now(), "丑某", bytes(32))
    run(node.database, lambda tx: on_paper(tx, node.office, letter.matter_id, paper, Actor("壬某", "干部")))
    received = standing(node, letter.matter_id)
    assert received is not None
    assert (received.state, received.mark, received.due) == ("signed_for", "paper", date(2026, 3, 9))

    assert received.sent is not None

    at = clock.advance(days=3)
    answered(node, letter, at)
    kept = node.database.reader.read_sync(lambda c: replies_in(c, [letter.matter_id]))[letter.matter_id]
    assert [(one.letter_id, one.signed_at, len(one.answers)) for one in kept] == [("reply-1", at, 2)]

    acts = CorrespondenceActs(node.office)
    officer = Officer("a1", "壬某", "巡察办干部")
    accepted = run(node.database, lambda tx: accept_reply(tx, acts, standing_of, letter.matter_id, officer))
    after = standing(node, letter.matter_id)
    assert accepted == kept[0]
    assert after is not None
    assert (after.state, after.answered, after.due) == ("settled", at, date(2026, 3, 9))


@pytest.mark.article("A3.2h")
def test_a_returned_reply_has_a_second_date_and_the_first_one_stays(node: Node, current: Round, clock: FixedClock):
    letter = prepare(node, current)["petitions"]
    signed(node, letter)
    paper = PaperStep(Event.SIGNED_FOR, clock.now(), "丑某", bytes(32))
    run(node.database, lambda tx: on_paper(tx, node.office, letter.matter_id, paper, Actor("壬某", "干部")))
    at = clock.advance(days=3)
    answered(node, letter, at)

    reasons = [SectionReason("U01", CODE, "请补充办理结果")]
    acts, officer, target = CorrespondenceActs(node.office), Officer("a1", "壬某", "巡察办干部"), date(2026, 3, 12)
    run(
        node.database,
        lambda tx: return_reply(tx, acts, standing_of, letter.matter_id, officer, reasons=reasons, target_date=target),
    )
    now = standing(node, letter.matter_id)

    assert now is not None
    assert (now.state, now.due, now.completion_due) == ("returned", date(2026, 3, 9), target)
    assert now.answered == at


def test_a_draft_given_up_at_the_desk_makes_room_for_another(node: Node, current: Round):
    first = prepare(node, current)["audit"]

    run(node.database, lambda tx: discard(tx, node.desk, Seen(first.draft_id, 1), "误拟", "a1"))
    again = prepare(node, current)

    assert again["audit"].draft_id != first.draft_id
    assert len(again) == 6


@pytest.mark.article("A3.2j")
def test_a_notice_comes_to_the_office_list(node: Node, current: Round, clock: FixedClock):
    message = content.NewInfo(
        unit=content.UnitReference(unit_id="U01"),
        subject=content.NEW_INFO_SUBJECT_MEMBER,
        summary="反映某问题",
        de_identified=True,
    )
    header: dict[str, object] = {"letter_id": "n0", "matter_id": "n0"}
    letter = incoming("new_info.notice", message, header, clock.now())
    run(node.database, lambda tx: receive(tx, node.office, letter))

    entries = node.database.reader.read_sync(lambda c: list_entries(c, current.round_id, 10))
    assert [(one.letter_id, one.from_body, one.outside_site_stage) for one in entries] == [("n0", "petitions", True)]


@pytest.mark.article("A1.2b")
def test_a_recorded_decision_counts_once_confirmed_and_for_exactly_its_units(node: Node):
    scope = DeskScope("r1", frozenset({"U01", "U02"}))
    text = DecisionText(
        "leading_group",
        "青巡组〔2026〕2号",
        date(2026, 3, 2),
        Form.MEETING,
        ("组长",),
        frozenset({"targets.fix"}),
        scope,
        bytes(32),
    )
    made = run(node.database, lambda tx: record_decision(tx, text, "a1"))

    def ask(*units: str) -> Decided:
        wanted = Scope("r1", frozenset(units))
        return run(node.database, lambda tx: confirmed_decision(tx, made.decision_id, "targets.fix", wanted))

    with pytest.raises(DecisionMissingError):
        ask("U01", "U02")
    run(node.database, lambda tx: confirm_decision(tx, made.decision_id, made.digest, "a2"))

    assert ask("U01", "U02") == Decided(
        made.decision_id, "leading_group", date(2026, 3, 2), Scope("r1", scope.unit_ids)
    )
    for units in (("U01",), ("U01", "U02", "U03")):
        with pytest.raises(DecisionMissingError):
            ask(*units)


def test_the_office_declares_its_ledgers_its_handlers_and_all_its_tables():
    assert load_body("inspection") is BODY
    assert set(BODY.handlers) == {"info.reply", "info.supplement", "opinion.reply", "new_info.notice"}
    own = {name for name in import_tables("services.inspection") if name.startswith("inspection_")}
    assert own == {table.name for table in TABLES} | {ledger.name for ledger in BODY.ledgers}
