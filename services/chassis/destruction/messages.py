"""Destruction in the contract's words and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from guantong.node.v1 import destruction_service_pb2 as pb
from services.chassis.destruction.model import (
    ASKABLE,
    Cause,
    Copy,
    Destruction,
    Ground,
    HandedOut,
    Hold,
    Outcome,
    State,
)
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.timestamps import timestamp

T = TypeVar("T")
GROUNDS = {ground: pb.DestructionGround.Value(f"DESTRUCTION_GROUND_{ground.name}") for ground in Ground}
STATES = {state: pb.DestructionState.Value(f"DESTRUCTION_STATE_{state.name}") for state in State}
CAUSES = {cause: pb.HoldCause.Value(f"HOLD_CAUSE_{cause.name}") for cause in Cause}
OUTCOMES = {outcome: pb.CopyOutcome.Value(f"COPY_OUTCOME_{outcome.name}") for outcome in Outcome}


def ground_from(number: int) -> Ground:
    """The ground a person names.

    Raises:
        FieldInvalidError: there is none of that number that a person may name.

    """
    return _named("ground", {GROUNDS[ground]: ground for ground in ASKABLE}, number)


def cause_from(number: int) -> Cause:
    """Why a matter is held.

    Raises:
        FieldInvalidError: there is no cause of that number.

    """
    return _named("cause", {value: cause for cause, value in CAUSES.items()}, number)


def outcome_from(number: int) -> Outcome:
    """What became of a copy.

    Raises:
        FieldInvalidError: there is no outcome of that number.

    """
    return _named("outcome", {value: outcome for outcome, value in OUTCOMES.items()}, number)


def _named(field: str, known: Mapping[int, T], number: int) -> T:
    found = known.get(number)
    if found is None:
        raise FieldInvalidError(field=field, problem="none of those the contract names")
    return found


def destruction(one: Destruction) -> pb.Destruction:
    """A request as the contract tells it."""
    return pb.Destruction(
        destruction_id=one.id,
        ground=GROUNDS[one.ground],
        state=STATES[one.state],
        matter_id=one.matter_id,
        letter_ids=one.letter_ids,
        reason=one.reason,
        document_number=one.document_number,
        decided_date=one.decided_on.isoformat() if one.decided_on else "",
        asked_by=one.asked_by,
        asked_time=timestamp(one.asked_at),
        settled_by=one.settled_by or "",
        settled_time=timestamp(one.settled_at) if one.settled_at else None,
        remark=one.remark,
    )


def copy(one: Copy) -> pb.ExportCopy:
    """A copy to recover as the contract tells it."""
    return pb.ExportCopy(
        copy_id=one.id,
        destruction_id=one.destruction_id,
        export=handed(one.file),
        opened_time=timestamp(one.opened_at),
        outcome=OUTCOMES[one.outcome] if one.outcome else pb.COPY_OUTCOME_UNSPECIFIED,
        person=one.person,
        remark=one.remark,
        certified_by=one.certified_by,
        certified_time=timestamp(one.certified_at) if one.certified_at else None,
    )


def handed(one: HandedOut) -> pb.Export:
    """A file that left, as the contract tells it."""
    return pb.Export(
        export_id=one.id,
        kind=one.kind.value,
        digest=one.digest,
        handed_to=one.handed_to,
        handed_time=timestamp(one.handed_at),
        note=one.note,
        ledger=one.ledger,
        part_ids=one.parts,
    )


def hold(one: Hold) -> pb.Hold:
    """A hold as the contract tells it."""
    return pb.Hold(
        hold_id=one.id,
        matter_id=one.matter_id,
        cause=CAUSES[one.cause],
        reason=one.reason,
        placed_by=one.placed_by,
        placed_time=timestamp(one.placed_at),
        released_by=one.released_by or "",
        released_time=timestamp(one.released_at) if one.released_at else None,
        release_reason=one.release_reason,
    )
