"""The clocks a matter's letters start, move and end: a plain function of the folded matter, the same on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType

from services.chassis.calendar.dues import DueRule, RuleKind, Suspension
from services.chassis.clock import beijing_date
from services.chassis.deadlines.follow import Clock, Told
from services.chassis.deadlines.model import Cause
from services.chassis.deadlines.rules import calendar_rule
from services.chassis.matters.effects import instant
from services.chassis.matters.fold import Matter
from services.chassis.matters.model import COUNTY_SETTING, Act, Event, Rung
from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.dues import DueRule as BookRule
from services.chassis.rulebook.dues import StatedDue

COMPLETION = "stated_date"
"""The rule of a reply that was returned for completion: the date stated in the return."""
_MOVES: Mapping[Event, Cause] = MappingProxyType(
    {Event.EXTENDED: Cause.EXTENDED, Event.SUSPENDED: Cause.SUSPENDED, Event.RESUMED: Cause.RESUMED}
)
_ANSWERS = frozenset({Event.ANSWERED, Event.SUPPLEMENTED, Event.FINAL_RESULT})


@dataclass(frozen=True)
class Terms:
    """What the opening letter sets: the rule, the article it rests on, and the date the letter states, if any."""

    rule: BookRule | None
    article: str
    book: Rulebook


def clocks_of(matter: Matter, terms: Terms) -> tuple[Clock, ...]:
    """Every clock of `matter`: the one its opening letter sets, then one for each return for completion.

    A clock ends when a leader-signed answer was written (the later of signing and writing), or when the matter ends
    otherwise. An extension or a stop belongs to the clock that ran when it was written.
    """
    acts = [verdict.act for verdict in matter.verdicts if verdict.effective]
    started = _main(matter, acts, terms)
    clocks = [started] if started is not None else []
    for act in acts:
        if act.event is Event.RETURNED_FOR_COMPLETION:
            clocks += _completion(act)
        elif clocks:
            clocks[-1] = _after(clocks[-1], act, matter)
    ended = matter.standing.reached(Rung.CLOSED) if matter.over else None
    return tuple(_end(clock, ended) for clock in clocks)


def answered_at(act: Act) -> datetime:
    """When an answer counts as given: signed by the leader and written by the node."""
    signed = instant(act.facts, "leader_signed_at")
    return max(signed, act.at) if signed is not None else act.at


def resumed(stops: tuple[Suspension, ...], resumes_on: date) -> tuple[Suspension, ...]:
    """The stops when the last of them ends on `resumes_on`; one that ends before its first day was none."""
    if not stops:
        return ()
    *earlier, last = stops
    return tuple(earlier) if resumes_on <= last.first_day else (*earlier, replace(last, resumes_on=resumes_on))


def _main(matter: Matter, acts: list[Act], terms: Terms) -> Clock | None:
    rule = terms.rule
    opening = next((act for act in acts if act.event is Event.OPENED), None)
    # A rule that the sender keeps, such as when a notice or a report is to be sent, sets the recipient no date.
    if rule is None or rule.start_side != "recipient" or opening is None:
        return None
    since = matter.standing.reached(Rung.SIGNED_FOR) if rule.start == "signed_for" else opening.at
    if since is None:
        return None
    start = beijing_date(since)
    # A rule that came into force later sets no other date for what began before it.
    rule = next((one for one in terms.book.due_rules if one.id == rule.id and one.valid_on(start)), rule)
    stated = _day(opening.facts.get("reply_by"))
    if isinstance(rule, StatedDue) and (stated is None or stated < start):
        # A letter that states no date, or was signed for after it: there is a duty and no date to be held to.
        return Clock(rule.id, terms.article, DueRule(RuleKind.PROMPTLY), start)
    return Clock(rule.id, terms.article, calendar_rule(rule, terms.book, start, stated), start)


def _completion(act: Act) -> Iterator[Clock]:
    target, start = _day(act.facts.get("target_date")), beijing_date(act.at)
    if target is not None and target >= start:
        yield Clock(COMPLETION, COUNTY_SETTING, DueRule(RuleKind.STATED, stated=target), start)


def _after(clock: Clock, act: Act, matter: Matter) -> Clock:
    if act.event in _ANSWERS and act.letter_id in matter.standing.answers:
        return clock if clock.closed_at is not None else replace(clock, closed_at=answered_at(act))
    if clock.closed_at is not None or act.event not in _MOVES:
        return clock
    extension, stops = clock.extension, clock.stops
    if act.event is Event.SUSPENDED:
        stops = (*stops, Suspension(_day(act.facts.get("from")) or beijing_date(act.at)))
    elif act.event is Event.RESUMED:
        stops = resumed(stops, _day(act.facts.get("to")) or beijing_date(act.at))
    else:
        length = act.facts.get("length")
        extension += length if isinstance(length, int) else 0
    return replace(clock, told=(*clock.told, Told(_MOVES[act.event], act.letter_id, extension, stops)))


def _end(clock: Clock, ended: datetime | None) -> Clock:
    return clock if ended is None or clock.closed_at is not None else replace(clock, closed_at=ended)


def _day(text: object) -> date | None:
    if not isinstance(text, str) or not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
