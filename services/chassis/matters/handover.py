"""The table of a handover: sent, stored, signed for, accepted, interim and final results, closed; or not ours."""

from __future__ import annotations

from services.chassis.matters.model import Crossing, Event, Kind, Side, State
from services.chassis.matters.reasons import Why
from services.chassis.matters.table import build, move, no, stay

_OPENER, _ADDRESSEE = Side.OPENER, Side.ADDRESSEE
_O, _A, _BOTH = frozenset({_OPENER}), frozenset({_ADDRESSEE}), frozenset({_OPENER, _ADDRESSEE})

_UNSIGNED = (State.SENT, State.STORED)
_IN_HAND = (State.ACCEPTED, State.INTERIM)
_OWED = (*_UNSIGNED, State.SIGNED_FOR, *_IN_HAND, State.RETURNED)
_OPEN = (*_OWED, State.FINAL)
_CALLED_OFF = (State.NOT_OURS, State.WITHDRAWN, State.RECALLED)
_ENDED = (State.CLOSED, *_CALLED_OFF)
_OPENED = (*_OPEN, *_ENDED)
_SIGNED = (State.SIGNED_FOR, *_IN_HAND, State.RETURNED, State.FINAL)

_EVENTS = {
    Event.OPENED: _O,
    Event.STORED: _A,
    Event.VIEWED: _A,
    Event.SIGNED_FOR: _A,
    Event.DEEMED_SIGNED_FOR: _O,
    Event.ACCEPTED: _A,
    Event.RETURNED_AS_NOT_OURS: _A,
    Event.INTERIM_RESULT: _A,
    Event.FINAL_RESULT: _A,
    Event.SUPPLEMENTED: _A,
    Event.RETURNED_FOR_COMPLETION: _O,
    Event.WITHDRAWN: _O,
    Event.ASKED_BACK: _A,
    Event.CLARIFIED: _O,
    Event.REMINDED: _O,
    Event.EXTENDED: _O,
    Event.SUSPENDED: _O,
    Event.RESUMED: _O,
    Event.CORRECTED: _BOTH,
    Event.RECALLED: _BOTH,
    Event.DELETION_CERTIFIED: _A,
    Event.CLOSED: _O,
}

_RECEIPT = [
    *move(
        [State.UNOPENED],
        Event.OPENED,
        _OPENER,
        State.SENT,
        "leader_signed",
        "hearing_recorded",
        "packed_by_two",
        article="A4.1a",
    ),
    *move([State.SENT], Event.STORED, _ADDRESSEE, State.STORED),
    *stay([s for s in _OPENED if s is not State.SENT], Event.STORED, _ADDRESSEE),
    # A sealed handover is looked into only after it is signed for; a viewing before that is evidence, no state.
    *stay(_OPENED, Event.VIEWED, _ADDRESSEE),
    *move(_UNSIGNED, Event.SIGNED_FOR, _ADDRESSEE, State.SIGNED_FOR, "named_person_signs", article="A4.3d"),
    *stay(
        _SIGNED,
        Event.SIGNED_FOR,
        _ADDRESSEE,
        "named_person_signs",
        "no_person_signed_yet",
        article="A4.3d",
    ),
    *no(_ENDED, Event.SIGNED_FOR, _ADDRESSEE, Why.OVER, Crossing.KEPT),
    *move(_UNSIGNED, Event.DEEMED_SIGNED_FOR, _OPENER, State.SIGNED_FOR, "telephone_recorded"),
    *no(_SIGNED, Event.DEEMED_SIGNED_FOR, _OPENER, Why.ALREADY_SIGNED_FOR),
    *no(_ENDED, Event.DEEMED_SIGNED_FOR, _OPENER, Why.OVER),
    *no(_UNSIGNED, Event.ACCEPTED, _ADDRESSEE, Why.SIGN_FIRST),
    *move([State.SIGNED_FOR], Event.ACCEPTED, _ADDRESSEE, State.ACCEPTED),
    *no(
        [*_IN_HAND, State.RETURNED, State.FINAL],
        Event.ACCEPTED,
        _ADDRESSEE,
        Why.ALREADY_ACCEPTED,
        Crossing.KEPT,
    ),
    *no([State.CLOSED], Event.ACCEPTED, _ADDRESSEE, Why.OVER, Crossing.KEPT),
    *no(_CALLED_OFF, Event.ACCEPTED, _ADDRESSEE, Why.OVER),
    *no(_UNSIGNED, Event.RETURNED_AS_NOT_OURS, _ADDRESSEE, Why.SIGN_FIRST),
    *move(
        [State.SIGNED_FOR],
        Event.RETURNED_AS_NOT_OURS,
        _ADDRESSEE,
        State.NOT_OURS,
        "reason_given",
        "proposed_body_given",
        "leader_signed",
    ),
    *no(
        [*_IN_HAND, State.RETURNED, State.FINAL],
        Event.RETURNED_AS_NOT_OURS,
        _ADDRESSEE,
        Why.RESULT_INSTEAD,
    ),
    *no(_ENDED, Event.RETURNED_AS_NOT_OURS, _ADDRESSEE, Why.OVER),
]

_RESULTS = [
    *no(_UNSIGNED, Event.INTERIM_RESULT, _ADDRESSEE, Why.SIGN_FIRST),
    *no([State.SIGNED_FOR], Event.INTERIM_RESULT, _ADDRESSEE, Why.ACCEPT_FIRST),
    *move(_IN_HAND, Event.INTERIM_RESULT, _ADDRESSEE, State.INTERIM, "leader_signed", article="A4.3d"),
    *stay([State.RETURNED], Event.INTERIM_RESULT, _ADDRESSEE, "leader_signed", article="A4.3d"),
    *no([State.FINAL], Event.INTERIM_RESULT, _ADDRESSEE, Why.ALREADY_ANSWERED),
    *no(_ENDED, Event.INTERIM_RESULT, _ADDRESSEE, Why.OVER),
    *no(_UNSIGNED, Event.FINAL_RESULT, _ADDRESSEE, Why.SIGN_FIRST),
    *no([State.SIGNED_FOR], Event.FINAL_RESULT, _ADDRESSEE, Why.ACCEPT_FIRST),
    *move(
        [*_IN_HAND, State.RETURNED],
        Event.FINAL_RESULT,
        _ADDRESSEE,
        State.FINAL,
        "results_coded",
        "leader_signed",
        article="A4.3d",
    ),
    *no([State.FINAL], Event.FINAL_RESULT, _ADDRESSEE, Why.ALREADY_ANSWERED),
    *no(_ENDED, Event.FINAL_RESULT, _ADDRESSEE, Why.OVER),
    *no(
        [*_UNSIGNED, State.SIGNED_FOR, *_IN_HAND],
        Event.SUPPLEMENTED,
        _ADDRESSEE,
        Why.NOT_ANSWERED,
    ),
    # Facts may change after the end (an appeal, a later decision): the record takes them.
    *stay([State.FINAL, State.CLOSED], Event.SUPPLEMENTED, _ADDRESSEE, "leader_signed", article="A4.3d"),
    *move(
        [State.RETURNED],
        Event.SUPPLEMENTED,
        _ADDRESSEE,
        State.FINAL,
        "leader_signed",
        article="A4.3d",
        crossing=Crossing.KEPT,
    ),
    *no(_CALLED_OFF, Event.SUPPLEMENTED, _ADDRESSEE, Why.OVER),
    *no(_OWED, Event.RETURNED_FOR_COMPLETION, _OPENER, Why.NOT_ANSWERED),
    *move([State.FINAL], Event.RETURNED_FOR_COMPLETION, _OPENER, State.RETURNED, "reason_per_section"),
    *no(_ENDED, Event.RETURNED_FOR_COMPLETION, _OPENER, Why.OVER),
]

_TALK = [
    *stay(_OPEN, Event.ASKED_BACK, _ADDRESSEE),
    *no(_ENDED, Event.ASKED_BACK, _ADDRESSEE, Why.OVER),
    *stay(_OPEN, Event.CLARIFIED, _OPENER),
    *no(_ENDED, Event.CLARIFIED, _OPENER, Why.OVER),
    *stay(_OWED, Event.REMINDED, _OPENER, "step_named"),
    *no([State.FINAL], Event.REMINDED, _OPENER, Why.ALREADY_ANSWERED),
    *no(_ENDED, Event.REMINDED, _OPENER, Why.OVER),
    *stay(_OWED, Event.EXTENDED, _OPENER, "reason_and_approver", "length_given"),
    *no([State.FINAL, *_ENDED], Event.EXTENDED, _OPENER, Why.NOTHING_RUNNING),
    *stay(_OWED, Event.SUSPENDED, _OPENER, "reason_and_approver", "running"),
    *no([State.FINAL, *_ENDED], Event.SUSPENDED, _OPENER, Why.NOTHING_RUNNING),
    *stay(_OPEN, Event.RESUMED, _OPENER, "reason_and_approver", "suspended"),
    *no(_ENDED, Event.RESUMED, _OPENER, Why.NOTHING_RUNNING),
    *stay(_OPENED, Event.CORRECTED, _OPENER, "names_own_letter", "leader_signed"),
    *stay(_OPENED, Event.CORRECTED, _ADDRESSEE, "names_own_letter", "leader_signed"),
]

_ENDINGS = [
    *move(_OWED, Event.WITHDRAWN, _OPENER, State.WITHDRAWN, "reason_and_approver", "leader_signed"),
    *no([State.FINAL], Event.WITHDRAWN, _OPENER, Why.ALREADY_ANSWERED),
    *no(_ENDED, Event.WITHDRAWN, _OPENER, Why.OVER),
    *move(_OPEN, Event.RECALLED, _OPENER, State.RECALLED, "names_opening_letter", "reason_and_approver"),
    *no(_ENDED, Event.RECALLED, _OPENER, Why.OVER),
    *no(
        [*_UNSIGNED, State.SIGNED_FOR, *_IN_HAND],
        Event.RECALLED,
        _ADDRESSEE,
        Why.NOT_ANSWERED,
    ),
    *move([State.FINAL], Event.RECALLED, _ADDRESSEE, State.ACCEPTED, "names_own_answer", "reason_and_approver"),
    *stay([State.RETURNED], Event.RECALLED, _ADDRESSEE, "names_own_answer", "reason_and_approver"),
    *no(_ENDED, Event.RECALLED, _ADDRESSEE, Why.OVER),
    *stay([State.RECALLED], Event.DELETION_CERTIFIED, _ADDRESSEE, "leader_signed"),
    *no([s for s in _OPENED if s is not State.RECALLED], Event.DELETION_CERTIFIED, _ADDRESSEE, Why.NOT_RECALLED),
    *move([State.FINAL], Event.CLOSED, _OPENER, State.CLOSED, "every_person_has_result", article="A4.3d"),
    *move(_OWED, Event.CLOSED, _OPENER, State.CLOSED, "closing_recorded"),
    *no(_ENDED, Event.CLOSED, _OPENER, Why.OVER),
]

HANDOVER = build(
    Kind.HANDOVER,
    (State.UNOPENED, *_OPENED),
    _ENDED,
    _EVENTS,
    [*_RECEIPT, *_RESULTS, *_TALK, *_ENDINGS],
)
