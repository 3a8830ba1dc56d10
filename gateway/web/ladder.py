"""The receipt ladder as pages show it: every rung with its time, and whose word that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.visit import Visit
from gateway.web.vocabulary import MARKS, RUNGS
from guantong.node.v1 import matters_service_pb2 as matters

_SENT, _STORED = "sent", "stored"


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the ladder; `time` is empty where only that it was reached is known, or nothing is yet."""

    name: str
    done: bool
    time: Timestamp | None
    claimed_by: str
    mark: str
    others: tuple[str, ...] = ()


def rungs(visit: Visit, ladder: Sequence[matters.LadderStep], *, whole: bool) -> list[Rung]:
    """The ladder from the bottom; with `whole` also the rungs that are still ahead."""
    reached: dict[str, list[matters.LadderStep]] = {}
    for step in ladder:
        reached.setdefault(step.step, []).append(step)
    if _STORED in reached:
        # Only the sender knows when; that it was is beyond doubt.
        reached.setdefault(_SENT, [matters.LadderStep(step=_SENT)])
    known = [name for name in RUNGS if whole or name in reached]
    return [_rung(visit, name, reached.get(name, [])) for name in known]


def _rung(visit: Visit, name: str, steps: Sequence[matters.LadderStep]) -> Rung:
    title = visit.say(RUNGS[name])
    if not steps:
        return Rung(title, done=False, time=None, claimed_by="", mark="")
    first = steps[0]
    return Rung(
        title,
        done=True,
        time=first.time if first.HasField("time") else None,
        claimed_by=visit.name_of(first.claimed_by) if first.claimed_by else "",
        mark=visit.say(MARKS[first.mark]) if first.mark in MARKS else first.mark,
        others=tuple(f"{visit.name_of(one.claimed_by)}: {visit.formats.exactly(one.time)}" for one in steps[1:]),
    )
