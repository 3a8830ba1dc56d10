"""How a node fares, told to its operators: counts and ages and no content; a journal verified while it is written."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from guantong.node.v1 import status_service_pb2 as pb
from services.chassis.errors import GuantongError
from services.chassis.exchange.verify import verify_journal
from services.chassis.journal.store import JOURNAL
from services.chassis.journal.store import head as journal_head
from services.chassis.rpc.callers import Role
from services.chassis.storage import Transaction
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.fixtures.served import ServedOffice, serving
from tests.integration.correspondence.letters_for_tests import request, signed_for

OPERATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.LEADER)


def asks(office: WholeOffice, county: OfficeCounty) -> str:
    return office.sends("info.request", "audit", request(county.book, "audit")).letter_id


async def status(served: ServedOffice, who: str = "system_admin") -> Any:
    return await served.status("GetStatus", pb.GetStatusRequest(), who)


async def verified(served: ServedOffice) -> Any:
    return await served.status("VerifyJournal", pb.VerifyJournalRequest(), "audit_admin")


async def test_operators_and_leaders_see_counts_and_where_each_peer_stands(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, _, _ = await signed_for(county)

    async with serving(office) as served:
        for role in OPERATORS:
            told = await status(served, role.value)
            assert (told.body, told.bus_connected, told.demo) == ("inspection", True, False)
            assert told.journal_entry_count == office.ask(journal_head).sequence
            assert (told.parked_count, told.quarantined_count, told.applied_count) == (0, 0, 1)
            (peer,) = told.peers
            assert (peer.body, peer.sent_count, peer.receipted_count, peer.stored_count) == ("audit", 1, 1, 1)
            assert peer.heard_time.ToDatetime().isoformat() == "2026-03-02T01:00:00"
        for role in set(Role) - set(OPERATORS):
            with pytest.raises(GuantongError) as refused:
                await status(served, role.value)
            assert refused.value.reason == "ROLE_MISSING"


async def test_a_peer_is_silent_when_letters_have_waited_for_it_a_day_and_it_has_not_been_heard(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, _ = await county.open("inspection", "audit")

    async def peer() -> pb.PeerStatus:
        (only,) = (await status(served)).peers
        assert isinstance(only, pb.PeerStatus)
        return only

    async with serving(office) as served:
        county.clock.advance(days=30)
        assert not (await peer()).silent, "nothing waits for it"
        assert not (await peer()).HasField("heard_time")
        asks(office, county)
        county.clock.advance(hours=20)
        assert not (await peer()).silent
        county.clock.advance(hours=5)
        assert (await peer()).silent
        await county.deliver()
        assert not (await peer()).silent


async def test_a_journal_is_verified_without_anybody_waiting_for_it(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, _ = await county.open("inspection", "audit")
    for _ in range(3):
        asks(office, county)
    last = office.ask(journal_head)

    async def writes() -> None:
        asks(office, county)

    async with serving(office) as served:
        first, second, _ = await asyncio.gather(verified(served), verified(served), writes())

        for walk in (first, second):
            assert (walk.sound, walk.fault_sequence, walk.fault) == (True, 0, "")
        assert (await verified(served)).letter_count == 4
        assert (await verified(served)).entry_count > last.sequence


async def test_the_first_fault_of_a_journal_is_told_by_its_number(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, _ = await county.open("inspection", "audit")
    for _ in range(3):
        asks(office, county)

    def damage(tx: Transaction) -> None:
        for sequence in (3, 5):
            tx.connection.execute(sa.update(JOURNAL).where(JOURNAL.c.sequence == sequence).values(kind="another"))

    office.do(damage)
    expected = office.ask(lambda connection: verify_journal(connection, office.node.identity))

    async with serving(office) as served:
        found = await verified(served)

    assert (found.sound, found.entry_count) == (False, expected.entries)
    assert found.fault_sequence == min(fault.sequence for fault in expected.faults) <= 4
    assert found.fault
    assert found.fault_en
