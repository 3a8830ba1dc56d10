"""The letters that offices write each other in these tests, made of the fewest words that make them whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from google.protobuf.message import Message

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.clock import BEIJING
from services.chassis.correspondence import steps
from services.chassis.correspondence.contents import words_of
from services.chassis.correspondence.write import Outgoing, write
from services.chassis.matters.model import Rung
from services.chassis.rulebook import Rulebook
from tests.fixtures.offices import OfficeCounty, WholeOffice

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


def finished(office: WholeOffice, letter_id: str, completes: str = "") -> content.InfoReply:
    """A reply with something to tell in every section that the letter asks for."""
    kept = office.ask(lambda connection: office.node.exchange.letter(connection, letter_id))
    asked = content.InfoRequest.FromString(kept.content or b"")
    sections = [
        content.Section(code=one.code, state=content.SECTION_STATE_PROVIDED, text="经查阅台账，情况如下。")
        for one in asked.sections_required
    ]
    units = [content.UnitReply(unit_id=unit.unit_id, sections=sections) for unit in asked.units]
    return content.InfoReply(units=units, completes_letter_id=completes)


def replies(office: WholeOffice, letter_id: str) -> str:
    """The clerk writes the drafted reply over, and the leader signs it; the reply's letter id."""
    (draft,) = office.answer_drafts(letter_id)
    return office.signed(office.rewritten(draft, finished(office, letter_id))).letter_id


def ladder(office: WholeOffice, matter_id: str) -> list[Rung]:
    """The rungs that the letter has reached, as the office knows, lowest first."""
    standing = office.matter(matter_id).matter.standing
    return [rung for rung in Rung if standing.step(rung) is not None]


def on(day: date, hour: int = 9) -> datetime:
    """That hour of a day in Beijing."""
    return datetime.combine(day, time(hour), BEIJING).astimezone(UTC)


def acts(office: WholeOffice, kind: str, matter_id: str, message: Message) -> str:
    """A short act of a named person, which no leader signs; its letter id."""
    peer = office.matter(matter_id).header.counterparty
    return office.do(
        lambda tx: write(tx, office.node.office, Outgoing(kind, peer, words_of(message), matter_id)).letter_id
    )


def returns(office: WholeOffice, matter_id: str, reply_id: str, target: date) -> str:
    """The office returns a reply for completion with a new date."""
    reason = content.ReturnReason(unit_id="U01", section_code="audit.audits_3y", text="请补充整改情况")
    message = content.ReturnForCompletion(letter_id=reply_id, reasons=[reason], target_date=target.isoformat())
    return acts(office, "request.returned", matter_id, message)


async def signed_for(county: OfficeCounty) -> tuple[WholeOffice, WholeOffice, str]:
    """The office, the audit bureau, and the matter of a request that the bureau signed for on 2 March 2026."""
    office, audit = await county.open("inspection", "audit")
    matter_id = office.sends("info.request", "audit", request(county.book, "audit")).letter_id
    await county.deliver()
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, matter_id, audit.actor))
    await county.deliver()
    return office, audit, matter_id
