"""The table of a notice: sent, stored, viewed, signed for. Nothing is owed back."""

from __future__ import annotations

from services.chassis.matters.model import Crossing, Event, Kind, Side, State
from services.chassis.matters.reasons import Why
from services.chassis.matters.table import build, move, no, stay

_OPENER, _ADDRESSEE = Side.OPENER, Side.ADDRESSEE
_O, _A, _BOTH = frozenset({_OPENER}), frozenset({_ADDRESSEE}), frozenset({_OPENER, _ADDRESSEE})

_UNSIGNED = (State.SENT, State.STORED, State.VIEWED)
_CALLED_OFF = (State.RECALLED, State.CLOSED)
_OPENED = (*_UNSIGNED, State.SIGNED_FOR, *_CALLED_OFF)
_LIVING = (*_UNSIGNED, State.SIGNED_FOR)

_EVENTS = {
    Event.OPENED: _O,
    Event.STORED: _A,
    Event.VIEWED: _A,
    Event.SIGNED_FOR: _A,
    Event.DEEMED_SIGNED_FOR: _O,
    Event.ASKED_BACK: _A,
    Event.CLARIFIED: _O,
    Event.REMINDED: _O,
    Event.CORRECTED: _BOTH,
    Event.RECALLED: _O,
    Event.DELETION_CERTIFIED: _A,
    Event.CLOSED: _O,
}

_RECEIPT = [
    *move([State.UNOPENED], Event.OPENED, _OPENER, State.SENT, "leader_signed"),
    *move([State.SENT], Event.STORED, _ADDRESSEE, State.STORED),
    *stay([s for s in _OPENED if s is not State.SENT], Event.STORED, _ADDRESSEE),
    *move([State.SENT, State.STORED], Event.VIEWED, _ADDRESSEE, State.VIEWED),
    *stay([s for s in _OPENED if s not in (State.SENT, State.STORED)], Event.VIEWED, _ADDRESSEE),
    *move(_UNSIGNED, Event.SIGNED_FOR, _ADDRESSEE, State.SIGNED_FOR, "named_person_signs"),
    *stay([State.SIGNED_FOR], Event.SIGNED_FOR, _ADDRESSEE, "named_person_signs", "no_person_signed_yet"),
    *no(_CALLED_OFF, Event.SIGNED_FOR, _ADDRESSEE, Why.OVER, Crossing.KEPT),
    *move(_UNSIGNED, Event.DEEMED_SIGNED_FOR, _OPENER, State.SIGNED_FOR, "telephone_recorded"),
    *no([State.SIGNED_FOR], Event.DEEMED_SIGNED_FOR, _OPENER, Why.ALREADY_SIGNED_FOR),
    *no(_CALLED_OFF, Event.DEEMED_SIGNED_FOR, _OPENER, Why.OVER),
]

_TALK = [
    *stay(_LIVING, Event.ASKED_BACK, _ADDRESSEE),
    *no(_CALLED_OFF, Event.ASKED_BACK, _ADDRESSEE, Why.OVER),
    *stay(_LIVING, Event.CLARIFIED, _OPENER),
    *no(_CALLED_OFF, Event.CLARIFIED, _OPENER, Why.OVER),
    *stay(_UNSIGNED, Event.REMINDED, _OPENER, "step_named"),
    *no([State.SIGNED_FOR], Event.REMINDED, _OPENER, Why.ALREADY_SIGNED_FOR),
    *no(_CALLED_OFF, Event.REMINDED, _OPENER, Why.OVER),
    *stay(_OPENED, Event.CORRECTED, _OPENER, "names_own_letter", "leader_signed"),
    *stay(_OPENED, Event.CORRECTED, _ADDRESSEE, "names_own_letter", "leader_signed"),
]

_ENDINGS = [
    # A notice that went to the wrong body is recalled even after it was signed for: that is an incident.
    *move(_LIVING, Event.RECALLED, _OPENER, State.RECALLED, "names_opening_letter", "reason_and_approver"),
    *no(_CALLED_OFF, Event.RECALLED, _OPENER, Why.OVER),
    *stay([State.RECALLED], Event.DELETION_CERTIFIED, _ADDRESSEE, "leader_signed"),
    *no([*_LIVING, State.CLOSED], Event.DELETION_CERTIFIED, _ADDRESSEE, Why.NOT_RECALLED),
    *move(_UNSIGNED, Event.CLOSED, _OPENER, State.CLOSED, "closing_recorded"),
    *no([State.SIGNED_FOR, *_CALLED_OFF], Event.CLOSED, _OPENER, Why.OVER),
]

NOTICE = build(
    Kind.NOTICE,
    (State.UNOPENED, *_OPENED),
    (State.SIGNED_FOR, *_CALLED_OFF),
    _EVENTS,
    [*_RECEIPT, *_TALK, *_ENDINGS],
)
