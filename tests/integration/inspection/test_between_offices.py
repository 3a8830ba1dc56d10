"""Whole offices and a round: what counts of a body's letters, as both sides hold it, is what the briefing says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence import steps
from services.chassis.deadlines.calendars import calendar_in_force
from services.chassis.desk.errors import UnfinishedError
from services.chassis.matters.model import State
from services.chassis.storage import Transaction
from services.inspection.binding import CorrespondenceActs, content_opener, findings_reader, standing_of
from services.inspection.board.building import board
from services.inspection.briefings.assembling import Gathered, gather
from services.inspection.briefings.collecting import Sight
from services.inspection.briefings.printing import team_blocks
from services.inspection.briefings.records import PARTS, Supplied, UnitBriefing
from services.inspection.letters.store import OPINION, REQUEST, RoundLetter, save
from services.inspection.replies.errors import NoReplyError
from services.inspection.replies.records import SectionState
from services.inspection.replies.settling import Officer, accept_reply
from services.inspection.rounds.plan import add_units, create_round
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import finished, notice, opinion_request, replies, request
from tests.integration.inspection.master_data import BODIES, load_master_data
from tests.integration.inspection.office import NEW

OFFICER = Officer("a1", "壬某", "巡察办干部")
AUDITS = "audit.audits_3y"


def round_about(office: WholeOffice, body: str, kind: str, matter_id: str, sections: tuple[str, ...] = ()) -> str:
    """A round with U01, to which the matter belongs; its id."""
    load_master_data(office.node.database)
    letter = {"kind": kind, "body": body, "stands_for": body, "draft_id": "d1", "sections": sections}

    def keep(tx: Transaction) -> str:
        made = create_round(tx, NEW, by="a1")
        add_units(tx, made.round_id, ["U01"], BODIES, by="a1")
        named = {"ref": matter_id, "matter_id": matter_id, "round_id": made.round_id, "unit_ids": ("U01",)}
        save(tx, RoundLetter(**letter, **named, reply_by=None), by="a1")  # type: ignore[arg-type]
        return made.round_id

    return office.do(keep)


async def asked(county: OfficeCounty) -> tuple[WholeOffice, WholeOffice, str, str]:
    """The audit bureau is asked in a round and has signed for the letter; both offices, matter and round."""
    office, audit = await county.open("inspection", "audit")
    matter_id = office.sends("info.request", "audit", request(county.book, "audit")).letter_id
    round_id = round_about(office, "audit", REQUEST, matter_id, (AUDITS,))
    await county.deliver()
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, matter_id, audit.actor))
    return office, audit, matter_id, round_id


async def sought(county: OfficeCounty) -> tuple[WholeOffice, WholeOffice, str, str]:
    """Congress is asked for its opinion in a round and has signed for the letter."""
    office, congress = await county.open("inspection", "congress")
    by_date = (county.clock.now() + timedelta(days=10)).date().isoformat()
    matter_id = office.sends("opinion.request", "congress", opinion_request(by_date)).letter_id
    round_id = round_about(office, "congress", OPINION, matter_id)
    await county.deliver()
    congress.do(lambda tx: steps.sign_for(tx, congress.node.office, matter_id, congress.actor))
    return office, congress, matter_id, round_id


def accept(office: WholeOffice, matter_id: str) -> None:
    acts = CorrespondenceActs(office.node.office)
    office.do(lambda tx: accept_reply(tx, acts, standing_of, matter_id, OFFICER))


def gathered(county: OfficeCounty, office: WholeOffice, round_id: str) -> Gathered:
    keyring = office.node.identity.keyring

    def sight(calendar: object) -> Sight:
        ways = (standing_of, content_opener(keyring), findings_reader(keyring))
        return Sight(county.book, *ways, calendar, county.clock.now())  # type: ignore[arg-type]

    return office.ask(lambda c: gather(c, round_id, "U01", sight(calendar_in_force(c))))


def briefing(county: OfficeCounty, office: WholeOffice, round_id: str) -> UnitBriefing:
    return gathered(county, office, round_id).briefing


def section(found: UnitBriefing, code: str) -> Supplied:
    return next(one for one in found.supplied if one.code == code)


def part(found: UnitBriefing, number: int) -> str:
    """Everything that one part says."""
    text = str(team_blocks(found))
    after = text[text.index(f"、{PARTS[number - 1]}") :]
    return after[: after.index(f"、{PARTS[number]}")] if number < len(PARTS) else after


def recall_of(letter_id: str) -> content.Recall:
    return content.Recall(letter_id=letter_id, reason="数字有误", approver=content.Person(post="局长"))


def answers_again(audit: WholeOffice, matter_id: str) -> str:
    reply = finished(audit, matter_id)
    return audit.sends("info.reply", "inspection", reply, matter_id=matter_id, answers=matter_id).letter_id


@pytest.mark.article("A3.2h")
async def test_a_reply_that_crosses_with_the_acceptance_is_kept_and_undoes_nothing(office_county: OfficeCounty):
    office, audit, matter_id, round_id = await asked(office_county)
    first = replies(audit, matter_id)
    await office_county.deliver()

    accept(office, matter_id)
    audit.sends("recall", "inspection", recall_of(first), matter_id=matter_id)
    answers_again(audit, matter_id)
    await office_county.deliver()

    assert [one.matter(matter_id).head.state for one in (office, audit)] == [State.SETTLED] * 2
    told = section(briefing(office_county, office, round_id), AUDITS)
    assert (told.state, told.uncounted) == (SectionState.PROVIDED, 1)
    assert "另有1件复函不计入" in part(briefing(office_county, office, round_id), 12)
    with pytest.raises(NoReplyError):
        accept(office, matter_id)


@pytest.mark.article("A3.2h")
async def test_a_reply_that_was_recalled_in_time_says_nothing_and_the_next_one_counts(office_county: OfficeCounty):
    office, audit, matter_id, round_id = await asked(office_county)
    first = replies(audit, matter_id)
    await office_county.deliver()

    audit.sends("recall", "inspection", recall_of(first), matter_id=matter_id)
    await office_county.deliver()
    assert section(briefing(office_county, office, round_id), AUDITS).state is SectionState.MISSING
    with pytest.raises(NoReplyError):
        accept(office, matter_id)
    second = answers_again(audit, matter_id)
    await office_county.deliver()
    accept(office, matter_id)

    told = section(briefing(office_county, office, round_id), AUDITS)
    assert (told.state, told.uncounted) == (SectionState.PROVIDED, 1)
    found = office.ask(lambda c: board(c, round_id, {REQUEST: ("audit",)}, standing_of, calendar_in_force(c),
                                       now=office_county.clock.now()))  # fmt: skip
    assert [(cell.state, cell.uncounted, dict(cell.sections)) for cell in found] == [
        ("settled", 1, {AUDITS: "provided"})
    ]
    assert office.matter(matter_id).matter.standing.answers == (second,)


@pytest.mark.article("A3.2h")
async def test_a_reply_accepted_from_the_list_of_matters_is_accepted_for_the_round_too(office_county: OfficeCounty):
    office, audit, matter_id, round_id = await asked(office_county)
    replies(audit, matter_id)
    await office_county.deliver()
    assert section(briefing(office_county, office, round_id), AUDITS).state is SectionState.PENDING

    office.do(lambda tx: steps.accept_reply(tx, office.node.office, matter_id, office.actor))

    assert section(briefing(office_county, office, round_id), AUDITS).state is SectionState.PROVIDED


@pytest.mark.article("A1.2b")
async def test_an_opinion_on_all_targets_stands_in_part_nine_of_each(office_county: OfficeCounty):
    office, congress, matter_id, round_id = await sought(office_county)
    (form,) = congress.answer_drafts(matter_id)
    reply = content.OpinionReply.FromString(congress.words(form))
    reply.general_opinion = "工程招投标问题反映集中，建议重点关注。"
    congress.signed(congress.rewritten(form, reply))
    await office_county.deliver()
    accept(office, matter_id)

    found = briefing(office_county, office, round_id)

    assert section(found, "opinion").state is SectionState.GENERAL
    said = part(found, 9)
    assert "提出总体意见。" in said
    assert "总体意见（对全部征求意见对象，不专指本单位）：工程招投标问题反映集中" in said


@pytest.mark.article("A1.2b")
async def test_an_objection_without_words_is_not_nothing(office_county: OfficeCounty):
    office, congress, matter_id, round_id = await sought(office_county)
    (form,) = congress.answer_drafts(matter_id)
    reply = content.OpinionReply.FromString(congress.words(form))
    reply.opinions[0].kind = content.OPINION_KIND_OBJECTS
    congress.signed(congress.rewritten(form, reply))
    await office_county.deliver()
    accept(office, matter_id)

    assert "有不同意见。" in part(briefing(office_county, office, round_id), 9)


@pytest.mark.article("A1.2b")
async def test_a_form_for_an_opinion_that_nobody_filled_in_does_not_leave(office_county: OfficeCounty):
    _, congress, matter_id, _ = await sought(office_county)
    (form,) = congress.answer_drafts(matter_id)

    with pytest.raises(UnfinishedError):
        congress.signed(form, says_nothing=True)


@pytest.mark.article("A1.2c")
async def test_what_congress_found_in_its_own_activities_stands_in_part_nine_with_its_source(
    office_county: OfficeCounty,
):
    office, congress, _, round_id = await sought(office_county)
    by_name = content.Notice(
        title="执法检查发现问题",
        text="部分取水口未安装计量设施。",
        units=[content.UnitReference(name="水利局")],
    )
    other = content.Notice(title="视察发现问题", text="与本单位无关。", units=[content.UnitReference(unit_id="U02")])
    recalled = notice("调研发现问题", "发错的情况。")
    congress.sends("duty_finding.notice", "inspection", by_name)
    congress.sends("duty_finding.notice", "inspection", other)
    wrong = congress.sends("duty_finding.notice", "inspection", recalled).letter_id
    congress.sends("recall", "inspection", recall_of(wrong), matter_id=wrong)
    await office_county.deliver()

    found = briefing(office_county, office, round_id)

    assert [one.title for one in found.findings] == ["执法检查发现问题"]
    said = part(found, 9)
    assert "部分取水口未安装计量设施。" in said
    assert "来源：" in said
    assert "2026年3月2日通报。" in said
    assert "执法检查发现问题" not in part(found, 12)
    # Two terms later it is no longer of this time.
    office_county.clock.advance(days=6 * 365)
    assert briefing(office_county, office, round_id).findings == ()
