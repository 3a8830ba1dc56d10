"""Turns matters, their ladders, dates and timelines into the messages of the matters service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from guantong.node.v1 import matters_service_pb2 as pb
from services.chassis.calendar.dues import Due
from services.chassis.calendar.explain import REASON_TEXTS, summary
from services.chassis.calendar.working import WorkingCalendar
from services.chassis.clock import beijing_date
from services.chassis.correspondence.clocks import answered_at
from services.chassis.correspondence.countdown import Countdown
from services.chassis.correspondence.time_flags import flag_message, limits_of
from services.chassis.deadlines.model import Deadline
from services.chassis.deadlines.queries import deadlines_of_all, told_dates
from services.chassis.deadlines.reminders import holding
from services.chassis.deadlines.rules import closing_time
from services.chassis.deadlines.standing import standing
from services.chassis.dossiers import queries
from services.chassis.dossiers.model import Dossier, Head
from services.chassis.dossiers.views import Claim, ladder, time_flags, timeline
from services.chassis.duties.handling import Handler, handlers_of
from services.chassis.exchange.reading import sent_times, stored_times
from services.chassis.matters.evidence import Flag
from services.chassis.matters.fold import Matter
from services.chassis.matters.model import Medium, Rung, Side
from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.dues import ReminderStep
from services.chassis.timestamps import timestamp

_MARKS = {Medium.NODE: "", Medium.PAPER: "paper", Medium.DEEMED: "deemed"}


@dataclass(frozen=True)
class Whole:
    """A matter with everything that is shown of it. `sent_at` is known of letters that this body wrote."""

    dossier: Dossier
    deadlines: Sequence[Deadline]
    sent_at: datetime | None
    arrived: Mapping[str, datetime]
    """When the other side's letters were stored here."""
    due_dates: Mapping[str, date | None]
    """What the letters that moved a date led to, as computed here."""
    handler: Handler | None = None


def wholes(connection: sa.Connection, heads: Sequence[Head]) -> list[Whole]:
    """The matters of a page, in its order; as many queries for one as for all."""
    matter_ids = [head.matter_id for head in heads]
    deadlines, due_dates = deadlines_of_all(connection, matter_ids), told_dates(connection, matter_ids)
    arrived = stored_times(connection, matter_ids)
    sent = sent_times(connection, [head.header.opened_letter_id for head in heads])
    handlers = handlers_of(connection, matter_ids)
    return [
        Whole(
            dossier,
            deadlines[dossier.head.matter_id],
            sent.get(dossier.header.opened_letter_id),
            arrived,
            due_dates,
            handlers.get(dossier.head.matter_id),
        )
        for dossier in queries.load(connection, heads)
    ]


@dataclass(frozen=True)
class Views:
    """How matters look now, by the calendar in force. Late is worked out here and stored nowhere."""

    book: Rulebook
    calendar: WorkingCalendar
    now: datetime
    countdown: Countdown = field(init=False)

    def __post_init__(self) -> None:
        """Count the days of the whole list in one place."""
        object.__setattr__(self, "countdown", Countdown(self.calendar, self.now))

    def matter(self, whole: Whole) -> pb.MatterView:
        """One matter with its ladder and dates."""
        dossier = whole.dossier
        head, header = dossier.head, dossier.header
        kind = self.book.kind(header.letter_kind) if self.book.knows_kind(header.letter_kind) else None
        articles = header.article_ids or (kind.articles if kind else ())
        return pb.MatterView(
            matter_id=head.matter_id,
            matter_kind=header.kind.value,
            letter_kind=header.letter_kind,
            title_zh=kind.zh if kind else header.letter_kind,
            title_en=kind.en if kind else header.letter_kind,
            peer=header.counterparty,
            side=header.our_side.value,
            state=dossier.matter.state.value,
            business_state=head.business_state,
            document_number=header.document_number,
            opened_time=timestamp(head.opened_at),
            updated_time=timestamp(head.changed_at),
            ladder=ladder_messages(whole),
            deadlines=self.deadlines(dossier.matter, whole.deadlines),
            opening_letter_id=header.opened_letter_id,
            flags=[flag_message(flag) for flag in self._flags(whole)],
            article_ids=articles,
            strand=self.book.strand_of(articles),
            sub_unit=header.sub_unit,
            handler_account_id=whole.handler.account_id if whole.handler else "",
            handler_name=whole.handler.name if whole.handler else "",
            open_question_letter_ids=dossier.matter.standing.open_questions,
        )

    def reminder(self, whole: Whole) -> ReminderStep | None:
        """The step of the reminder ladder that our own people stand on today; None where another body owes."""
        if whole.dossier.header.our_side is not Side.ADDRESSEE:
            return None
        today = beijing_date(self.now)
        held = (holding(one, self.book, today, self.calendar) for one in reversed(whole.deadlines))
        return next((step for step in held if step is not None), None)

    def _flags(self, whole: Whole) -> tuple[Flag, ...]:
        return time_flags(whole.dossier, whole.arrived, whole.due_dates, limits_of(self.book))

    def deadlines(self, matter: Matter, deadlines: Iterable[Deadline]) -> list[pb.DeadlineView]:
        """The due dates of one matter."""
        done = answer_times(matter)
        return [self.deadline(one, done=one.closed_at in done) for one in deadlines]

    def deadline(self, deadline: Deadline, *, done: bool) -> pb.DeadlineView:
        """One due date; `done` says that an answer closed it."""
        closing = closing_time(self.book, deadline.due_date) if deadline.due_date is not None else None
        stands = standing(deadline, self.calendar, self.now, done=done, closing=closing)
        return pb.DeadlineView(
            deadline_id=deadline.deadline_id,
            rule_id=deadline.rule_id,
            article_id=deadline.article,
            start_date=deadline.start.isoformat(),
            due_date=_day(deadline.due_date),
            original_due_date=_day(deadline.original_due_date),
            opens_date=_day(deadline.opens_on),
            provisional=deadline.provisional,
            state=stands.outcome.value,
            late=stands.late,
            late_working_day_count=stands.late_working_days,
            remaining_working_day_count=None if stands.late else self.countdown.remaining_of(deadline),
        )


def answer_times(matter: Matter) -> frozenset[datetime]:
    """When each answer that stands counts as given: what closed a clock at such a moment was the duty, done."""
    answers = matter.standing.answers
    return frozenset(answered_at(verdict.act) for verdict in matter.verdicts if verdict.act.letter_id in answers)


def entries(dossier: Dossier) -> list[pb.TimelineEntry]:
    """The matter's history, in the order both sides share."""
    return [
        pb.TimelineEntry(
            time=timestamp(entry.at),
            event=entry.event.value,
            body=entry.body,
            letter_id=entry.letter_id,
            overridden_reason=entry.reason_zh,
            overridden_reason_en=entry.reason_en,
        )
        for entry in timeline(dossier)
    ]


def explained(view: pb.DeadlineView, due: Due) -> pb.ExplainDeadlineResponse:
    """A due date with the days that led to it."""
    days = []
    for step in due.days:
        zh, en = REASON_TEXTS[step.reason]
        days.append(
            pb.ExplainedDay(
                date=step.date.isoformat(),
                counted=step.counted,
                reason_code=step.reason.value,
                reason_zh=zh,
                reason_en=en,
                provisional=step.provisional,
            )
        )
    return pb.ExplainDeadlineResponse(
        deadline=view, days=days, summary_zh=summary(due, "zh"), summary_en=summary(due, "en")
    )


def ladder_messages(whole: Whole) -> list[pb.LadderStep]:
    """Every rung that is reached, lowest first, with all that state a time for it."""
    return [
        _step(rung.rung, claim)
        for rung in ladder(whole.dossier, whole.sent_at)
        if rung.reached is not None
        for claim in (rung.reached, *rung.also)
    ]


def _step(rung: Rung, claim: Claim) -> pb.LadderStep:
    return pb.LadderStep(
        step=rung.value, time=timestamp(claim.at), claimed_by=claim.claimed_by, mark=_MARKS[claim.medium]
    )


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
