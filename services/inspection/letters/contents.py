"""Writes the contents of a round's letters as the exchange carries them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.rulebook.dues import DueRule, StatedDue, WorkingDaysDue
from services.inspection.letters.records import (
    CONFIDENTIALITY,
    DELIVERY,
    SectionWanted,
    opinion_purpose,
    request_purpose,
)
from services.inspection.rounds.records import Round
from services.inspection.units.queries import UnitOn
from services.inspection.units.records import Post, post_on


def info_request(
    current: Round,
    units: Iterable[tuple[UnitOn, Sequence[Post]]],
    sections: Iterable[SectionWanted],
    questions: Sequence[tuple[str, str]],
    *,
    due: DueRule | None,
    contact: content.Contact,
    day: date,
) -> content.InfoRequest:
    """A request for material: units with their people, sections with their periods, and the clock's rule."""
    return content.InfoRequest(
        round=content.RoundReference(round_id=current.round_id, name=current.name),
        purpose=request_purpose(current.name, current.kind.value, current.site_from, questions),
        units=[_unit(unit, posts, day) for unit, posts in units],
        sections_required=[_section(one) for one in sections],
        reply_rule=reply_rule(due, None),
        contact=contact,
        confidentiality_notice=CONFIDENTIALITY,
        delivery_notice=DELIVERY,
    )


def opinion_request(
    current: Round, units: Iterable[UnitOn], *, due: DueRule | None, reply_by: date, contact: content.Contact, day: date
) -> content.OpinionRequest:
    """A request for an opinion on the targets, due on the date that the office sets."""
    return content.OpinionRequest(
        round=content.RoundReference(round_id=current.round_id, name=current.name),
        purpose=opinion_purpose(current.name, current.kind.value),
        units=[_unit(unit, (), day) for unit in units],
        reply_rule=reply_rule(due, reply_by),
        contact=contact,
        confidentiality_notice=CONFIDENTIALITY,
    )


def reply_rule(due: DueRule | None, by_date: date | None) -> content.ReplyRule:
    """The rule by which the addressee's clock runs; never a number where the opinion gives none."""
    if due is None:
        return content.ReplyRule(kind=content.REPLY_RULE_KIND_NO_DATE)
    article = due.articles[0]
    if isinstance(due, WorkingDaysDue):
        return content.ReplyRule(
            kind=content.REPLY_RULE_KIND_WORKING_DAYS_AFTER_RECEIPT,
            working_day_count=due.working_days,
            article_id=article,
            text=due.zh,
        )
    if isinstance(due, StatedDue) and by_date is not None:
        day = by_date.isoformat()
        return content.ReplyRule(
            kind=content.REPLY_RULE_KIND_BY_DATE, by_date=day, article_id=article, text=f"请于{day}前函复"
        )
    return content.ReplyRule(kind=content.REPLY_RULE_KIND_NO_DATE, article_id=article, text=due.zh)


def _unit(unit: UnitOn, posts: Sequence[Post], day: date) -> content.UnitReference:
    return content.UnitReference(
        unit_id=unit.unit_id,
        name=unit.name,
        party_organization=unit.version.party_organization,
        former_names=unit.former_names,
        extension_units=unit.version.sub_units,
        leading_group=[content.Person(name=post.name, post=post_on(post, day)) for post in posts],
        coordinating_body=unit.body,
    )


def _section(one: SectionWanted) -> content.SectionRequired:
    return content.SectionRequired(
        code=one.code,
        name=one.title,
        window_from_date=one.period.first.isoformat() if one.period else "",
        window_to_date=one.period.last.isoformat() if one.period else "",
        article_id=one.article,
        guidance=one.guidance,
    )
