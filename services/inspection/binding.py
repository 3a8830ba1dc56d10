"""Binds what the office needs to the node's own desk, decisions, matters, due dates and letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from services.chassis.clock import beijing_date
from services.chassis.correspondence.clocks import COMPLETION
from services.chassis.correspondence.office import Office
from services.chassis.correspondence.write import Outgoing, write
from services.chassis.deadlines.queries import deadlines_of
from services.chassis.desk import decisions as desk_decisions
from services.chassis.desk import store as drafts
from services.chassis.desk.decision_records import Scope as DeskScope
from services.chassis.desk.desk import Desk, Dispatch, SignedDraft, Text
from services.chassis.desk.drafts import NewDraft, create_draft
from services.chassis.desk.records import Address, DraftState
from services.chassis.dossiers import queries as dossiers
from services.chassis.exchange.model import Direction, StoredLetter
from services.chassis.exchange.reading import LetterFilter, letter, listed
from services.chassis.identity.keys import Keyring
from services.chassis.matters.evidence import ladder
from services.chassis.matters.model import Medium, Rung, State, Step
from services.chassis.storage import Transaction
from services.inspection.decisions import Decided, Scope
from services.inspection.letters.store import matter_opened
from services.inspection.standing import Findings, LetterStanding, OpenContent, ToldNotice

DUTY_FINDING = "duty_finding.notice"


def confirmed_decision(tx: Transaction, decision_id: str, purpose: str, scope: Scope) -> Decided:
    """The decision, if it counts and covers exactly this; the desk's own errors otherwise."""
    wanted = DeskScope(scope.round_id, scope.unit_ids, scope.person_ids)
    found = desk_decisions.require_decision(tx, decision_id, purpose, wanted).text
    covered = Scope(found.scope.round_id, found.scope.unit_ids, found.scope.person_ids)
    return Decided(decision_id, found.decided_by, found.decided_on, covered)


@dataclass(frozen=True)
class DeskOutgoing:
    """Drafts at the node's desk; the node itself is the writer, so anyone of the office may check the draft.

    Where a dispatch gives the letter, and so its matter, another id than the draft names, `telling_rounds` follows.
    """

    desk: Desk

    def draft(
        self,
        tx: Transaction,
        kind: str,
        *,
        recipients: Sequence[str],
        content: bytes,
        content_type: str,
        article_ids: Sequence[str],
        matter_ref: str,
    ) -> str:
        """Start the draft; the letter it becomes bears the matter's id, where the node's dispatch lets it."""
        bodies = tuple(ref.partition("/")[0] for ref in recipients)
        sub_unit = recipients[0].partition("/")[2]
        new = NewDraft(
            Address(kind, bodies, recipient_sub_unit=sub_unit, matter_id=matter_ref),
            Text(content_type, content),
            article_ids=tuple(article_ids),
        )
        return create_draft(tx, self.desk, new, "").draft_id

    def is_given_up(self, tx: Transaction, draft_id: str) -> bool:
        """Whether the draft was given up."""
        return drafts.get(tx.connection, draft_id).state is DraftState.DISCARDED


def telling_rounds(dispatch: Dispatch) -> Dispatch:
    """`dispatch`, which then tells the round that a signed draft has opened its matter."""

    def dispatched(tx: Transaction, signed: SignedDraft) -> str:
        letter_id = dispatch(tx, signed)
        matter_opened(tx, signed.draft_id, letter_id)
        return letter_id

    return dispatched


@dataclass(frozen=True)
class CorrespondenceActs:
    """Sends acts by the node's correspondence."""

    office: Office

    def send(
        self,
        tx: Transaction,
        kind: str,
        *,
        matter_id: str,
        content: bytes,
        content_type: str,
        article_ids: Sequence[str],
    ) -> str:
        """Write the act to the matter's other side; the content's type follows from the kind."""
        del content_type
        peer = dossiers.get(tx.connection, matter_id).header.counterparty
        return write(
            tx, self.office, Outgoing(kind, peer, content, matter_id, article_ids=tuple(article_ids))
        ).letter_id


def standing_of(connection: sa.Connection, matter_id: str) -> LetterStanding | None:
    """Where the matter stands by both sides' acts, and by when the addressee owes; None while it is not opened."""
    if dossiers.head(connection, matter_id) is None:
        return None
    found = dossiers.get(connection, matter_id)
    # Sent from the moment it is in the outbox: nothing but the recipient's receipt takes it out again.
    rungs = ladder(found.matter.standing, found.matter.standing.reached(Rung.WRITTEN))
    clocks = deadlines_of(connection, matter_id)
    clock = clocks[0] if clocks else None

    def at(rung: Rung) -> Step | None:
        return rungs.get(rung)

    signed_for = at(Rung.SIGNED_FOR)
    times = {rung.value: step.at for rung in _SHOWN if (step := at(rung)) is not None}
    return LetterStanding(
        state=found.head.state.value,
        mark=signed_for.medium.value if signed_for and signed_for.medium is not Medium.NODE else "",
        due=clock.due_date if clock else None,
        original_due=clock.original_due_date if clock else None,
        # Behind the first: a request may set a date of its own from the start, which is no completion.
        completion_due=next((one.due_date for one in reversed(clocks[1:]) if one.rule_id == COMPLETION), None),
        provisional=clock.provisional if clock else False,
        answers=found.matter.standing.answers,
        **times,
    )


_SHOWN = (Rung.SENT, Rung.STORED, Rung.VIEWED, Rung.SIGNED_FOR, Rung.ACCEPTED, Rung.ANSWERED)


def findings_reader(keyring: Keyring) -> Findings:
    """Reads the notices of duty findings that came in, with the node's storage keys."""

    def read(connection: sa.Connection, since: date) -> Sequence[ToldNotice]:
        found = [one for one in _came(connection) if beijing_date(_told_at(one)) >= since]
        told = (_told(connection, keyring, one) for one in found if _stands(connection, one))
        return sorted((one for one in told if one is not None), key=lambda one: (one.told_at, one.letter_id))

    return read


def _came(connection: sa.Connection) -> Iterator[StoredLetter]:
    """Every notice of duty findings, without its words; a county has a few dozen a year."""
    wanted = LetterFilter(Direction.IN, kind=DUTY_FINDING)
    page = listed(connection, wanted)
    while page:
        yield from page
        page = listed(connection, wanted, before=page[-1].journal_sequence)


def _told_at(one: StoredLetter) -> datetime:
    return one.header.signer.signed_at if one.header.signer else one.header.written_at


def _stands(connection: sa.Connection, one: StoredLetter) -> bool:
    """Whether it was handled and not called off since."""
    head = dossiers.head(connection, one.header.matter_id)
    return head is not None and head.state not in {State.RECALLED, State.CLOSED}


def _told(connection: sa.Connection, keyring: Keyring, one: StoredLetter) -> ToldNotice | None:
    header = one.header
    data = letter(connection, keyring, header.letter_id).content
    if data is None:
        return None
    return ToldNotice(
        letter_id=header.letter_id,
        sender=header.sender,
        told_at=_told_at(one),
        document_number=header.document_number,
        content=data,
    )


def content_opener(keyring: Keyring) -> OpenContent:
    """Opens contents of letters with the node's storage keys."""

    def open_content(connection: sa.Connection, letter_id: str) -> bytes | None:
        return letter(connection, keyring, letter_id).content

    return open_content
