"""The letters that offices write each other in these tests, made of the fewest words that make them whole."""

from __future__ import annotations

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.matters.model import Rung
from services.chassis.rulebook import Rulebook
from tests.fixtures.offices import WholeOffice

UNIT = content.UnitReference(unit_id="U01", name="县水务局")


def request(book: Rulebook, body: str) -> content.InfoRequest:
    """A request for everything that the body owes."""
    sections = [
        content.SectionRequired(code=one.id, name=one.zh, article_id=one.article)
        for one in book.sections_for("info.request", body)
    ]
    return content.InfoRequest(purpose="巡察前了解情况", units=[UNIT], sections_required=sections)


def opinion_request(by_date: str) -> content.OpinionRequest:
    rule = content.ReplyRule(kind=content.REPLY_RULE_KIND_BY_DATE, by_date=by_date)
    return content.OpinionRequest(purpose="征求对巡察对象的意见", units=[UNIT], reply_rule=rule)


def notice(title: str, text: str) -> content.Notice:
    return content.Notice(title=title, text=text, units=[UNIT])


def new_info(subject: content.NewInfoSubject.ValueType) -> content.NewInfo:
    return content.NewInfo(unit=UNIT, subject=subject, summary="反映某项工程变更签证不规范", de_identified=True)


def finished(office: WholeOffice, letter_id: str) -> content.InfoReply:
    """The reply that the node drafted, with a state for every section that was left to people."""
    (draft,) = office.answer_drafts(letter_id)
    reply = content.InfoReply.FromString(office.words(draft))
    for unit in reply.units:
        for section in unit.sections:
            section.state = content.SECTION_STATE_PROVIDED
            section.text = "经查阅台账，情况如下。"
    return reply


def replies(office: WholeOffice, letter_id: str) -> str:
    """The body answers the request as its node drafted it; the reply's letter id."""
    (draft,) = office.answer_drafts(letter_id)
    return office.signed(office.rewritten(draft, finished(office, letter_id))).letter_id


def ladder(office: WholeOffice, matter_id: str) -> list[Rung]:
    """The rungs that the letter has reached, as the office knows, lowest first."""
    standing = office.matter(matter_id).matter.standing
    return [rung for rung in Rung if standing.step(rung) is not None]
