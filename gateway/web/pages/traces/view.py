"""What the trace pages show: lines of a list, and one trace as a waterfall across bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from urllib.parse import urlencode

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.language.marking import N_
from gateway.problems import InputInvalidError
from gateway.visit import Visit
from guantong.node.v1 import traces_service_pb2 as pb
from services.chassis.clock import BEIJING
from services.chassis.timestamps import timestamp

STEPS: Mapping[str, str] = MappingProxyType(
    {
        "letter.write": N_("写入发件箱"),
        "letter.publish": N_("发往总线"),
        "letter.store": N_("收存"),
        "letter.apply": N_("处理来函"),
        "letter.receipt": N_("收到回执"),
        "rpc.serve": N_("节点应答"),
        "rpc.call": N_("请求节点"),
        "web.request": N_("网页请求"),
    }
)
_TRACE = re.compile(r"[0-9a-f]{32}")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}")
_WIDE = 1_000
_NARROWEST = 5
_DEEPEST = 8
_COLORS = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks for; the times are of the machine, in Beijing, as the browser's field gives them."""

    q: str = ""
    since: str = ""
    until: str = ""
    body: str = ""
    failed: bool = False
    everything: bool = False

    def path(self, **changed: object) -> str:
        """The address of the list with something changed."""
        kept = {name: getattr(self, name) for name in self.__slots__} | changed
        query = urlencode({name: "1" if value is True else value for name, value in kept.items() if value})
        return f"/traces?{query}" if query else "/traces"

    @property
    def trace_id(self) -> str:
        """The trace itself, where its own number was typed, alone or out of a message."""
        return self.q if _TRACE.fullmatch(self.q) else ""

    def requests(self, size: int, token: str) -> list[pb.SearchTracesRequest]:
        """What to ask the node, one after the other until something is found.

        Raises:
            InputInvalidError: a time is none.
        """
        plain = pb.SearchTracesRequest(
            body=self.body,
            failed_only=self.failed,
            letters_only=not self.everything,
            from_time=_instant("since", self.since),
            to_time=_instant("until", self.until),
            page_size=size,
            page_token=token,
        )
        if not self.q:
            return [plain]
        names = ("letter_id", "matter_id") if _ID.fullmatch(self.q) else ("document_number",)
        return [_with(plain, name, self.q) for name in names]


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One trace in a list."""

    path: str
    heard: Timestamp
    step: str
    method: str
    body: str
    bodies: str
    took: str
    spans: int
    failed: int


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the waterfall; `left` and `width` in thousandths of the whole."""

    body: str
    color: int
    step: str
    name: str
    depth: int
    after: str
    took: str
    left: int
    width: int
    failed: bool
    early: bool
    cause_missing: bool
    facts: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """One trace: its steps, the scale above them, and which body has which color."""

    steps: tuple[Step, ...]
    scale: tuple[str, ...]
    bodies: tuple[tuple[str, int], ...]


def lines(visit: Visit, found: Iterable[pb.TraceSummary]) -> list[TraceLine]:
    """The traces, the one heard of last first."""
    return [
        TraceLine(
            path=f"/traces/{one.trace_id}",
            heard=one.heard_time,
            step=step_name(visit, one.name),
            method=one.method.rpartition("/")[2],
            body=visit.name_of(one.body),
            bodies=" · ".join(visit.name_of(body) for body in one.bodies),
            took=lasting(_nanoseconds(one.duration)),
            spans=one.span_count,
            failed=one.failed_count,
        )
        for one in found
    ]


def waterfall(visit: Visit, spans: Sequence[pb.TraceSpan]) -> Waterfall:
    """The steps in the order of their causes, each where it lies in the whole."""
    begin = min(_at(one.begin_time) for one in spans)
    whole = max(max(_at(one.begin_time) + _nanoseconds(one.duration) for one in spans) - begin, 1)
    bodies = list(dict.fromkeys(one.body for one in spans))
    ground = _Ground(begin, whole, bodies, {one.span_id: _at(one.begin_time) for one in spans})
    return Waterfall(
        steps=tuple(_step(visit, one, ground) for one in spans),
        scale=tuple(lasting(whole * quarter // 4) for quarter in range(5)),
        bodies=tuple((visit.name_of(body), number % _COLORS) for number, body in enumerate(bodies)),
    )


def step_name(visit: Visit, name: str) -> str:
    """A step in words; a new one keeps its name."""
    return visit.say(STEPS[name]) if name in STEPS else name


def lasting(nanoseconds: int) -> str:
    """How long something took, in the unit that reads best."""
    milliseconds = nanoseconds / 1_000_000
    if milliseconds < 10:
        return f"{milliseconds:.1f} ms"
    if milliseconds < 10_000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1_000
    return f"{seconds:.1f} s" if seconds < 600 else f"{seconds / 60:.0f} min"


@dataclass(frozen=True, slots=True)
class _Ground:
    """What bars are drawn on, in nanoseconds: where the whole begins, how long it is, and where each step begins."""

    begin: int
    whole: int
    bodies: Sequence[str]
    starts: Mapping[str, int]


def _step(visit: Visit, one: pb.TraceSpan, ground: _Ground) -> Step:
    at, took = _at(one.begin_time), _nanoseconds(one.duration)
    left = min((at - ground.begin) * _WIDE // ground.whole, _WIDE - _NARROWEST)
    width = min(max(took * _WIDE // ground.whole, _NARROWEST), _WIDE - left)
    return Step(
        body=visit.name_of(one.body),
        color=ground.bodies.index(one.body) % _COLORS,
        step=step_name(visit, one.name),
        name=one.name,
        depth=min(one.depth, _DEEPEST),
        after=lasting(at - ground.begin),
        took=lasting(took),
        left=left,
        width=width,
        failed=one.failed,
        early=at < ground.starts.get(one.parent_id, at),
        cause_missing=one.cause_missing,
        facts=_facts(visit, one.attributes),
    )


def _facts(visit: Visit, attributes: Mapping[str, str]) -> str:
    told = dict(attributes)
    peer = told.pop("peer", "")
    method = told.pop("method", "").rpartition("/")[2]
    code = told.pop("code", "")
    parts = [
        visit.say("对方: %(name)s", name=visit.name_of(peer)) if peer else "",
        method,
        code if code not in {"OK", "200", ""} else "",
        *(f"{name}={told[name]}" for name in sorted(told)),
    ]
    return " · ".join(part for part in parts if part)


def _with(plain: pb.SearchTracesRequest, name: str, value: str) -> pb.SearchTracesRequest:
    made = pb.SearchTracesRequest()
    made.CopyFrom(plain)
    made.letters_only = False
    setattr(made, name, value)
    return made


def _instant(name: str, typed: str) -> Timestamp | None:
    if not typed:
        return None
    try:
        at = datetime.fromisoformat(typed)
        return timestamp(at.replace(tzinfo=BEIJING) if at.tzinfo is None else at)
    except (ValueError, OverflowError):
        raise InputInvalidError(field=name) from None


def _at(stamp: Timestamp) -> int:
    return stamp.seconds * 1_000_000_000 + stamp.nanos


def _nanoseconds(duration: Duration) -> int:
    return duration.seconds * 1_000_000_000 + duration.nanos


def skew(steps: Iterable[Step]) -> bool:
    """Whether a step stands before its cause: then two clocks differ, and distances between bodies mean little."""
    return any(one.early for one in steps)
