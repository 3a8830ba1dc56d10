"""Notices between whole offices: who may tell whom, what the addressee holds, and what goes around the office."""

from __future__ import annotations

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence import steps
from services.chassis.correspondence.around import FORWARD, NOTICE, kept_out
from services.chassis.correspondence.contents import type_name, words_of
from services.chassis.correspondence.errors import KindNotAllowedError, NewInfoMisaddressedError, NewInfoSubjectError
from services.chassis.dossiers.model import DossierFilter
from services.chassis.dossiers.queries import find
from services.chassis.exchange.errors import ContentDestroyedError
from services.chassis.exchange.model import LetterDraft, Signer
from services.chassis.exchange.reading import LetterFilter
from services.chassis.matters.model import State
from services.inspection.newinfo.forwarding import list_entries
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import new_info, notice

ABOUT_US = content.NEW_INFO_SUBJECT_TEAM_OR_OFFICE
UNSAID = content.NEW_INFO_SUBJECT_UNSPECIFIED


async def told(county: OfficeCounty, kind: str, sender: str, recipient: str) -> tuple[WholeOffice, str]:
    """A notice signed at the sender, delivered and signed for; the recipient, and the matter."""
    writes, reads = county.offices[sender], county.offices[recipient]
    matter_id = writes.sends(kind, recipient, notice("情况通报", "现将有关情况通报如下。")).letter_id
    await county.deliver()
    assert county.agree(matter_id).state is State.STORED
    reads.do(lambda tx: steps.sign_for(tx, reads.node.office, matter_id, reads.actor))
    await county.deliver()
    assert county.agree(matter_id).state is State.SIGNED_FOR
    assert reads.clocks(matter_id) == []  # a notice is owed by its sender, and nothing is owed on it
    return reads, matter_id


@pytest.mark.article("A3.1a")
async def test_the_discipline_commission_reports_periodically_to_the_office(office_county: OfficeCounty):
    await office_county.open("discipline", "inspection")

    office, matter_id = await told(office_county, "periodic_report", "discipline", "inspection")

    header = office.matter(matter_id).header
    assert (header.letter_kind, header.opener) == ("periodic_report", "discipline")
    assert header.document_number == "青纪函〔2026〕1号"
    assert "A3.1a" in header.article_ids


@pytest.mark.article("A3.1b")
@pytest.mark.parametrize("body", ["congress", "cppcc", "organization", "publicity", "petitions", "audit"])
async def test_six_more_bodies_report_periodically_to_the_office_and_to_nobody_else(
    office_county: OfficeCounty, body: str
):
    await office_county.open(body, "inspection", "statistics")

    office, matter_id = await told(office_county, "periodic_report", body, "inspection")

    assert "A3.1b" in office.matter(matter_id).header.article_ids
    with pytest.raises(KindNotAllowedError):
        office_county.offices[body].sends("periodic_report", "statistics", notice("情况通报", "同上。"))


@pytest.mark.article("A1.2d")
@pytest.mark.parametrize("body", ["congress", "cppcc"])
async def test_the_office_briefs_congress_and_cppcc_on_inspection(office_county: OfficeCounty, body: str):
    await office_county.open("inspection", body)

    organ, matter_id = await told(office_county, "inspection.brief", "inspection", body)

    header = organ.matter(matter_id).header
    assert (header.sub_unit, header.article_ids) == ("organ", ("A1.2d",))


@pytest.mark.article("A1.2d")
async def test_the_brief_on_inspection_is_for_congress_and_cppcc_alone(office_county: OfficeCounty):
    office, *_ = await office_county.open("inspection", "audit")

    with pytest.raises(KindNotAllowedError):
        office.sends("inspection.brief", "audit", notice("巡察情况通报", "有关情况。"))


@pytest.mark.article("A3.1c")
@pytest.mark.parametrize("body", ["discipline", "congress", "cppcc", "organization", "publicity", "petitions", "audit"])
async def test_the_office_gives_its_arrangements_to_each_body_that_the_opinion_names(
    office_county: OfficeCounty, body: str
):
    await office_county.open("inspection", body)

    reads, matter_id = await told(office_county, "arrangement.brief", "inspection", body)

    assert reads.matter(matter_id).header.article_ids == ("A3.1c",)


@pytest.mark.article("A1.2c")
@pytest.mark.parametrize("body", ["congress", "cppcc"])
async def test_congress_and_cppcc_tell_the_office_what_their_members_found(office_county: OfficeCounty, body: str):
    await office_county.open(body, "inspection")

    office, matter_id = await told(office_county, "duty_finding.notice", body, "inspection")

    assert office.matter(matter_id).header.article_ids == ("A1.2c",)


@pytest.mark.article("A3.2j")
async def test_what_concerns_the_office_or_a_team_is_refused_at_the_sender_and_goes_to_the_intake(
    office_county_on_both: OfficeCounty,
):
    petitions, office, discipline = await office_county_on_both.open("petitions", "inspection", "discipline")

    with pytest.raises(NewInfoMisaddressedError) as caught:
        petitions.sends(NOTICE, "inspection", new_info(ABOUT_US))
    assert caught.value.facts["intake"] == "discipline/case-management"
    with pytest.raises(NewInfoSubjectError):
        petitions.sends(NOTICE, "inspection", new_info(UNSAID))

    matter_id = petitions.sends(NOTICE, "discipline", new_info(ABOUT_US)).letter_id
    await office_county_on_both.deliver()
    assert office_county_on_both.agree(matter_id).state is State.STORED
    assert discipline.matter(matter_id).header.sub_unit == "case-management"
    assert knows_nothing(office)


def knows_nothing(office: WholeOffice) -> bool:
    """Whether the office's people see neither letter, nor matter, nor entry."""

    def letters(hidden: frozenset[str]) -> int:
        return len(office.ask(lambda c: office.node.exchange.letters(c, LetterFilter(without=hidden))))

    hidden = office.ask(lambda c: kept_out(c, office.node.office))
    matters = office.ask(lambda c: find(c, DossierFilter()))
    entries = office.ask(lambda c: list_entries(c, "", 10))
    return letters(hidden) == len(matters) == len(entries) == 0


@pytest.mark.article("A3.2j")
@pytest.mark.parametrize("subject", [ABOUT_US, UNSAID])
async def test_what_comes_to_the_office_by_mistake_is_passed_on_unread_and_leaves_nothing_there(
    office_county_on_both: OfficeCounty, subject: content.NewInfoSubject.ValueType
):
    county = office_county_on_both
    petitions, office, discipline = await county.open("petitions", "inspection", "discipline")
    message = new_info(subject)
    signer = Signer("甲某", "信访局长", county.clock.now())
    draft = LetterDraft(
        ("inspection",), NOTICE, words_of(message), type_name(message), "stray", signer=signer, letter_id="stray"
    )
    petitions.do(lambda tx: petitions.node.exchange.send(tx, draft))
    await county.deliver()
    await county.deliver()

    (came,) = discipline.ask(lambda c: discipline.node.exchange.letters(c, LetterFilter(kind=FORWARD)))
    passed = content.NewInfo.FromString(
        discipline.ask(lambda c: discipline.node.exchange.content(c, came.header.letter_id))
    )
    assert (passed.summary, passed.passed_on_from, passed.passed_on_letter_id) == (
        message.summary,
        "petitions",
        "stray",
    )
    assert came.header.recipient_subunit == "case-management"

    discipline.do(lambda tx: steps.sign_for(tx, discipline.node.office, came.header.letter_id, discipline.actor))
    await county.deliver()
    assert knows_nothing(office)
    assert office.ask(office.node.exchange.parked) == []
    for letter_id in ("stray", came.header.letter_id):
        with pytest.raises(ContentDestroyedError):
            office.ask(lambda c, which=letter_id: office.node.exchange.content(c, which))  # type: ignore[misc]
