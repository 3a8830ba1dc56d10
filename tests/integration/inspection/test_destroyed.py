"""What the office noted of a reply goes with its content: no digest that confirms a guess, and briefings to recover."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.chassis.destruction.model import Decided, Ground
from services.chassis.destruction.tables import COPIES, EXPORTS
from services.chassis.exchange.naming import LetterName
from services.inspection.access.reads import Reader
from services.inspection.briefings.assembling import Files, record_briefing
from services.inspection.briefings.tables import BRIEFINGS
from services.inspection.destroyed import NO_DIGEST
from services.inspection.replies.records import SectionState
from services.inspection.replies.tables import REPLY_SECTIONS
from tests.fixtures.offices import OfficeCounty
from tests.integration.correspondence.letters_for_tests import replies
from tests.integration.inspection.test_between_offices import AUDITS, accept, asked, briefing, gathered, section

READER = Reader("P1", "leader-1", "编制巡前情况")


@pytest.mark.article("A3.2h")
async def test_a_destroyed_reply_leaves_no_digest_of_its_words_and_a_duty_for_each_briefing(
    office_county_on_both: OfficeCounty,
):
    county = office_county_on_both
    office, audit, matter_id, round_id = await asked(county)
    reply_id = replies(audit, matter_id)
    await county.deliver()
    accept(office, matter_id)
    found = gathered(county, office, round_id)
    files = Files(b"docx", b"")
    office.do(lambda tx: record_briefing(tx, found, files, READER))

    decided = Decided(Ground.RETENTION_ENDED, "clerk-1", "leader-1")
    office.do(lambda tx: office.node.office.destroying.letter(tx, LetterName(reply_id, "audit"), decided))

    digests = sa.select(REPLY_SECTIONS.c.digest).where(REPLY_SECTIONS.c.letter_id == reply_id)
    assert {bytes(one) for one in office.ask(lambda c: c.scalars(digests).all())} == {NO_DIGEST}
    sources = office.ask(lambda c: c.scalar(sa.select(BRIEFINGS.c.sources)))
    assert sources is not None
    assert {one["digest"] for one in sources if one["letter_id"] == reply_id} == {""}
    query = sa.select(EXPORTS.c.kind).join(COPIES, COPIES.c.export_id == EXPORTS.c.id)
    assert office.ask(lambda c: c.scalars(query).all()) == ["briefing"]
    assert section(briefing(county, office, round_id), AUDITS).state is SectionState.DESTROYED
