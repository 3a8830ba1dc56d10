"""Dated tables loaded into a running node: open dates move and both sides hear of it; a wrong table changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from guantong.node.v1 import admin_service_pb2 as pb
from guantong.node.v1 import matters_service_pb2, status_service_pb2
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.errors import GuantongError
from services.chassis.exchange.directories import directory_in_force
from services.chassis.identity.directory import BodyEntry, BodyStatus, Directory
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.identity.signed import SignedDirectory, digest_of
from services.chassis.journal import store as journal
from services.chassis.rpc.callers import Role
from services.chassis.storage import Database
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.fixtures.served import ServedOffice, serving
from tests.integration.correspondence.letters_for_tests import signed_for

TABLE = """
year = 2027
version = 1
source = "国务院办公厅关于2027年部分节假日安排的通知"
published = 2026-11-04
off = [2027-01-01, 2027-01-02, 2027-01-03, 2027-01-04, 2027-05-01, 2027-05-02, 2027-10-01, 2027-10-02, 2027-10-03]
make_up = []
"""


async def running_over_the_new_year(county: OfficeCounty) -> tuple[WholeOffice, WholeOffice, str]:
    """A request signed for on Monday 28 December, before the next year's calendar is published."""
    county.clock.set(datetime.fromisoformat("2026-12-28T09:00:00+08:00"))
    return await signed_for(county)


async def load(served: ServedOffice, table: str = TABLE, request_id: str = "r-1", who: str = "system_admin") -> Any:
    return await served.admin("LoadCalendar", pb.LoadCalendarRequest(table=table.encode(), request_id=request_id), who)


async def explained(served: ServedOffice, matter_id: str) -> matters_service_pb2.ExplainDeadlineResponse:
    matter = await served.matters("GetMatter", matters_service_pb2.GetMatterRequest(matter_id=matter_id))
    (due,) = matter.matter.deadlines
    asked = matters_service_pb2.ExplainDeadlineRequest(deadline_id=due.deadline_id)
    told: matters_service_pb2.ExplainDeadlineResponse = await served.matters("ExplainDeadline", asked)
    assert told.deadline == due
    return told


async def refused(call: Any) -> GuantongError:
    with pytest.raises(GuantongError) as caught:
        await call
    return caught.value


def entries(office: WholeOffice, kind: str) -> list[dict[str, object]]:
    return [json.loads(entry.payload) for entry in office.ask(journal.read) if entry.kind == kind]


@pytest.mark.article("A3.2h")
async def test_a_calendar_loaded_into_running_nodes_moves_an_open_date_and_both_sides_can_explain_it(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, matter_id = await running_over_the_new_year(county)

    async with serving(office) as at_office, serving(audit) as at_audit:
        before = await explained(at_audit, matter_id)
        assert (before.deadline.due_date, before.deadline.provisional) == ("2027-01-05", True)
        assert [day.date for day in before.days if day.provisional] == [f"2027-01-0{day}" for day in range(1, 6)]

        answer = await load(at_office)
        assert (answer.year, answer.moved_count) == (2027, 1)
        await county.deliver()
        told = [one for one in await _matters(at_audit) if one.letter_kind == "calendar.moved"]
        assert [(one.peer, one.side) for one in told] == [("inspection", "addressee")]
        assert (await load(at_audit)).moved_count == 1

        for served in (at_office, at_audit):
            after = await explained(served, matter_id)
            assert (after.deadline.due_date, after.deadline.provisional) == ("2027-01-06", False)
            assert [(day.date, day.reason_code) for day in after.days][-3:] == [
                ("2027-01-04", "official_holiday"),
                ("2027-01-05", "working_day"),
                ("2027-01-06", "working_day"),
            ]
    moved = entries(office, "deadline.moved")
    assert [(one["cause"], one["from_date"], one["to_date"]) for one in moved] == [
        ("calendar", "2027-01-05", "2027-01-06")
    ]
    (loaded,) = entries(office, "calendar.loaded")
    assert (loaded["year"], loaded["by"]) == (2027, "system_admin-1")


async def _matters(served: ServedOffice) -> Any:
    return (await served.matters("ListMatters", matters_service_pb2.ListMattersRequest())).matters


async def test_a_repeated_request_loads_once_and_a_restarted_node_still_has_the_table(
    office_county_on_both: OfficeCounty, open_database: Callable[..., Database]
):
    office, _, _ = await running_over_the_new_year(office_county_on_both)

    async with serving(office) as served:
        first, again = await load(served), await load(served)
        assert first == again
        assert (await load(served, request_id="r-2")).moved_count == 0
    assert len(entries(office, "calendar.loaded")) == 1

    url = office.node.database.url.render_as_string(hide_password=False)
    office.node.database.close()
    restarted = open_database(url)
    assert 2027 in restarted.reader.read_sync(calendar_in_force).tables


@pytest.mark.parametrize(
    ("table", "key", "problem"),
    [
        (TABLE.replace("make_up = []", "make_up = [2027-01-06]"), "make_up", "2027-01-06 is not a Saturday or Sunday"),
        (TABLE.replace("2027-01-01, ", ""), "off", "2027-01-01 is a day off by law and is missing"),
        (TABLE + "holiday = 1\n", "holiday", "unknown key"),
        ("year: 2027", "-", "not TOML"),
    ],
)
async def test_a_table_with_a_mistake_is_refused_with_key_and_reason_and_nothing_changes(
    office_county: OfficeCounty, table: str, key: str, problem: str
):
    office, _, matter_id = await running_over_the_new_year(office_county)

    async with serving(office) as served:
        error = await refused(load(served, table))
        assert error.reason == "CALENDAR_TABLE_INVALID"
        assert error.facts["key"] == key
        assert problem in error.facts["problem"]
        assert "Nothing was loaded" in error.text("en")
        assert (await explained(served, matter_id)).deadline.due_date == "2027-01-05"
    assert entries(office, "calendar.loaded") == entries(office, "deadline.moved") == []


async def test_an_older_table_or_another_one_of_the_same_version_is_refused(office_county: OfficeCounty):
    office, _, _ = await running_over_the_new_year(office_county)

    async with serving(office) as served:
        await load(served, TABLE.replace("version = 1", "version = 2"))
        assert (await refused(load(served, request_id="r-2"))).reason == "CALENDAR_OUTDATED"
        other = TABLE.replace("version = 1", "version = 2").replace("2027-01-04, ", "")
        assert (await refused(load(served, other, request_id="r-3"))).reason == "CALENDAR_VERSION_TAKEN"


async def test_nobody_but_the_system_administrator_loads_anything(office_county: OfficeCounty):
    (office,) = await office_county.open("inspection")

    async with serving(office) as served:
        for role in set(Role) - {Role.SYSTEM_ADMIN}:
            assert (await refused(load(served, who=role.value))).reason == "ROLE_MISSING"
            offered = pb.LoadDirectoryRequest(directory=b"{}", request_id="r-1")
            assert (await refused(served.admin("LoadDirectory", offered, role.value))).reason == "ROLE_MISSING"
        assert len(served.refusals) == 2 * (len(Role) - 1)


def county_key(office: WholeOffice) -> KeyPair:
    """A key that the directory in force says may sign the next one."""
    identity, now = office.node.identity, office.node.clock.now()
    key = KeyPair.generate(Purpose.SIGNING, now)
    identity.replace_directory(replace(identity.directory, directory_keys=(key.record(now),)))
    return key


def newer(office: WholeOffice, version: int = 2) -> Directory:
    """The directory with a body that is new."""
    directory, now = office.node.identity.directory, office.node.clock.now()
    keys = [KeyPair.generate(purpose, now).record(now) for purpose in (Purpose.SIGNING, Purpose.SEALING)]
    finance = BodyEntry("finance", "县财政局", BodyStatus.ACTIVE, (keys[0],), (keys[1],))
    return replace(directory, version=version, bodies=(*directory.bodies, finance), previous=digest_of(directory))


def offered(directory: Directory, key: KeyPair, request_id: str = "r-1") -> pb.LoadDirectoryRequest:
    return pb.LoadDirectoryRequest(directory=SignedDirectory.sign(directory, key).to_bytes(), request_id=request_id)


async def peers(served: ServedOffice) -> list[str]:
    status = await served.status("GetStatus", status_service_pb2.GetStatusRequest())
    return [peer.body for peer in status.peers]


async def test_a_newer_directory_is_in_force_at_once_and_after_a_restart(
    office_county_on_both: OfficeCounty, open_database: Callable[..., Database]
):
    office, _ = await office_county_on_both.open("inspection", "audit")
    key = county_key(office)
    first, second = office.node.identity.directory, newer(office)

    async with serving(office) as served:
        assert await peers(served) == ["audit"]
        answers = [await served.admin("LoadDirectory", offered(second, key)) for _ in range(2)]
        assert [answer.version for answer in answers] == [2, 2]
        assert await peers(served) == ["audit", "finance"]
    (told,) = entries(office, "directory.loaded")
    assert (told["version"], told["by"]) == (2, "system_admin-1")

    url = office.node.database.url.render_as_string(hide_password=False)
    office.node.database.close()
    restarted = open_database(url)
    assert restarted.reader.read_sync(lambda connection: directory_in_force(connection, first)) == second


async def test_a_directory_that_is_older_wrongly_signed_or_foreign_is_refused_and_nothing_changes(
    office_county_on_both: OfficeCounty,
):
    office, _ = await office_county_on_both.open("inspection", "audit")
    key, stranger = county_key(office), KeyPair.generate(Purpose.SIGNING, office.node.clock.now())
    first = office.node.identity.directory
    before = newer(office)
    after = replace(before, version=3, previous=digest_of(before))

    async with serving(office) as served:
        await served.admin("LoadDirectory", offered(before, key, "r-0"))
        good = SignedDirectory.sign(after, key)
        forged = replace(good, payload=good.payload.replace("县财政局".encode(), "县某某局".encode())).to_bytes()
        for number, (request, reason) in enumerate(
            [
                (offered(after, stranger), "DIRECTORY_UNTRUSTED"),
                (offered(first, key), "DIRECTORY_ROLLED_BACK"),
                (
                    offered(replace(before, issued_at=datetime.fromisoformat("2026-03-03T00:00:00+00:00")), key),
                    "DIRECTORY_FORKED",
                ),
                (offered(replace(after, previous=digest_of(first)), key), "DIRECTORY_FORKED"),
                (offered(replace(after, version=4), key), "DIRECTORY_GAP"),
                (offered(replace(after, county="999999"), key), "DIRECTORY_FOREIGN"),
                (offered(replace(after, demo=True), key), "DIRECTORY_FOREIGN"),
                (pb.LoadDirectoryRequest(directory=forged), "SIGNATURE_INVALID"),
                (pb.LoadDirectoryRequest(directory=b"not a directory"), "DIRECTORY_MALFORMED"),
            ]
        ):
            request.request_id = f"r-{number + 1}"
            assert (await refused(served.admin("LoadDirectory", request))).reason == reason
        assert office.node.identity.directory == before
    assert len(entries(office, "directory.loaded")) == 1
