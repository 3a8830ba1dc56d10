"""Whatever people do at the desk, in whatever order: what leaves is what was shown, and numbers have no gaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.chassis.desk import drafts
from services.chassis.desk.authority import AUTHORITY_LASTS, SigningAuthority
from services.chassis.desk.drafts import Seen
from services.chassis.desk.errors import DraftContentGoneError
from services.chassis.desk.numbers import numbers_given
from services.chassis.desk.queries import Viewer, list_drafts, shown
from services.chassis.desk.records import DraftState
from services.chassis.desk.rights import Reach
from services.chassis.desk.signing import Signed, ToSign, sign
from services.chassis.errors import GuantongError
from services.chassis.storage import METADATA, Transaction
from services.chassis.storage.engine import parse_url, writer_engine
from services.chassis.testing.clock import FixedClock
from tests.integration.desk.desk_for_tests import (
    CLERK,
    KEYRING,
    LEADER,
    OTHER_CLERK,
    REVIEWED_KIND,
    REVIEWER,
    Outbox,
    a_desk,
    a_new,
    notice,
)

T = TypeVar("T")
PEOPLE = st.sampled_from([CLERK, OTHER_CLERK, REVIEWER, LEADER])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
SLOTS = st.sampled_from([0, 1, 2])
# Mostly the newest screen; sometimes one that was left open while others worked.
SCREENS = st.sampled_from([-1, -1, -1, -2])
PASSWORD_AGES = st.sampled_from([timedelta(0), timedelta(seconds=90), timedelta(minutes=5)])
BETWEEN = st.sampled_from(["", "", "", "edit", "rows", "return"])
NEW = (("arrangement.brief", "inspection"), (REVIEWED_KIND, "inspection"), ("arrangement.brief", "audit"))
"""A plain letter, one of a kind that is reviewed, and one that the way out refuses."""


@dataclass
class Screen:
    """What one person has in front of them: a text with its digest, as it stood when they looked."""

    revision: int
    digest: bytes
    content: bytes


@dataclass
class Model:
    """What must be true of one draft, told without looking into the database."""

    draft_id: str
    reviewed: bool
    starter: str
    writer: str
    revision: int = 1
    state: DraftState = DraftState.DRAFTING
    approved: bool = False
    stale: bool = False
    edited_since_stale: bool = False
    screens: list[Screen] = field(default_factory=list)


class DeskHistories(RuleBasedStateMachine):
    """Every example is one transaction that is rolled back at its end; every act is a savepoint of its own."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__()
        self.connection = connection
        self.whole = connection.begin()
        self.clock = FixedClock()
        self.outbox = Outbox(refuse_recipient="audit")
        self.desk = a_desk(self.outbox)
        self.letters: dict[str, bytes] = {}
        self.models: list[Model] = []

    @initialize(by=PEOPLE)
    def open(self, by: str) -> None:
        self.models = [self.start(by, slot) for slot in range(3)]

    def teardown(self) -> None:
        self.whole.rollback()

    def do(self, unit: Callable[[Transaction], T]) -> T:
        tx = Transaction(self.connection, self.clock.now())
        with tx.savepoint():
            result = unit(tx)
        for callback in tx.callbacks:
            callback()
        return result

    def start(self, by: str, slot: int) -> Model:
        kind, recipient = NEW[slot]
        new = a_new(notice(), kind, recipient)
        draft = self.do(lambda tx: drafts.create_draft(tx, self.desk, new, by))
        return Model(draft.draft_id, kind == REVIEWED_KIND, by, by)

    def look(self, slot: int, screen: int) -> tuple[Model, Seen, Screen]:
        """The draft in a slot as somebody has it on their screen; a finished draft is replaced by a new one."""
        model = self.models[slot]
        if model.state in {DraftState.SENT, DraftState.DISCARDED}:
            self.models[slot] = model = self.start(CLERK, slot)
        now = shown(self.connection, KEYRING, model.draft_id)
        model.screens.append(Screen(now.revision.number, now.revision.digest, now.text.content))
        chosen = model.screens[max(screen, -len(model.screens))]
        return model, Seen(model.draft_id, chosen.revision), chosen

    def done(self, unit: Callable[[Transaction], object]) -> object:
        try:
            return self.do(unit)
        except GuantongError:
            return None

    @rule(slot=SLOTS, screen=SCREENS, by=PEOPLE, text=TEXTS)
    def edit(self, slot: int, screen: int, by: str, text: str) -> None:
        model, seen, _ = self.look(slot, screen)
        done = self.done(lambda tx: drafts.edit_draft(tx, self.desk, seen, notice(text), by))
        assert bool(done) == (seen.revision == model.revision)
        if done:
            model.revision, model.writer = model.revision + 1, by
            model.state, model.approved = DraftState.DRAFTING, False
            model.edited_since_stale = model.stale

    @rule(slot=SLOTS, screen=SCREENS, review=st.booleans(), acknowledge=st.booleans())
    def submit(self, slot: int, screen: int, *, review: bool, acknowledge: bool) -> None:
        model, seen, _ = self.look(slot, screen)
        act = drafts.submit_for_review if review else drafts.submit_for_signature
        if self.done(lambda tx: act(tx, self.desk, seen, CLERK, acknowledge_stale=acknowledge)):
            assert seen.revision == model.revision
            assert review or model.approved or not model.reviewed
            assert not model.stale or (acknowledge and model.edited_since_stale)
            model.state = DraftState.IN_REVIEW if review else DraftState.TO_SIGN
            model.approved = model.approved and not review
            model.stale = False

    @rule(slot=SLOTS, text=TEXTS, between=BETWEEN, screen=SCREENS, age=PASSWORD_AGES)
    def ordinary_day(self, slot: int, text: str, between: str, screen: int, age: timedelta) -> None:
        """Written, checked, brought to the leader and signed; or something comes between."""
        self.edit(slot, -1, OTHER_CLERK, text)
        self.submit(slot, -1, review=self.models[slot].reviewed, acknowledge=True)
        if self.models[slot].reviewed:
            self.approve(slot, -1, REVIEWER)
        if between == "edit":
            self.edit(slot, -1, CLERK, text)
        elif between == "rows":
            self.rows_change(slot)
        elif between == "return":
            self.give_back_or_up(slot, give_up=False)
        self.put_name_to(slot, screen, age)

    @rule(slot=SLOTS, screen=SCREENS, by=PEOPLE)
    def approve(self, slot: int, screen: int, by: str) -> None:
        model, seen, _ = self.look(slot, screen)
        if self.done(lambda tx: drafts.approve(tx, self.desk, seen, by)):
            assert (model.state, model.revision) == (DraftState.IN_REVIEW, seen.revision)
            assert by not in {model.starter, model.writer}
            assert not model.stale
            model.state, model.approved = DraftState.TO_SIGN, True

    @rule(slot=SLOTS, give_up=st.booleans())
    def give_back_or_up(self, slot: int, *, give_up: bool) -> None:
        model, seen, _ = self.look(slot, -1)
        if give_up:
            assert self.done(lambda tx: drafts.discard(tx, self.desk, seen, "作废", CLERK))
            model.state = DraftState.DISCARDED
        elif self.done(lambda tx: drafts.return_with_remarks(tx, self.desk, seen, "退回", REVIEWER)):
            model.state = DraftState.RETURNED

    @rule(slot=SLOTS)
    def rows_change(self, slot: int) -> None:
        model, _, _ = self.look(slot, -1)
        assert self.do(lambda tx: drafts.mark_stale(tx, self.desk, model.draft_id, "台账变化"))
        model.stale, model.edited_since_stale = True, False

    @rule(slot=SLOTS, screen=SCREENS, age=PASSWORD_AGES)
    def put_name_to(self, slot: int, screen: int, age: timedelta) -> None:
        model, seen, chosen = self.look(slot, screen)
        what = ToSign(model.draft_id, chosen.revision, chosen.digest)
        authority = SigningAuthority(LEADER, "甲", "局长", "", None, self.clock.now() - age)
        ready = (
            model.state is DraftState.TO_SIGN
            and seen.revision == model.revision
            and (model.approved or not model.reviewed)
            and not model.stale
            and age <= AUTHORITY_LASTS
            and NEW[slot][1] != self.outbox.refuse_recipient
        )
        signed = self.done(lambda tx: sign(tx, self.desk, what, authority))
        assert isinstance(signed, Signed) == ready
        if ready:
            self.letters[model.draft_id] = chosen.content
            model.state = DraftState.SENT

    @invariant()
    def what_left_is_what_was_shown(self) -> None:
        assert {letter.draft_id: letter.text.content for letter in self.outbox.left} == self.letters

    @invariant()
    def numbers_have_no_gaps(self) -> None:
        given = numbers_given(self.connection, "青审函", 2026)
        assert [entry.number.number for entry in given] == list(range(1, len(self.letters) + 1))
        assert [entry.draft_id for entry in given] == [letter.draft_id for letter in self.outbox.left]

    @invariant()
    def every_draft_stands_where_it_was_brought(self) -> None:
        everything = Viewer(LEADER, (Reach(trusted=True),))
        stored = {draft.draft_id: draft for draft in list_drafts(self.connection, everything)}
        for model in self.models:
            draft = stored[model.draft_id]
            assert (draft.state, draft.revision) == (model.state, model.revision)

    @invariant()
    def words_of_discarded_drafts_are_gone(self) -> None:
        for model in self.models:
            if model.state is DraftState.DISCARDED:
                with pytest.raises(DraftContentGoneError):
                    shown(self.connection, KEYRING, model.draft_id)


def test_no_history_breaks_a_promise_of_the_desk(tmp_path: Path):
    engine = writer_engine(parse_url(f"sqlite:///{tmp_path / 'desk.sqlite'}"))
    METADATA.create_all(engine)
    with engine.connect() as connection:
        run_state_machine_as_test(
            lambda: DeskHistories(connection),  # type: ignore[arg-type]  # any factory will do
            settings=settings(max_examples=20, stateful_step_count=30, deadline=None),
        )
    engine.dispose()
