"""A node may die at every commit of a conversation: one draft, one number, each reminder and each entry once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from services.chassis.correspondence import steps
from services.chassis.correspondence.contents import words_of
from services.chassis.correspondence.write import Outgoing, write
from services.chassis.desk import drafts
from services.chassis.desk.authority import SigningAuthority
from services.chassis.desk.drafts import Seen
from services.chassis.desk.numbers import numbers_given
from services.chassis.desk.queries import Viewer, list_drafts, shown
from services.chassis.desk.records import Draft, DraftState
from services.chassis.desk.rights import Reach
from services.chassis.desk.signing import ToSign, sign
from services.chassis.exchange.model import Signer
from services.chassis.exchange.reading import LetterFilter
from services.chassis.exchange.verify import verify_journal
from services.chassis.journal import store as journal
from services.chassis.node.assemble import Foundation, wire
from services.chassis.node.upkeep import go_round
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import Crash, CrashError, FragileWriter, have_met
from tests.fixtures.offices import CLERK, LEADER, REVIEWER, OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import finished, on, request

OFFICE, AUDIT = "inspection", "audit"
LATE = date(2026, 3, 12)
Step = Callable[[WholeOffice], Awaitable[object]]


@dataclass
class Life:
    """A request from its letter to the signed reply, while one of the two nodes dies once."""

    county: OfficeCounty
    crash: Crash
    died_in: list[str] = field(default_factory=list)

    async def live(self) -> None:
        await self.county.open(OFFICE, AUDIT)
        for body in (OFFICE, AUDIT):
            await self.reopen(body)
        await self.does(OFFICE, "ask", self.ask, "info.request")
        await self.deliver()
        (self.matter_id,) = self.sent(OFFICE, "info.request")
        await self.does(AUDIT, "sign for", self.sign_for, "matter.signed_for")
        await self.deliver()
        self.county.clock.set(on(LATE))
        for body in (OFFICE, AUDIT):
            for _ in range(2):
                await self.survives(body, "round", lambda it: go_round(it.node))
        await self.deliver()
        await self.does(AUDIT, "reply", self.bring_reply_on, "info.reply")
        await self.deliver()

    def ask(self, it: WholeOffice) -> None:
        signer = Signer("甲某", "巡察办主任", self.county.clock.now())
        out = Outgoing("info.request", AUDIT, words_of(request(self.county.book, AUDIT)), signer=signer)
        it.do(lambda tx: write(tx, it.node.office, out))

    def sign_for(self, it: WholeOffice) -> None:
        it.do(lambda tx: steps.sign_for(tx, it.node.office, self.matter_id, it.actor))

    def bring_reply_on(self, it: WholeOffice) -> None:
        """The next thing that a person does with the reply, by what they see of it."""
        (draft,) = self.drafts()
        desk, seen = it.node.desk, Seen(draft.draft_id, draft.revision)
        if draft.revision == 1:
            it.rewritten(draft, finished(it, self.matter_id))
        elif draft.state is DraftState.IN_REVIEW:
            it.do(lambda tx: drafts.approve(tx, desk, seen, REVIEWER))
        elif draft.state is DraftState.TO_SIGN:
            digest = it.ask(lambda c: shown(c, desk.keyring, draft.draft_id)).revision.digest
            what = ToSign(draft.draft_id, draft.revision, digest)
            it.do(lambda tx: sign(tx, desk, what, SigningAuthority(LEADER, "甲某", "局长", "", None, tx.now)))
        elif draft.standing.review_needed:
            it.do(lambda tx: drafts.submit_for_review(tx, desk, seen, CLERK))
        else:
            it.do(lambda tx: drafts.submit_for_signature(tx, desk, seen, CLERK))

    async def does(self, body: str, what: str, act: Callable[[WholeOffice], None], kind: str) -> None:
        """People act until the letter is there; when the node dies they look what is there, and go on from that."""
        while not self.sent(body, kind):
            try:
                act(self.county.offices[body])
            except CrashError:
                await self.died(body, what)

    async def survives(self, body: str, what: str, step: Step) -> None:
        """The node takes a step by itself, and again after it died."""
        try:
            await step(self.county.offices[body])
        except CrashError:
            await self.died(body, what)
            await step(self.county.offices[body])

    async def deliver(self) -> None:
        for _ in range(2):
            for body in (OFFICE, AUDIT):
                await self.survives(body, "out", lambda it: it.out())
            for body in (OFFICE, AUDIT):
                await self.survives(body, "take in", lambda it: it.take_in())

    async def died(self, body: str, what: str) -> None:
        self.died_in.append(f"{body} {what}")
        await self.reopen(body)

    async def reopen(self, body: str) -> None:
        """The node starts again on its database; what the bus held unacknowledged comes again."""
        before = self.county.offices[body].node
        base = Foundation(**{part.name: getattr(before, part.name) for part in fields(Foundation)})
        office = WholeOffice(wire(replace(base, database=FragileWriter.around(base.database, self.crash))))
        await office.node.exchange.prepare()
        have_met(office.node.exchange)
        self.county.offices[body] = office
        self.county.bus.redeliver()

    def sent(self, body: str, kind: str) -> list[str]:
        it = self.county.offices[body]
        found = it.ask(lambda c: it.node.exchange.letters(c, LetterFilter(kind=kind), limit=500))
        return [one.header.letter_id for one in found if one.header.sender == body]

    def drafts(self) -> list[Draft]:
        everything = Viewer(CLERK, (Reach(None, None, trusted=True),))
        return self.county.offices[AUDIT].ask(lambda c: list_drafts(c, everything))

    def outcome(self) -> dict[str, object]:
        """All that may be there once: letters, entries, drafts, numbers; the same whoever died."""
        told: dict[str, object] = {"drafts": [one.state for one in self.drafts()]}
        for body in (OFFICE, AUDIT):
            it = self.county.offices[body]
            prefix = self.county.book.body(body).document_prefix
            entries = it.ask(lambda c: journal.read(c, limit=10_000))
            told[f"{body} entries"] = Counter(one.kind for one in entries if one.kind != "receipt.recorded")
            given = it.ask(partial(numbers_given, series=prefix, year=2026))
            told[f"{body} numbers"] = [one.number.number for one in given]
            told[f"{body} clocks"] = [(one.due_date, one.state) for one in it.clocks(self.matter_id)]
            assert it.ask(partial(verify_journal, identity=it.node.identity)).faults == ()
            assert it.ask(it.node.exchange.parked) == []
        assert self.county.agree(self.matter_id)
        return told


@pytest.mark.timeout(400)
@pytest.mark.article("A3.2h")
async def test_a_death_at_each_commit_doubles_no_draft_number_reminder_or_entry(
    open_sqlite_database: Callable[..., Database], tmp_path: Path
):
    async def lived(crash: Crash) -> tuple[list[str], dict[str, object]]:
        clock = FixedClock()
        county = OfficeCounty(clock, tmp_path, lambda: open_sqlite_database(clock=clock))
        life = Life(county, crash)
        try:
            await life.live()
            return life.died_in, life.outcome()
        finally:
            county.close()

    nobody_died, whole = await lived(Crash())
    assert nobody_died == []
    places: set[str] = set()
    for point in ("before commit", "after commit"):
        for occasion in count(1):
            died_in, outcome = await lived(Crash(point, occasion))
            assert (died_in, outcome) == (died_in, whole)
            if not died_in:
                break
            places |= set(died_in)
    assert places == {
        "inspection ask",
        "inspection take in",
        "inspection round",
        "audit take in",
        "audit sign for",
        "audit round",
        "audit reply",
    }
