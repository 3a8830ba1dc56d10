"""Moves a round towards its site stage: preparation opened, entry, leaving, and calling it off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.clock import beijing_date
from services.chassis.storage import Transaction
from services.inspection.letters.store import OPINION, REQUEST, RoundLetter, letters_of
from services.inspection.replies.records import Reply, counted, missing, required
from services.inspection.replies.store import replies_in
from services.inspection.rounds.errors import NotPreparedError
from services.inspection.rounds.plan import advance, allowed
from services.inspection.rounds.records import Round
from services.inspection.rounds.store import unit_ids_of
from services.inspection.standing import LetterStanding, Standings
from services.inspection.teams.authorizing import authorization_missing, revoke_authorization
from services.inspection.teams.store import teams_of


@dataclass(frozen=True)
class Entered:
    """A round that has entered, and what it entered without: matters whose answers are missing, warned of only."""

    current: Round
    unanswered_matters: tuple[str, ...]


def open_preparation(tx: Transaction, round_id: str, standings: Standings, *, by: str) -> Round:
    """Open the preparation once opinion and request letters were sent and every unit's team is authorized.

    Staffing letters (A2.1d) are not written here yet and are not asked for.

    Raises:
        NotPreparedError: something of this is missing; all of it is named.

    """
    current, step = allowed(tx, round_id, "open_preparation")
    letters = letters_of(tx.connection, round_id)
    faults = [kind for kind in (OPINION, REQUEST) if not any(letter.kind == kind for letter in letters)]
    faults += [
        f"{letter.kind} → {letter.body}" for letter in letters if standings(tx.connection, letter.matter_id) is None
    ]
    faults += _unauthorized(tx, round_id)
    if faults:
        raise NotPreparedError(missing="; ".join(faults))
    return advance(tx, current, step, by=by)


def enter(tx: Transaction, round_id: str, standings: Standings, *, by: str) -> Entered:
    """Enter the site. Missing answers are a warning and never a bar; a team that may not act today is a bar (A2.1e).

    Raises:
        NotPreparedError: a unit's team is not authorized today.

    """
    current, step = allowed(tx, round_id, "enter")
    today = beijing_date(tx.now)
    teams = teams_of(tx.connection, round_id)
    faults = _unauthorized(tx, round_id) or [f"authorization {one.team_id}" for one in teams if not one.live(today)]
    if faults:
        raise NotPreparedError(missing="; ".join(faults))
    letters = letters_of(tx.connection, round_id)
    replies = replies_in(tx.connection, [letter.matter_id for letter in letters])
    unanswered = [
        letter.matter_id
        for letter in letters
        if letter.kind == REQUEST
        and _unanswered(letter, replies[letter.matter_id], standings(tx.connection, letter.matter_id))
    ]
    dates = {} if current.site_from else {"site_from": today}
    return Entered(advance(tx, current, step, by=by, **dates), tuple(unanswered))


def leave(tx: Transaction, round_id: str, *, by: str) -> Round:
    """Leave the site (A2.3a)."""
    current, step = allowed(tx, round_id, "leave")
    dates = {} if current.site_to else {"site_to": beijing_date(tx.now)}
    return advance(tx, current, step, by=by, **dates)


def cancel(tx: Transaction, round_id: str, explanation: str, *, by: str) -> Round:
    """Call the round off; every authorization given for it ends today."""
    current, step = allowed(tx, round_id, "cancel")
    for team in teams_of(tx.connection, round_id):
        if team.authorization is not None and team.authorization.revoked_on is None:
            revoke_authorization(tx, team.team_id, explanation, by=by)
    return advance(tx, current, step, by=by)


def _unanswered(letter: RoundLetter, replies: Sequence[Reply], standing: LetterStanding | None) -> bool:
    given = counted(replies, standing.answers) if standing is not None else ()
    return bool(missing(required(letter.unit_ids, letter.sections), given))


def _unauthorized(tx: Transaction, round_id: str) -> list[str]:
    units = unit_ids_of(tx.connection, round_id)
    return [f"authorization {unit_id}" for unit_id in authorization_missing(teams_of(tx.connection, round_id), units)]
