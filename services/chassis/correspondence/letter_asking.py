"""Reads what a list of letters is asked for, and says which part of it cannot be."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from guantong.node.v1 import letters_service_pb2 as pb
from services.chassis.clock import BEIJING
from services.chassis.correspondence.letter_finding import LetterSearch
from services.chassis.correspondence.letter_words import LONGEST, words_of_search
from services.chassis.exchange.model import Direction
from services.chassis.matters.model import Event, State
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rulebook.book import Rulebook

_YEARS = range(1949, 2200)
"""Years that a letter can be of; beyond them the day before or after may be none."""
_STEPS = frozenset({Event.VIEWED, Event.SIGNED_FOR, Event.DEEMED_SIGNED_FOR, Event.ACCEPTED, Event.CLOSED})
"""What a letter of such a kind tells is told by its kind."""


def search_of(request: pb.ListLettersRequest, book: Rulebook, ours: str) -> LetterSearch:
    """What is looked for at the node of the body `ours`.

    Raises:
        FieldInvalidError: a field holds what no letter can have.

    """
    if len(request.text) > LONGEST:
        raise FieldInvalidError(field="text", problem=f"more than {LONGEST} characters")
    to_date = _day("to_date", request.to_date)
    return LetterSearch(
        direction=_direction(request.direction),
        matter_id=request.matter_id or None,
        kind=request.kind or None,
        peer=request.peer or None,
        matter_state=_state(request.matter_state),
        unread=request.unread,
        since=_midnight(_day("from_date", request.from_date)),
        before=_midnight(to_date + timedelta(days=1) if to_date is not None else None),
        words=words_of_search(request.text, book, ours) if request.text.strip() else None,
        without_kinds=_steps(book) if request.without_steps and not request.kind else frozenset(),
    )


def _steps(book: Rulebook) -> frozenset[str]:
    return frozenset(kind.id for kind in book.letter_kinds if kind.event in _STEPS)


def _direction(text: str) -> Direction | None:
    if not text:
        return None
    try:
        return Direction(text)
    except ValueError as error:
        raise FieldInvalidError(field="direction", problem="in or out") from error


def _state(text: str) -> State | None:
    if not text:
        return None
    try:
        return State(text)
    except ValueError as error:
        raise FieldInvalidError(field="matter_state", problem=f"one of {', '.join(State)}") from error


def _day(field: str, text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise FieldInvalidError(field=field, problem="a day as YYYY-MM-DD") from error
    if day.year not in _YEARS:
        raise FieldInvalidError(field=field, problem=f"a year from {_YEARS[0]} to {_YEARS[-1]}")
    return day


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), BEIJING)
