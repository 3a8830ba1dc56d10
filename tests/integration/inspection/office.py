"""What an inspection office's use cases are handed in tests: decisions, a desk, and standings, all kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa

from services.chassis.clock import beijing_date
from services.chassis.journal import store as journal
from services.chassis.storage import Database, Transaction
from services.inspection.decisions import AGREE_PLAN, FIX_TARGETS, Decided, Scope
from services.inspection.replies.records import Reply
from services.inspection.rounds.plan import add_units, agree_plan, create_round, fix_targets, submit_plan
from services.inspection.rounds.records import NewRound, Round, RoundKind
from services.inspection.standing import LetterStanding, ToldNotice
from tests.integration.inspection.master_data import BODIES

T = TypeVar("T")
ASKED = ("discipline", "organization", "publicity", "petitions", "audit", "statistics", "congress", "cppcc")
NEW = NewRound(
    term_no=15, year=2026, seq=8, kind=RoundKind.ROUTINE, site_from=date(2026, 3, 16), site_to=date(2026, 5, 8)
)


class Decisions:
    """Decisions that were entered and confirmed."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Decided] = {}

    def record(self, purpose: str, scope: Scope, *, by: str = "leading_group") -> str:
        decision_id = f"d{len(self.known) + 1}"
        self.known[decision_id, purpose] = Decided(decision_id, by, date(2026, 3, 2), scope)
        return decision_id

    def __call__(self, tx: Transaction, decision_id: str, purpose: str, scope: Scope) -> Decided:
        del tx, scope
        return self.known[decision_id, purpose]


@dataclass
class Draft:
    draft_id: str
    kind: str
    recipients: tuple[str, ...]
    content: bytes
    content_type: str
    article_ids: tuple[str, ...]
    matter_ref: str


class Letters:
    """Where matters stand, what letters say, and what was told unasked."""

    def __init__(self) -> None:
        self.standings: dict[str, LetterStanding] = {}
        self.contents: dict[str, bytes] = {}
        self.told: list[ToldNotice] = []

    def standing(self, connection: sa.Connection, matter_id: str) -> LetterStanding | None:
        del connection
        return self.standings.get(matter_id)

    def content(self, connection: sa.Connection, letter_id: str) -> bytes | None:
        del connection
        return self.contents.get(letter_id)

    def findings(self, connection: sa.Connection, since: date) -> Sequence[ToldNotice]:
        del connection
        return [one for one in self.told if beijing_date(one.told_at) >= since]

    def answered(self, reply: Reply, **changes: object) -> None:
        """The reply stands in its matter, which waits for the office."""
        known = self.standings.get(reply.matter_id) or LetterStanding(state="signed_for", answered=reply.signed_at)
        stated: dict[str, Any] = {"state": "answered", "answers": (*known.answers, reply.letter_id), **changes}
        self.standings[reply.matter_id] = replace(known, **stated)

    def act(self, kind: str, matter_id: str) -> None:
        """Follow an act of the office in the matter."""
        state = {"request.accepted_reply": "settled", "request.returned": "returned"}[kind]
        self.standings[matter_id] = replace(self.standings[matter_id], state=state)


@dataclass
class Desk:
    """Keeps drafts and acts instead of showing them to a leader; matters follow its acts."""

    letters: Letters = field(default_factory=Letters)
    drafts: list[Draft] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)

    def is_given_up(self, tx: Transaction, draft_id: str) -> bool:
        del tx
        return draft_id in self.given_up

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
        draft_id = tx.new_id()
        made = Draft(draft_id, kind, tuple(recipients), content, content_type, tuple(article_ids), matter_ref)
        self.drafts.append(made)
        return draft_id

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
        self.letters.act(kind, matter_id)
        return self.draft(
            tx,
            kind,
            recipients=(),
            content=content,
            content_type=content_type,
            article_ids=article_ids,
            matter_ref=matter_id,
        )


def run(database: Database, unit: Callable[[Transaction], T]) -> T:
    return database.writer.run_sync(unit)


def journal_kinds(database: Database) -> list[str]:
    return [entry.kind for entry in database.reader.read_sync(journal.read)]


def fixed_round(database: Database, decisions: Decisions, units: Sequence[str] = ("U01", "U02")) -> Round:
    """A round whose targets are fixed; U02 is the audit bureau, one of the bodies."""

    def plan(tx: Transaction) -> Round:
        new = create_round(tx, NEW, by="a1")
        add_units(tx, new.round_id, units, BODIES, by="a1")
        submit_plan(tx, new.round_id, by="a1")
        scope = Scope(new.round_id, frozenset(units))
        agree_plan(tx, new.round_id, decisions.record(AGREE_PLAN, scope), decisions, by="a1")
        return fix_targets(
            tx,
            new.round_id,
            decisions.record(FIX_TARGETS, scope),
            decisions,
            bodies=BODIES,
            asked=ASKED,
            deciders=("leading_group",),
            by="a1",
        )

    return run(database, plan)
