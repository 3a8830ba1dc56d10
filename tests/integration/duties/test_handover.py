"""A clerk's work passes to another in one recorded act, and nobody comes to see more than their own roles reach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.correspondence.rights import Sight
from services.chassis.correspondence.tasks import all_tasks
from services.chassis.desk.desk import Text
from services.chassis.desk.drafts import NewDraft, Seen, approve, create_draft, submit_for_review
from services.chassis.desk.errors import OwnWorkError
from services.chassis.desk.queries import history
from services.chassis.desk.records import Address, Draft
from services.chassis.desk.store import get
from services.chassis.duties.errors import HandlerUnfitError
from services.chassis.duties.handling import assign_matter, handlers_of, on_desk
from services.chassis.duties.handover import Handover, WantedHandover, hand_over, list_handovers
from services.chassis.exchange.tables import LETTERS
from services.chassis.people.errors import DeputyUnfitError, NotYoursToHandOverError
from services.chassis.rpc.callers import Caller, Role, Scope
from services.chassis.rpc.errors import RoleMissingError
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import new_info, notice, request
from tests.integration.people.people_for_tests import Office

UNKNOWN = content.NEW_INFO_SUBJECT_LEADING_GROUP


@dataclass
class Bureau:
    """A body that was asked for material, with people of flesh and blood."""

    office: WholeOffice
    people: Office
    matter_id: str

    async def hire(self, login: str, *roles: Role) -> Caller:
        return await self.people.hire(login, *roles)

    def assign(self, by: Caller, account_id: str) -> None:
        book = self.office.node.book
        self.office.do(lambda tx: assign_matter(tx, by, book, self.matter_id, account_id))

    def handler(self) -> str:
        found = self.office.ask(lambda connection: handlers_of(connection, [self.matter_id]))
        return found[self.matter_id].name if found else ""

    def hand_over(self, by: Caller, old: Caller, new: Caller, *, liaison: bool = False) -> Handover:
        wanted = WantedHandover(old.account_id, new.account_id, "岗位调整", liaison=liaison)
        return self.office.do(lambda tx: hand_over(tx, by, self.office.node.book, wanted))

    def writes(self, by: Caller, kind: str = "periodic_report") -> Draft:
        """A draft of a letter that will open a matter."""
        words = notice("定期通报", "本季度审计项目3个。") if kind == "periodic_report" else new_info(UNKNOWN)
        new = NewDraft(Address(kind, ("inspection",)), Text(type_name(words), words_of(words)))
        return self.office.do(lambda tx: create_draft(tx, self.office.node.desk, new, by.account_id))

    def handovers_seen_by(self, caller: Caller) -> int:
        return len(self.office.ask(lambda connection: list_handovers(connection, caller, None, 10)))

    def reads(self, caller: Caller, letter_id: str) -> bool:
        """Whether the letter, and the matter that it opened, is in the caller's sight; both or neither."""
        sight = Sight(caller, self.office.node.book)
        query = sa.select(LETTERS.c.letter_id).where(LETTERS.c.letter_id == letter_id, sight.letters())
        found = self.office.ask(lambda connection: connection.scalar(query)) is not None
        assert found is self.office.ask(lambda connection: sight.reaches(connection, letter_id))
        return found

    def drafter(self, draft: Draft) -> str:
        return self.office.ask(lambda connection: get(connection, draft.draft_id)).drafter

    def desk(self, caller: Caller) -> list[str]:
        """What lies on the caller's desk: the matters' and the drafts' ids."""

        def look(connection: sa.Connection) -> list[str]:
            mine = on_desk(connection, caller, all_tasks(connection, Sight(caller, self.office.node.book)))
            return [task.head.matter_id if task.head else task.draft_id for task in mine]

        return self.office.ask(look)


@pytest.fixture
async def bureau(office_county: OfficeCounty) -> AsyncIterator[Bureau]:
    inspection, audit = await office_county.open("inspection", "audit")
    asked = inspection.sends("info.request", "audit", request(office_county.book, "audit"))
    await office_county.deliver()
    people = await Office(audit.node.database, office_county.clock).found()
    yield Bureau(audit, people, asked.letter_id)
    people.passwords.close()


async def test_a_matter_lies_on_the_desk_of_who_handles_it(bureau: Bureau):
    clerk, other = await bureau.hire("li.si", Role.CLERK), await bureau.hire("wang.wu", Role.CLERK)
    liaison, idle = await bureau.hire("liaison", Role.LIAISON), await bureau.hire("idle")
    assert bureau.desk(clerk) == []

    bureau.assign(other, clerk.account_id)
    assert set(bureau.desk(clerk)) == {bureau.matter_id}
    assert (bureau.desk(other), bureau.handler()) == ([], "人li.si")

    with pytest.raises(RoleMissingError):
        bureau.assign(liaison, clerk.account_id)
    for unfit in (idle, liaison, bureau.people.system):
        with pytest.raises(HandlerUnfitError):
            bureau.assign(clerk, unfit.account_id)
    bureau.assign(clerk, "")
    assert bureau.handler() == ""


async def test_drafts_matters_and_liaison_move_in_one_act_that_both_see(bureau: Bureau):
    people = bureau.people
    old, new = await bureau.hire("old", Role.CLERK, Role.LIAISON), await bureau.hire("new", Role.CLERK)
    boss = await bureau.hire("boss", Role.LEADER)
    draft = bureau.writes(old)
    bureau.assign(old, old.account_id)

    done = bureau.hand_over(people.security, old, new, liaison=True)

    assert (done.draft_ids, done.matter_ids, done.liaison, done.left) == ((draft.draft_id,), (bureau.matter_id,), 1, 0)
    assert bureau.drafter(draft) == new.account_id
    assert set(bureau.desk(new)) == {draft.draft_id, bureau.matter_id}
    assert bureau.desk(old) == []
    assert (await people.caller("old")).roles == {Role.CLERK}
    assert (await people.caller("new")).roles == {Role.CLERK, Role.LIAISON}
    (*_, step) = bureau.office.ask(lambda c: history(c, bureau.office.node.desk.keyring, draft.draft_id))
    assert (step.action, step.by) == ("hand_over", people.security.account_id)
    for who, count in (
        (old, 1),
        (new, 1),
        (boss, 1),
        (people.security, 1),
        (await bureau.hire("other", Role.CLERK), 0),
    ):
        assert bureau.handovers_seen_by(who) == count
    (told,) = [payload for kind, payload in await people.journal() if kind == "people.work_handed_over"]
    assert all(one.encode() in told for one in (draft.draft_id, bureau.matter_id, old.account_id, new.account_id))


async def test_what_names_persons_stays_where_the_new_persons_roles_do_not_reach_it(bureau: Bureau):
    old, new = await bureau.hire("old", Role.CLERK), await bureau.hire("new", Role.CLERK)
    closed, plain = bureau.writes(old, "new_info.notice"), bureau.writes(old)

    done = bureau.hand_over(old, old, new)

    assert (done.draft_ids, done.left) == ((plain.draft_id,), 1)
    assert bureau.drafter(closed) == old.account_id

    reviewer = await bureau.hire("reviewer", Role.REVIEWER)
    assert bureau.hand_over(old, old, reviewer).draft_ids == (closed.draft_id,)
    assert bureau.desk(await bureau.people.caller("old")) == []


async def test_who_took_a_draft_over_does_not_approve_it(bureau: Bureau):
    old, new = await bureau.hire("old", Role.CLERK), await bureau.hire("new", Role.REVIEWER)
    draft = bureau.writes(old)
    bureau.hand_over(old, old, new)
    seen, desk = Seen(draft.draft_id, draft.revision), bureau.office.node.desk
    bureau.office.do(lambda tx: submit_for_review(tx, desk, seen, new.account_id))
    with pytest.raises(OwnWorkError):
        bureau.office.do(lambda tx: approve(tx, desk, seen, new.account_id))


async def test_others_work_is_moved_by_leaders_and_roles_by_the_security_administrator(bureau: Bureau):
    old, new = await bureau.hire("old", Role.CLERK, Role.LIAISON), await bureau.hire("new", Role.CLERK)
    boss, idle = await bureau.hire("boss", Role.LEADER), await bureau.hire("idle")
    for by, liaison in ((new, False), (bureau.people.system, False), (boss, True), (old, True)):
        with pytest.raises(NotYoursToHandOverError):
            bureau.hand_over(by, old, new, liaison=liaison)
    for unfit in (old, idle, bureau.people.system):
        with pytest.raises(DeputyUnfitError):
            bureau.hand_over(boss, old, unfit)
    bureau.hand_over(boss, old, new)
    assert (await bureau.people.caller("old")).roles == {Role.CLERK, Role.LIAISON}


async def test_a_deputy_sees_the_absent_persons_desk_and_what_names_persons_only_if_named(bureau: Bureau):
    """An access token does not, whatever its owner may see."""
    absent = await bureau.hire("absent", Role.REVIEWER)
    closed = bureau.writes(absent, "new_info.notice")
    plain = bureau.writes(absent)
    deputy = replace(absent, account_id="deputy", acting_for=absent.account_id)
    named = replace(deputy, named=True)
    program = replace(absent, scopes=frozenset({Scope.READ}))

    assert set(bureau.desk(absent)) == {closed.draft_id, plain.draft_id}
    assert set(bureau.desk(named)) == {closed.draft_id, plain.draft_id}
    assert bureau.desk(deputy) == bureau.desk(program) == [plain.draft_id]
    told = bureau.office.signed(closed)
    readers = (absent, named, deputy, program)
    assert [bureau.reads(caller, told.letter_id) for caller in readers] == [True, True, False, False]
