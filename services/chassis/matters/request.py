"""The table of a request: sent, stored, viewed, signed for, accepted, answered, settled; and its branches."""

from __future__ import annotations

from services.chassis.matters.model import Crossing, Event, Kind, Side, State
from services.chassis.matters.reasons import Why
from services.chassis.matters.table import build, move, no, stay

_OPENER, _ADDRESSEE = Side.OPENER, Side.ADDRESSEE
_O, _A, _BOTH = frozenset({_OPENER}), frozenset({_ADDRESSEE}), frozenset({_OPENER, _ADDRESSEE})

_UNSIGNED = (State.SENT, State.STORED, State.VIEWED)
_WORKING = (State.SIGNED_FOR, State.ACCEPTED)
_OWED = (*_UNSIGNED, *_WORKING, State.RETURNED)
"""The addressee still owes something: clocks run, reminders go out."""
_OPEN = (*_OWED, State.ANSWERED)
_ENDED = (State.SETTLED, State.DECLINED, State.WITHDRAWN, State.RECALLED, State.CLOSED)
_CALLED_OFF = (State.WITHDRAWN, State.RECALLED, State.CLOSED)
_OPENED = (*_OPEN, *_ENDED)

_REPLY = ("every_section_has_state", "leader_signed", "deidentified", "empty_is_confirmed")

_EVENTS = {
    Event.OPENED: _O,
    Event.STORED: _A,
    Event.VIEWED: _A,
    Event.SIGNED_FOR: _A,
    Event.DEEMED_SIGNED_FOR: _O,
    Event.ACCEPTED: _A,
    Event.DECLINED: _A,
    Event.ANSWERED: _A,
    Event.SUPPLEMENTED: _A,
    Event.RETURNED_FOR_COMPLETION: _O,
    Event.REPLY_ACCEPTED: _O,
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
    *move([State.UNOPENED], Event.OPENED, _OPENER, State.SENT, "leader_signed", article="A3.2a"),
    *move([State.SENT], Event.STORED, _ADDRESSEE, State.STORED),
    *stay([s for s in _OPENED if s is not State.SENT], Event.STORED, _ADDRESSEE),
    *move([State.SENT, State.STORED], Event.VIEWED, _ADDRESSEE, State.VIEWED),
    *stay([s for s in _OPENED if s not in (State.SENT, State.STORED)], Event.VIEWED, _ADDRESSEE),
    *move(_UNSIGNED, Event.SIGNED_FOR, _ADDRESSEE, State.SIGNED_FOR, "named_person_signs", article="A3.2h"),
    # After a deemed receipt the person's own signature still joins: both are shown, the earlier one counts.
    *stay(
        [*_WORKING, State.ANSWERED, State.RETURNED],
        Event.SIGNED_FOR,
        _ADDRESSEE,
        "named_person_signs",
        "no_person_signed_yet",
        article="A3.2h",
    ),
    *no(_ENDED, Event.SIGNED_FOR, _ADDRESSEE, Why.OVER, Crossing.KEPT),
    *move(_UNSIGNED, Event.DEEMED_SIGNED_FOR, _OPENER, State.SIGNED_FOR, "telephone_recorded"),
    *no([*_WORKING, State.ANSWERED, State.RETURNED], Event.DEEMED_SIGNED_FOR, _OPENER, Why.ALREADY_SIGNED_FOR),
    *no(_ENDED, Event.DEEMED_SIGNED_FOR, _OPENER, Why.OVER),
    *no(_UNSIGNED, Event.ACCEPTED, _ADDRESSEE, Why.SIGN_FIRST),
    *move([State.SIGNED_FOR], Event.ACCEPTED, _ADDRESSEE, State.ACCEPTED),
    # Only a reply recorded on paper can have gone past an acceptance under way: the acceptance is evidence.
    *no(
        [State.ACCEPTED, State.ANSWERED, State.RETURNED],
        Event.ACCEPTED,
        _ADDRESSEE,
        Why.ALREADY_ACCEPTED,
        Crossing.KEPT,
    ),
    *no([State.SETTLED], Event.ACCEPTED, _ADDRESSEE, Why.OVER, Crossing.KEPT),
    *no([State.DECLINED, *_CALLED_OFF], Event.ACCEPTED, _ADDRESSEE, Why.OVER),
]

_REPLIES = [
    *move([*_UNSIGNED, *_WORKING], Event.DECLINED, _ADDRESSEE, State.DECLINED, "reason_given", "leader_signed"),
    *no([State.ANSWERED, State.RETURNED], Event.DECLINED, _ADDRESSEE, Why.ALREADY_ANSWERED),
    *no(_ENDED, Event.DECLINED, _ADDRESSEE, Why.OVER),
    *no(_UNSIGNED, Event.ANSWERED, _ADDRESSEE, Why.SIGN_FIRST),
    # A whole new reply is judged anew, even if it was written before the return was seen.
    *move(
        [*_WORKING, State.RETURNED, State.DECLINED],
        Event.ANSWERED,
        _ADDRESSEE,
        State.ANSWERED,
        *_REPLY,
        article="A3.2h",
    ),
    *no([State.ANSWERED], Event.ANSWERED, _ADDRESSEE, Why.ALREADY_ANSWERED),
    *no([State.SETTLED, *_CALLED_OFF], Event.ANSWERED, _ADDRESSEE, Why.OVER),
    *no([*_UNSIGNED, *_WORKING], Event.SUPPLEMENTED, _ADDRESSEE, Why.NOT_ANSWERED),
    *stay([State.ANSWERED], Event.SUPPLEMENTED, _ADDRESSEE, "leader_signed", "deidentified", article="A3.2h"),
    # A supplement that had not seen the return does not answer it: it counts, and the return stands.
    *move(
        [State.RETURNED],
        Event.SUPPLEMENTED,
        _ADDRESSEE,
        State.ANSWERED,
        *_REPLY,
        article="A3.2h",
        crossing=Crossing.KEPT,
    ),
    *stay(
        [State.SETTLED],
        Event.SUPPLEMENTED,
        _ADDRESSEE,
        "leader_signed",
        "deidentified",
        "not_past_reporting",
        article="A3.2j",
    ),
    *no([State.DECLINED, *_CALLED_OFF], Event.SUPPLEMENTED, _ADDRESSEE, Why.OVER),
    *no([*_UNSIGNED, *_WORKING], Event.RETURNED_FOR_COMPLETION, _OPENER, Why.NOT_ANSWERED),
    # Returning a refusal to answer is how the office insists on an answer.
    *move(
        [State.ANSWERED, State.DECLINED],
        Event.RETURNED_FOR_COMPLETION,
        _OPENER,
        State.RETURNED,
        "reason_per_section",
        "target_date_given",
    ),
    *no([State.RETURNED], Event.RETURNED_FOR_COMPLETION, _OPENER, Why.NOT_ANSWERED),
    *no([State.SETTLED, *_CALLED_OFF], Event.RETURNED_FOR_COMPLETION, _OPENER, Why.OVER),
    *no([*_UNSIGNED, *_WORKING], Event.REPLY_ACCEPTED, _OPENER, Why.NOT_ANSWERED),
    *move([State.ANSWERED, State.RETURNED], Event.REPLY_ACCEPTED, _OPENER, State.SETTLED),
    *no(_ENDED, Event.REPLY_ACCEPTED, _OPENER, Why.OVER),
]

_TALK = [
    *stay(_OWED, Event.ASKED_BACK, _ADDRESSEE),
    *no([State.ANSWERED], Event.ASKED_BACK, _ADDRESSEE, Why.ALREADY_ANSWERED),
    *no(_ENDED, Event.ASKED_BACK, _ADDRESSEE, Why.OVER),
    *stay(_OPEN, Event.CLARIFIED, _OPENER),
    *no(_ENDED, Event.CLARIFIED, _OPENER, Why.OVER),
    *stay(_OWED, Event.REMINDED, _OPENER, "step_named"),
    *no([State.ANSWERED], Event.REMINDED, _OPENER, Why.ALREADY_ANSWERED),
    *no(_ENDED, Event.REMINDED, _OPENER, Why.OVER),
    *stay(_OWED, Event.EXTENDED, _OPENER, "reason_and_approver", "length_given"),
    *no([State.ANSWERED, *_ENDED], Event.EXTENDED, _OPENER, Why.NOTHING_RUNNING),
    *stay(_OWED, Event.SUSPENDED, _OPENER, "reason_and_approver", "running"),
    *no([State.ANSWERED, *_ENDED], Event.SUSPENDED, _OPENER, Why.NOTHING_RUNNING),
    *stay(_OPEN, Event.RESUMED, _OPENER, "reason_and_approver", "suspended"),
    *no(_ENDED, Event.RESUMED, _OPENER, Why.NOTHING_RUNNING),
    *stay(_OPENED, Event.CORRECTED, _OPENER, "names_own_letter", "leader_signed"),
    *stay(_OPENED, Event.CORRECTED, _ADDRESSEE, "names_own_letter", "leader_signed"),
]

_ENDINGS = [
    *move(_OWED, Event.WITHDRAWN, _OPENER, State.WITHDRAWN, "reason_given", "leader_signed"),
    *no([State.ANSWERED], Event.WITHDRAWN, _OPENER, Why.ALREADY_ANSWERED),
    *no(_ENDED, Event.WITHDRAWN, _OPENER, Why.OVER),
    *move(_OPEN, Event.RECALLED, _OPENER, State.RECALLED, "names_opening_letter", "reason_and_approver"),
    *no(_ENDED, Event.RECALLED, _OPENER, Why.OVER),
    *no([*_UNSIGNED, *_WORKING], Event.RECALLED, _ADDRESSEE, Why.NOT_ANSWERED),
    *move([State.ANSWERED], Event.RECALLED, _ADDRESSEE, State.ACCEPTED, "names_own_answer", "reason_and_approver"),
    *stay([State.RETURNED], Event.RECALLED, _ADDRESSEE, "names_own_answer", "reason_and_approver"),
    *no(_ENDED, Event.RECALLED, _ADDRESSEE, Why.OVER),
    *stay([State.RECALLED], Event.DELETION_CERTIFIED, _ADDRESSEE, "leader_signed"),
    *no([s for s in _OPENED if s is not State.RECALLED], Event.DELETION_CERTIFIED, _ADDRESSEE, Why.NOT_RECALLED),
    *move(_OPEN, Event.CLOSED, _OPENER, State.CLOSED, "closing_recorded"),
    *no(_ENDED, Event.CLOSED, _OPENER, Why.OVER),
]

REQUEST = build(
    Kind.REQUEST,
    (State.UNOPENED, *_OPENED),
    _ENDED,
    _EVENTS,
    [*_RECEIPT, *_REPLIES, *_TALK, *_ENDINGS],
)
