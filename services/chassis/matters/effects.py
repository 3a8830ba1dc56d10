"""What an act that counts adds to where the matter stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from services.chassis.matters.model import Act, Event, Facts, Medium, Rung, Side, Standing, State, Step

_RUNGS = {
    Event.STORED: Rung.STORED,
    Event.VIEWED: Rung.VIEWED,
    Event.SIGNED_FOR: Rung.SIGNED_FOR,
    Event.ACCEPTED: Rung.ACCEPTED,
    Event.ANSWERED: Rung.ANSWERED,
    Event.FINAL_RESULT: Rung.ANSWERED,
}

CLAIMED = frozenset({Rung.VIEWED, Rung.SIGNED_FOR, Rung.ACCEPTED})
"""Rungs whose time is what somebody says of a person, a telephone call or a slip of paper."""


def apply(standing: Standing, act: Act, to: State, terminal: frozenset[State]) -> Standing:
    """The standing after `act` counted and led to `to`."""
    after = replace(standing, state=to, own_letters=standing.own_letters | {(act.side, act.letter_id)})
    after = _climb(after, act)
    effect = _EFFECTS.get(act.event)
    if effect is not None:
        after = effect(after, act, terminal)
    return _end(after, act, standing.state, terminal)


def instant(facts: Facts, name: str) -> datetime | None:
    """The aware instant that fact `name` states in ISO form, or None."""
    value = facts.get(name)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def store(standing: Standing, at: datetime) -> Standing:
    """The opening letter is stored by the peer's node, by its receipt."""
    step = Step(Rung.STORED, at, Side.ADDRESSEE, Medium.NODE, standing.opening_id)
    state = State.STORED if standing.state is State.SENT else standing.state
    return replace(standing, state=state, steps=(*standing.steps, step))


def _climb(standing: Standing, act: Act) -> Standing:
    rung = _RUNGS.get(act.event)
    return standing if rung is None else _step(standing, act, rung, act.at, act.medium)


def _step(standing: Standing, act: Act, rung: Rung, at: datetime, medium: Medium) -> Standing:
    written = standing.reached(Rung.WRITTEN)
    if rung in CLAIMED and written is not None:
        # Nobody received or took on what was not yet written; the act keeps what was claimed.
        at = max(at, written)
    step = Step(rung, at, act.writer, medium, act.letter_id)
    return replace(standing, steps=(*standing.steps, step))


def _end(standing: Standing, act: Act, before: State, terminal: frozenset[State]) -> Standing:
    if standing.state in terminal and before not in terminal:
        return _step(standing, act, Rung.CLOSED, act.at, act.medium)
    if before in terminal and standing.state not in terminal:
        return replace(standing, steps=tuple(s for s in standing.steps if s.rung is not Rung.CLOSED))
    return standing


def _opened(standing: Standing, act: Act, _terminal: frozenset[State]) -> Standing:
    standing = _step(standing, act, Rung.WRITTEN, act.at, act.medium)
    signed = instant(act.facts, "leader_signed_at")
    if signed is not None:
        standing = _step(standing, act, Rung.SIGNED, signed, act.medium)
    return replace(
        standing,
        opening_id=act.letter_id,
        required_sections=_names(act.facts, "required_sections"),
        persons=_names(act.facts, "persons"),
    )


def _deemed(standing: Standing, act: Act, _terminal: frozenset[State]) -> Standing:
    told = None if "claimed_at" in act.facts else instant(act.facts, "telephoned_at")
    return _step(standing, act, Rung.SIGNED_FOR, told or act.at, Medium.DEEMED)


def _answered(standing: Standing, act: Act, _terminal: frozenset[State]) -> Standing:
    results = act.facts.get("results")
    persons = list(results) if isinstance(results, Mapping) else []
    found = frozenset((act.letter_id, str(person)) for person in persons)
    return replace(standing, answers=(*standing.answers, act.letter_id), results=standing.results | found)


def _supplemented(standing: Standing, act: Act, terminal: frozenset[State]) -> Standing:
    standing = _answered(standing, act, terminal)
    late = 1 if standing.state in terminal else 0
    return replace(standing, supplements_after_end=standing.supplements_after_end + late)


def _recalled(standing: Standing, act: Act, _terminal: frozenset[State]) -> Standing:
    if act.side is Side.OPENER:
        return standing
    gone = act.facts.get("letter")
    return replace(
        standing,
        answers=tuple(letter for letter in standing.answers if letter != gone),
        results=frozenset(pair for pair in standing.results if pair[0] != gone),
        steps=tuple(s for s in standing.steps if s.rung is not Rung.ANSWERED or s.letter_id != gone),
    )


def _asked_back(standing: Standing, act: Act, _terminal: frozenset[State]) -> Standing:
    return replace(standing, open_questions=(*standing.open_questions, act.letter_id))


def _clarified(standing: Standing, _act: Act, _terminal: frozenset[State]) -> Standing:
    return replace(standing, open_questions=())


def _reminded(standing: Standing, _act: Act, _terminal: frozenset[State]) -> Standing:
    return replace(standing, reminders=standing.reminders + 1)


def _clock_moved(standing: Standing, act: Act, _terminal: frozenset[State]) -> Standing:
    suspended = {Event.SUSPENDED: True, Event.RESUMED: False}.get(act.event, standing.suspended)
    return replace(standing, clock_moves=(*standing.clock_moves, act.letter_id), suspended=suspended)


def _names(facts: Facts, name: str) -> tuple[str, ...]:
    value = facts.get(name)
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()


_Effect = Callable[[Standing, Act, frozenset[State]], Standing]
_EFFECTS: Mapping[Event, _Effect] = {
    Event.OPENED: _opened,
    Event.DEEMED_SIGNED_FOR: _deemed,
    Event.ANSWERED: _answered,
    Event.FINAL_RESULT: _answered,
    Event.SUPPLEMENTED: _supplemented,
    Event.RECALLED: _recalled,
    Event.ASKED_BACK: _asked_back,
    Event.CLARIFIED: _clarified,
    Event.REMINDED: _reminded,
    Event.EXTENDED: _clock_moved,
    Event.SUSPENDED: _clock_moved,
    Event.RESUMED: _clock_moved,
}
