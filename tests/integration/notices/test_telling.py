"""Work that comes is told to the persons whose role does it, and to nobody else; a mail server that is away waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy

import pytest

from services.chassis.duties.handling import assign_matter
from services.chassis.notices.errors import NoticeNotSentError
from services.chassis.notices.keeping import notices_of, set_notices
from services.chassis.notices.telling import Letterhead, Telling
from services.chassis.people.accounts import close_account
from services.chassis.people.errors import AccountUnknownError
from services.chassis.rpc.callers import Caller, Role
from services.chassis.rpc.errors import FieldInvalidError, RoleMissingError
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import request
from tests.integration.people.people_for_tests import Office


@dataclass
class Post:
    """Stands where mail is handed over."""

    away: bool = False
    sent: list[tuple[str, str]] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    async def send(self, address: str, message: bytes) -> None:
        if self.away:
            raise NoticeNotSentError(cause="away")
        self.sent.append((address, str(message_from_bytes(message, policy=policy.default)["Subject"])))

    def ring(self, kind: str, _body: str, reason: str) -> None:
        self.alarms.append(f"{kind} {reason}")


@dataclass
class Bureau:
    """A body with people, to which the inspection office writes."""

    county: OfficeCounty
    inspection: WholeOffice
    audit: WholeOffice
    people: Office
    post: Post
    telling: Telling

    async def told(self, login: str, *roles: Role) -> Caller:
        """A person with an address, who was looked at once."""
        person = await self.people.hire(login, *roles)
        await self.people.do(lambda tx: set_notices(tx, person, "", f"{login}@audit", daily=False))
        await self.telling.look()
        return person

    async def asked(self) -> str:
        """A request arrives; its matter."""
        sent = self.inspection.sends("info.request", "audit", request(self.county.book, "audit"))
        await self.county.deliver()
        return sent.letter_id


@pytest.fixture
async def bureau(office_county: OfficeCounty) -> AsyncIterator[Bureau]:
    inspection, audit = await office_county.open("inspection", "audit")
    people, post = await Office(audit.node.database, office_county.clock).found(), Post()
    head = Letterhead("desk@audit")
    node = audit.node
    telling = Telling("audit", node.database, node.book, node.clock, post.ring, post.send, head)
    yield Bureau(office_county, inspection, audit, people, post, telling)
    people.passwords.close()


async def test_a_clerk_is_told_how_much_came_and_a_leader_who_has_nothing_to_sign_is_not(bureau: Bureau):
    await bureau.told("li.si", Role.CLERK)
    await bureau.told("leader", Role.LEADER)
    await bureau.asked()

    await bureau.telling.look()
    await bureau.telling.look()

    assert bureau.post.sent == [("li.si@audit", "有 1 件事项待办 / 1 item awaits you")]


async def test_within_the_hour_what_comes_is_gathered(bureau: Bureau):
    await bureau.told("li.si", Role.CLERK)
    for _ in range(3):
        await bureau.asked()
        await bureau.telling.look()
    bureau.county.clock.advance(hours=1)
    await bureau.telling.look()

    subjects = [subject for _address, subject in bureau.post.sent]
    assert subjects == ["有 1 件事项待办 / 1 item awaits you", "有 2 件事项待办 / 2 items await you"]


async def test_what_another_handles_is_not_told(bureau: Bureau):
    clerk, other = await bureau.told("li.si", Role.CLERK), await bureau.told("wang.wu", Role.CLERK)
    matter = await bureau.asked()
    book = bureau.audit.node.book
    bureau.audit.do(lambda tx: assign_matter(tx, clerk, book, matter, other.account_id))

    await bureau.telling.look()

    assert [address for address, _subject in bureau.post.sent] == ["wang.wu@audit"]


async def test_a_notice_that_fails_rings_and_is_sent_later(bureau: Bureau):
    await bureau.told("li.si", Role.CLERK)
    await bureau.asked()
    bureau.post.away = True
    await bureau.telling.look()
    await bureau.telling.look()
    assert bureau.post.alarms == ["notice_not_sent NOTICE_NOT_SENT"]

    bureau.post.away = False
    bureau.county.clock.advance(minutes=1)
    await bureau.telling.look()

    assert len(bureau.post.sent) == 1


async def test_nobody_is_told_once_the_account_is_closed(bureau: Bureau):
    clerk = await bureau.told("li.si", Role.CLERK)
    await bureau.asked()
    await bureau.people.do(lambda tx: close_account(tx, bureau.people.security, clerk.account_id))

    await bureau.telling.look()

    assert bureau.post.sent == []


async def test_an_address_is_set_by_the_person_or_the_system_administrator(bureau: Bureau):
    clerk, other = await bureau.told("li.si", Role.CLERK), await bureau.people.hire("wang.wu", Role.CLERK)
    with pytest.raises(RoleMissingError):
        await bureau.people.do(lambda tx: set_notices(tx, other, clerk.account_id, "else@audit", daily=False))

    await bureau.people.do(lambda tx: set_notices(tx, bureau.people.system, clerk.account_id, "", daily=False))

    assert bureau.audit.ask(lambda connection: notices_of(connection, clerk.account_id)) is None
    with pytest.raises(AccountUnknownError):
        await bureau.people.do(lambda tx: set_notices(tx, bureau.people.system, "nobody", "x@audit", daily=False))


@pytest.mark.parametrize(
    "address", ["a b@audit", "a@audit\r\nBcc: c@d", "<a@audit>", "a@audit,b@audit", "x" * 255, "字@audit"]
)
async def test_what_a_header_would_read_as_more_is_no_address(bureau: Bureau, address: str):
    clerk = await bureau.people.hire("li.si", Role.CLERK)

    with pytest.raises(FieldInvalidError):
        await bureau.people.do(lambda tx: set_notices(tx, clerk, "", address, daily=False))
