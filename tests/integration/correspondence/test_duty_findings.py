"""What congress and CPPCC tell the office of their members' findings stands in part 9 of the unit's briefing."""

from __future__ import annotations

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.calendar.working import shipped_calendar
from services.chassis.documents.sheet import Paragraph
from services.inspection.binding import content_opener, standing_of
from services.inspection.briefings.assembling import Gathered, gather
from services.inspection.briefings.collecting import Sight
from services.inspection.briefings.findings import KIND
from services.inspection.briefings.records import PARTS, team_blocks
from services.inspection.rounds.records import Round
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import notice
from tests.integration.inspection.master_data import load_master_data
from tests.integration.inspection.office import Decisions, fixed_round

FOUND = "执法检查发现两处河道违建未处理。"
PART_NINE = "人大、政协履职监督发现的问题"


def briefing(office: WholeOffice, current: Round, unit_id: str = "U01") -> Gathered:
    now = office.node.clock.now()
    opener = content_opener(office.node.identity.keyring)
    sight = Sight(office.node.book, standing_of, opener, shipped_calendar(), now)
    return office.ask(lambda connection: gather(connection, current.round_id, unit_id, sight))


def planned(office: WholeOffice, *units: str) -> Round:
    load_master_data(office.node.database)
    return fixed_round(office.node.database, Decisions(), units or ("U01", "U02"))


def finding(*units: content.UnitReference) -> content.Notice:
    message = notice("关于水务局履职情况的通报", FOUND)
    if units:
        del message.units[:]
        message.units.extend(units)
    return message


@pytest.mark.article("A1.2c")
@pytest.mark.parametrize("body", ["congress", "cppcc"])
async def test_a_finding_stands_in_part_nine_of_the_units_briefing_with_its_source(
    office_county: OfficeCounty, body: str
):
    told, office = await office_county.open(body, "inspection")
    current = planned(office)
    signed = told.sends(KIND, "inspection", finding())
    await office_county.deliver()

    gathered = briefing(office, current)
    (supplied,) = gathered.briefing.supplied
    blocks = team_blocks(gathered.briefing)
    headings = [getattr(block, "text", "") for block in blocks]
    part = headings.index(f"九、{PART_NINE}")

    assert (supplied.part, PARTS[supplied.part - 1]) == (9, PART_NINE)
    assert (supplied.article, supplied.document_number) == ("A1.2c", signed.document_number)
    assert Paragraph(FOUND) in blocks[part : headings.index("十、上轮巡察及其他监督未办结事项")]
    assert [one.letter_id for one in gathered.collected.sources] == [signed.letter_id]
    assert all(one.code != KIND for one in briefing(office, current, "U02").briefing.supplied)


async def test_a_unit_may_be_named_by_a_name_it_had(office_county: OfficeCounty):
    congress, office = await office_county.open("congress", "inspection")
    current = planned(office)
    congress.sends(KIND, "inspection", finding(content.UnitReference(name="水利局")))
    await office_county.deliver()

    assert [one.text for one in briefing(office, current).briefing.supplied] == [FOUND]


async def test_a_finding_that_was_recalled_is_in_no_briefing(office_county: OfficeCounty):
    congress, office = await office_county.open("congress", "inspection")
    current = planned(office)
    sent = congress.sends(KIND, "inspection", finding())
    await office_county.deliver()
    approver = content.Person(name="癸某", post="主任")
    recall = content.Recall(letter_id=sent.letter_id, reason="误发", approver=approver)
    congress.sends("recall", "inspection", recall, matter_id=sent.letter_id)
    await office_county.deliver()

    assert briefing(office, current).briefing.supplied == ()


@pytest.mark.article("A3.2a")
async def test_a_body_says_nothing_about_itself(office_county: OfficeCounty):
    congress, office = await office_county.open("congress", "inspection")
    current = planned(office, "U06")
    congress.sends(KIND, "inspection", finding(content.UnitReference(unit_id="U06", name="县人大机关")))
    await office_county.deliver()

    supplied = briefing(office, current, "U06").briefing.supplied
    assert all(one.code != KIND for one in supplied)
