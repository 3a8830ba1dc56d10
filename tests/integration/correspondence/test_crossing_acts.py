"""Whatever crosses on its way, both sides come to the same matter, clocks, due dates and moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.correspondence import clock_steps, steps
from services.chassis.correspondence.steps import Call, PaperStep
from services.chassis.deadlines.checks import Grounds
from services.chassis.errors import GuantongError
from services.chassis.matters.model import Event
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.correspondence.letters_for_tests import acts, finished, opinion_request, request, returns

GROUNDS = Grounds("理由", "主任")


@dataclass(frozen=True)
class Crossing:
    """A request under way between two offices, and what either may do with it."""

    county: OfficeCounty
    office: WholeOffice
    peer: WholeOffice
    matter_id: str

    def table(self) -> Mapping[str, Callable[[], object]]:
        """Each act by its name; one that does not apply where the matter stands is refused and does nothing."""
        office, peer, matter_id = self.office, self.peer, self.matter_id
        slip = PaperStep(Event.SIGNED_FOR, self._lately(), "丑某", bytes(32))
        call = Call("办公室主任", self._lately())
        return {
            "view": lambda: peer.do(lambda tx: steps.view(tx, peer.node.office, matter_id, peer.actor)),
            "sign for": lambda: peer.do(lambda tx: steps.sign_for(tx, peer.node.office, matter_id, peer.actor)),
            "accept": lambda: peer.do(lambda tx: steps.accept(tx, peer.node.office, matter_id, peer.actor)),
            "answer": self._answer,
            "recall answer": lambda: self._recall(peer, self._last_answer()),
            "deem": lambda: office.do(lambda tx: steps.deem(tx, office.node.office, matter_id, call, office.actor)),
            "slip": lambda: office.do(lambda tx: steps.on_paper(tx, office.node.office, matter_id, slip, office.actor)),
            "extend": self._extend,
            "suspend": lambda: self._on_clock(clock_steps.suspend),
            "resume": lambda: self._on_clock(clock_steps.resume),
            "return": lambda: returns(office, matter_id, self._last_answer(), self._in_four_days()),
            "settle": lambda: office.do(lambda tx: steps.accept_reply(tx, office.node.office, matter_id, office.actor)),
            "recall": lambda: self._recall(office, matter_id),
        }

    def _answer(self) -> None:
        info = self.peer.matter(self.matter_id).header.letter_kind == "info.request"
        reply = finished(self.peer, self.matter_id) if info else content.OpinionReply(general_opinion="同意")
        kind, office = "info.reply" if info else "opinion.reply", self.office.body
        self.peer.sends(kind, office, reply, matter_id=self.matter_id, answers=self.matter_id)

    def _recall(self, who: WholeOffice, letter_id: str) -> None:
        recall = content.Recall(letter_id=letter_id, reason="有误", approver=content.Person(post="主任"))
        acts(who, "recall", self.matter_id, recall)

    def _last_answer(self) -> str:
        answers = self.peer.matter(self.matter_id).matter.standing.answers
        return answers[-1] if answers else self.matter_id

    def _extend(self) -> None:
        self._on_clock(lambda tx, office, deadline_id, grounds: clock_steps.extend(tx, office, deadline_id, 2, grounds))

    def _on_clock(self, step: Callable[..., object]) -> None:
        clocks = self.office.clocks(self.matter_id)
        if clocks:
            self.office.do(lambda tx: step(tx, self.office.node.office, clocks[-1].deadline_id, GROUNDS))

    def _lately(self) -> datetime:
        return self.county.clock.now() - timedelta(days=1)

    def _in_four_days(self) -> date:
        return (self.county.clock.now() + timedelta(days=4)).date()


NAMES = (
    *("view", "sign for", "accept", "answer", "recall answer", "deem", "slip"),
    *("extend", "suspend", "resume", "return", "settle", "recall"),
)
SCRIPTS = st.lists(st.sampled_from([*NAMES, "out", "back", "a day", "two days"]), min_size=4, max_size=16)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.sampled_from(["in working days", "by tomorrow", "in nine days"]), script=SCRIPTS)
async def test_both_sides_agree_after_any_crossing(office_county: OfficeCounty, asked: str, script: list[str]):
    crossing = await _sent(office_county, asked)
    for name in script:
        await _happens(crossing, name)
    await office_county.deliver()
    await office_county.deliver()

    office_county.agree(crossing.matter_id)
    assert [one.ask(one.node.exchange.parked) for one in (crossing.office, crossing.peer)] == [[], []]


async def _sent(county: OfficeCounty, asked: str) -> Crossing:
    """A request that has just come to the other body."""
    if not county.offices:
        await county.open("inspection", "audit", "congress")
    office = county.offices["inspection"]
    if asked == "in working days":
        peer = county.offices["audit"]
        matter_id = office.sends("info.request", peer.body, request(county.book, peer.body)).letter_id
    else:
        peer, by = county.offices["congress"], county.clock.now() + timedelta(days=1 if asked == "by tomorrow" else 9)
        matter_id = office.sends("opinion.request", peer.body, opinion_request(by.date().isoformat())).letter_id
    await county.deliver()
    return Crossing(county, office, peer, matter_id)


async def _happens(crossing: Crossing, name: str) -> None:
    if name == "out":
        await crossing.office.out()
        await crossing.peer.take_in()
    elif name == "back":
        await crossing.peer.out()
        await crossing.office.take_in()
    elif name in {"a day", "two days"}:
        crossing.county.clock.advance(days=1 if name == "a day" else 2)
    else:
        with suppress(GuantongError):
            crossing.table()[name]()
