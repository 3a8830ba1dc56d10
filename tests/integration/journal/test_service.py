"""Audit administrators find who did what when, take it away as a file that verifies, and never see what letters say."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest

from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import journal_service_pb2 as pb
from guantong.node.v1 import letters_service_pb2 as letters_pb
from services.chassis.clock import BEIJING
from services.chassis.destruction.exports import handed_out
from services.chassis.errors import GuantongError
from services.chassis.journal.range_file import check_range
from services.chassis.journal.searching import JournalSearch, search
from services.chassis.journal.store import head
from services.chassis.people.trail import note
from services.chassis.timestamps import timestamp
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.fixtures.served import ServedOffice, serving
from tests.integration.correspondence.letters_for_tests import new_info, request

WHY = "核实转办情况"


async def lively(county: OfficeCounty) -> tuple[WholeOffice, str, str]:
    """The office has asked audit something, and holds what audit told it for named persons only."""
    office, audit = await county.open("inspection", "audit")
    asked = office.sends("info.request", "audit", request(county.book, "audit")).letter_id
    told = audit.sends("new_info.notice", "inspection", new_info(content.NEW_INFO_SUBJECT_LEADING_GROUP)).letter_id
    await county.deliver()
    return office, asked, told


async def entries(served: ServedOffice, **wanted: Any) -> list[pb.JournalEntry]:
    answer = await served.journal("SearchJournal", pb.SearchJournalRequest(**wanted))
    return list(answer.entries)


def said(entry: pb.JournalEntry) -> dict[str, str]:
    return {fact.name: fact.value for fact in entry.facts}


async def test_entries_are_found_by_kind_letter_matter_account_and_time(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, asked, told = await lively(county)
    county.clock.advance(days=3)
    office.do(lambda tx: note(tx, "signed_in", {"account_id": "account-7", "session_id": "session-7"}))

    async with serving(office) as served:
        everything = await entries(served)
        assert [one.sequence for one in everything] == sorted((one.sequence for one in everything), reverse=True)
        (signing,) = await entries(served, kind="people.signed_in")
        assert await entries(served, kind="people.") == await entries(served, account_id="account-7") == [signing]
        assert said(signing) == {"account_id": "account-7", "session_id": "session-7"}
        today = timestamp(datetime(2026, 3, 5, tzinfo=BEIJING))
        assert await entries(served, from_time=today) == [signing]
        assert signing not in await entries(served, to_time=today)
        sent = next(one for one in await entries(served, letter_id=asked) if one.kind == "letter.sent")
        assert (said(sent)["kind"], said(sent)["recipient"], said(sent)["matter"]) == ("info.request", "audit", asked)
        assert sent in await entries(served, matter_id=asked)
        assert asked not in {one.letter_id for one in await entries(served, matter_id=told)}
        # That something of this kind came is for named persons; that a letter came is in the journal.
        stored = next(one for one in await entries(served, letter_id=told) if one.kind == "letter.stored")
        assert "kind" not in said(stored)


async def test_pages_together_hold_every_entry_once(office_county_on_both: OfficeCounty):
    office, *_ = await lively(office_county_on_both)
    async with serving(office) as served:
        found, token = [], ""
        while True:
            answer = await served.journal("SearchJournal", pb.SearchJournalRequest(page_size=3, page_token=token))
            found += [one.sequence for one in answer.entries]
            token = answer.next_page_token
            if not token:
                break
    assert found == list(range(office.ask(head).sequence, 0, -1))


async def test_a_rare_entry_is_found_stretch_by_stretch(office_county: OfficeCounty):
    office, *_ = await lively(office_county)
    first = office.ask(lambda c: search(c, JournalSearch(), None, 500)).found[-1].entry
    wanted, below, looks = JournalSearch(kind=first.kind), None, 0
    numbers: list[int] = []
    while below is None or looks < 1_000:
        found = office.ask(lambda c, below=below: search(c, wanted, below, 50, stretch=2))  # type: ignore[misc]
        numbers += [one.entry.sequence for one in found.found]
        below, looks = found.next_below, looks + 1
        if below is None:
            break
    assert numbers[-1] == first.sequence
    assert looks > 2


async def test_a_range_is_a_file_that_verifies_and_is_registered(office_county_on_both: OfficeCounty):
    office, *_ = await lively(office_county_on_both)
    end = office.ask(head)
    async with serving(office) as served:
        pieces = await served.journal("ExportJournal", pb.ExportJournalRequest(first_sequence=3, note="审计光盘"))
        file = b"".join(one.piece for one in pieces)
        beyond, backwards = (
            pb.ExportJournalRequest(first_sequence=10_000),
            pb.ExportJournalRequest(first_sequence=3, last_sequence=2),
        )
        for wrong in (beyond, backwards):
            with pytest.raises(GuantongError) as refused:
                await served.journal("ExportJournal", wrong)
            assert refused.value.reason == "FIELD_INVALID"
    report = check_range(file.splitlines())
    assert (report.body, report.first, report.last, report.faults) == ("inspection", 3, end.sequence, ())
    assert report.head == end.digest.hex()
    (registered,) = office.ask(handed_out)
    assert (registered.kind.value, registered.digest, registered.note) == (
        "journal",
        sha256(file).digest(),
        f"3-{end.sequence} 审计光盘",
    )


async def test_whatever_is_changed_in_the_file_shows(office_county: OfficeCounty):
    office, *_ = await lively(office_county)
    async with serving(office) as served:
        pieces = await served.journal("ExportJournal", pb.ExportJournalRequest())
    lines = b"".join(one.piece for one in pieces).splitlines()
    assert check_range(lines).faults == ()
    entry = json.loads(lines[4])
    spoilt = json.dumps(entry | {"kind": "letter.other"}).encode()
    for changed in (
        [*lines[:4], *lines[5:]],
        [*lines[:4], spoilt, *lines[5:]],
        lines[:-1],
        [*lines, lines[4]],
        [b"[]", *lines[1:]],
        [*lines[:4], b"{", *lines[5:]],
        [],
    ):
        assert check_range(changed).faults != ()


async def test_readings_are_listed_with_their_reasons_and_counted_beside_the_usual(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    office, _, told = await lively(county)
    async with serving(office) as served:
        for number in range(12):
            opening = letters_pb.OpenLetterRequest(letter_id=told, request_id=f"r-{number}", read_reason=WHY)
            await served.letters("OpenLetter", opening, "leader")
        county.clock.advance(days=31)
        (newest, *others) = (await served.journal("ListReadings", pb.ListReadingsRequest())).readings
        assert (newest.account_id, newest.what, newest.ref, newest.how, newest.reason) == (
            "leader-1",
            "letter",
            told,
            "open",
            WHY,
        )
        assert len(others) == 11
        report = await served.journal("ReportReadings", pb.ReportReadingsRequest())
        assert (report.month, report.least_count, report.times_usual, report.month_count) == ("2026-03", 10, 3, 3)
        (count,) = report.counts
        assert (count.account_id, count.letter_count, count.usual_hundredths, count.unusual) == (
            "leader-1",
            12,
            0,
            True,
        )
        assert not (await served.journal("ReportReadings", pb.ReportReadingsRequest(month="2026-02"))).counts
        assert WHY not in str(await entries(served)), "the journal binds the reason by a digest alone"


async def test_nobody_else_looks_into_the_journal(office_county: OfficeCounty):
    office, *_ = await lively(office_county)
    async with serving(office) as served:
        for who in ("clerk", "leader", "system_admin", "security_admin"):
            with pytest.raises(GuantongError) as refused:
                await served.journal("SearchJournal", pb.SearchJournalRequest(), who)
            assert refused.value.reason == "ROLE_MISSING"
