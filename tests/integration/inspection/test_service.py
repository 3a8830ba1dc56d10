"""A client plans, asks, follows and briefs a round through the office's own service; a team sees its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import grpc
import pytest

from guantong.exchange.v1 import content_pb2 as content
from guantong.inspection.v1 import rounds_service_pb2 as pb
from guantong.inspection.v1 import rounds_service_pb2_grpc as rpc
from services.chassis.calendar.working import shipped_calendar
from services.chassis.rpc.callers import Caller, Grant, Role
from services.chassis.rpc.errors import NotSignedInError
from services.chassis.rpc.guard import Refusal
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rulebook.load import load
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from services.inspection.decisions import AGREE_PLAN, AUTHORIZE_TEAM, FIX_TARGETS, Scope
from services.inspection.newinfo.forwarding import receive
from services.inspection.newinfo.records import Notice, Subject
from services.inspection.replies.records import Reply, SectionAnswer
from services.inspection.replies.settling import Officer
from services.inspection.replies.store import record_reply
from services.inspection.rounds.service import add_rounds
from services.inspection.rounds.serving import RoundsOffice
from services.inspection.standing import LetterStanding
from tests.integration.inspection.master_data import load_master_data
from tests.integration.inspection.office import Decisions, Desk, Letters, run

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ROLES = {"clerk": Role.CLERK, "head": Role.LEADER, "p1": Role.LIAISON, "p2": Role.LIAISON, "admin": Role.AUDIT_ADMIN}
LIMITED = {
    "room": Grant(Role.LEADER, "second-room", None, LONG_AGO, None),
    "one-matter": Grant(Role.CLERK, None, "another-matter", LONG_AGO, None),
}
"""Persons of the office whose role ends at a sub-unit or a matter."""


class Tokens:
    """Each token is the person's own id."""

    async def authenticate(self, token: str) -> Caller:
        if token in LIMITED:
            return Caller(f"acc-{token}", token, "s", (LIMITED[token],))
        if token not in ROLES:
            raise NotSignedInError
        return Caller(f"acc-{token}", token, "s", (Grant(ROLES[token], None, None, LONG_AGO, None),))


@dataclass
class Client:
    """Calls the service as one person or another."""

    stub: Any
    decisions: Decisions
    desk: Desk
    letters: Letters
    database: Database
    sent: int = field(default=0)

    async def call(self, method: str, request: Any, who: str = "clerk") -> Any:
        if "request_id" in request.DESCRIPTOR.fields_by_name and not request.request_id:
            self.sent += 1
            request.request_id = f"r{self.sent}"
        return await getattr(self.stub, method)(request, metadata=[("authorization", f"Bearer {who}")], timeout=20)

    async def refused(self, method: str, request: Any, who: str = "clerk") -> str:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await self.call(method, request, who)
        return f"{caught.value.code().name} {caught.value.details()}"


@asynccontextmanager
async def serving(database: Database, clock: FixedClock) -> AsyncIterator[Client]:
    decisions, letters = Decisions(), Letters()
    desk = Desk(letters)
    office = RoundsOffice(
        database=database,
        book=load(),
        clock=clock,
        outgoing=desk,
        acts=desk,
        require_decision=decisions,
        standings=letters.standing,
        open_content=letters.content,
        findings=letters.findings,
        calendar=lambda _connection: shipped_calendar(),
        officer_of=lambda _tx, caller: Officer(caller.account_id, "壬某", "巡察办干部"),
        paging=Paging(b"k" * 32),
    )

    async def ignore(_refusal: Refusal) -> None:
        """Nobody looks at refusals here."""

    builder = ServerBuilder("inspection", Tokens(), ignore)
    add_rounds(builder, office)
    server = builder.build("127.0.0.1:0", None)
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            yield Client(rpc.RoundsServiceStub(channel), decisions, desk, letters, database)
    finally:
        await server.stop(grace=1.0)


@pytest.fixture
async def client(database: Database, clock: FixedClock) -> AsyncIterator[Client]:
    load_master_data(database)
    async with serving(database, clock) as made:
        yield made


async def fixed(client: Client) -> str:
    """A round of U01 and U02 with its targets fixed, planned through the service; gives its id."""
    made = await client.call(
        "CreateRound",
        pb.CreateRoundRequest(
            term_no=15, year=2026, seq=8, kind="routine", site_from_date="2026-03-16", site_to_date="2026-05-08"
        ),
    )
    round_id: str = made.round.round_id
    added = await client.call("AddUnits", pb.AddUnitsRequest(round_id=round_id, unit_ids=["U01", "U02"]))
    assert [list(unit.recused_bodies) for unit in added.units] == [[], ["audit"]]
    scope = Scope(round_id, frozenset({"U01", "U02"}))
    await client.call("MoveRound", pb.MoveRoundRequest(round_id=round_id, act="submit_plan"))
    agreed = client.decisions.record(AGREE_PLAN, scope)
    await client.call("MoveRound", pb.MoveRoundRequest(round_id=round_id, act="agree_plan", decision_id=agreed))
    decided = client.decisions.record(FIX_TARGETS, scope)
    answer = await client.call("FixTargets", pb.FixTargetsRequest(round_id=round_id, decision_id=decided))
    assert answer.round.state == "TARGETS_FIXED"
    assert [(gap.unit_id, gap.body) for gap in answer.gaps] == [("U02", "audit")]
    return round_id


async def staffed(client: Client, round_id: str) -> None:
    """One authorized team for both units, led by p1."""
    members = [
        pb.TeamMember(person_id="p1", name="己某", role="leader", source_body="discipline"),
        pb.TeamMember(person_id="p2", name="庚某", role="deputy", source_body="finance"),
    ]
    formed = await client.call(
        "FormTeam", pb.FormTeamRequest(round_id=round_id, team_no=1, unit_ids=["U01", "U02"], members=members)
    )
    assert any("leader_pool (A2.2a)" in guard for guard in formed.team.guards_not_in_force)
    scope = Scope(round_id, frozenset({"U01", "U02"}), frozenset({"p1", "p2"}))
    decision = client.decisions.record(AUTHORIZE_TEAM, scope)
    done = await client.call(
        "AuthorizeTeam",
        pb.AuthorizeTeamRequest(
            team_id=formed.team.team_id, decision_id=decision, from_date="2026-03-02", to_date="2026-05-08"
        ),
    )
    assert done.team.authorized_to_date == "2026-05-08"


async def prepared(client: Client, round_id: str) -> dict[str, pb.PreparedLetter]:
    """The round's letters, all drafted."""
    requests = await client.call(
        "PrepareRequestLetters", pb.PrepareRequestLettersRequest(round_id=round_id, contact="壬某")
    )
    opinions = await client.call(
        "PrepareOpinionLetters",
        pb.PrepareOpinionLettersRequest(round_id=round_id, contact="壬某", reply_by_date="2026-03-20"),
    )
    return {letter.to_body: letter for letter in (*requests.letters, *opinions.letters)}


@pytest.mark.article("A3.2a")
async def test_a_round_is_planned_asked_for_followed_and_entered(client: Client, clock: FixedClock):
    round_id = await fixed(client)
    letters = await prepared(client, round_id)
    assert len(client.desk.drafts) == 8
    assert list(letters["audit"].removed_unit_ids) == ["U02"]
    for letter in letters.values():
        client.letters.standings[letter.matter_id] = LetterStanding(
            state="signed_for", sent=clock.now(), signed_for=clock.now(), due=date(2026, 3, 9)
        )
    await staffed(client, round_id)

    opened = await client.call("MoveRound", pb.MoveRoundRequest(round_id=round_id, act="open_preparation"))
    clock.set(datetime(2026, 3, 16, 1, tzinfo=UTC))
    board = await client.call("GetBoard", pb.GetBoardRequest(round_id=round_id))
    entered = await client.call("MoveRound", pb.MoveRoundRequest(round_id=round_id, act="enter"))

    assert opened.round.state == "PREPARING"
    late = {(cell.body, cell.late_working_day_count) for cell in board.cells if cell.late and cell.unit_id == "U01"}
    assert ("petitions", 5) in late
    assert [cell.state for cell in board.cells if (cell.body, cell.unit_id) == ("audit", "U02")] == ["recused"]
    assert entered.round.state == "ON_SITE"
    assert len(entered.unanswered_matter_ids) == 6


async def test_preparation_is_not_opened_while_letters_or_authorizations_are_missing(client: Client):
    round_id = await fixed(client)

    refusal = await client.refused("MoveRound", pb.MoveRoundRequest(round_id=round_id, act="open_preparation"))

    assert refusal.startswith("FAILED_PRECONDITION")
    for wanted in ("opinion.request", "info.request", "authorization U01"):
        assert wanted in refusal


@pytest.mark.article("A1.2b")
async def test_a_decision_with_one_unit_more_is_refused_with_the_difference(client: Client):
    round_id = await fixed(client)
    made = await client.call("GetRound", pb.GetRoundRequest(round_id=round_id))
    decision = client.decisions.record(FIX_TARGETS, Scope(round_id, frozenset({"U01", "U02", "U03"})))

    refusal = await client.refused("FixTargets", pb.FixTargetsRequest(round_id=round_id, decision_id=decision))

    assert made.round.targets_fixed_date == "2026-03-02"
    assert refusal.startswith("FAILED_PRECONDITION")


@pytest.mark.article("A1.2b")
async def test_the_office_is_reminded_of_opinion_letters_that_were_not_sent(client: Client, clock: FixedClock):
    round_id = await fixed(client)
    request = pb.GetBoardRequest(round_id=round_id)

    first = await client.call("GetBoard", request)
    clock.set(datetime(2026, 3, 4, 1, tzinfo=UTC))
    second = await client.call("GetBoard", request)
    for body, letter in (await prepared(client, round_id)).items():
        if body in {"congress", "cppcc"}:
            client.letters.standings[letter.matter_id] = LetterStanding(state="sent")
    third = await client.call("GetBoard", request)

    found = [(one.opinion_letters_waiting_day_count, one.opinion_letters_reminder) for one in (first, second, third)]
    assert found == [(0, False), (2, True), (0, False)]


async def test_a_request_repeated_is_done_once(client: Client):
    round_id = await fixed(client)
    request = pb.PrepareRequestLettersRequest(round_id=round_id, contact="壬某", request_id="same")

    first = await client.call("PrepareRequestLetters", request)
    again = await client.call("PrepareRequestLetters", request)

    assert first == again
    assert len(client.desk.drafts) == 6


async def test_a_reply_is_returned_and_accepted_through_the_service(client: Client):
    round_id = await fixed(client)
    matter_id = (await prepared(client, round_id))["petitions"].matter_id
    code = "petitions.petitions"

    def come(number: int, *units: str) -> None:
        at = datetime(2026, 3, 3 + number, 2, tzinfo=UTC)
        reply = Reply(
            letter_id=f"L{number}",
            matter_id=matter_id,
            signed_at=at,
            stored_at=at,
            document_number="",
            content_digest=b"",
            answers=tuple(SectionAnswer(unit, code, "none", bytes(32)) for unit in units),
        )
        run(client.database, lambda tx: record_reply(tx, reply))
        client.letters.answered(reply)

    come(1, "U01")
    assert "U02/petitions.petitions" in await client.refused("AcceptReply", pb.AcceptReplyRequest(matter_id=matter_id))
    reason = pb.SectionReturn(unit_id="U02", section=code, explanation="请补充")
    request = pb.ReturnReplyRequest(matter_id=matter_id, sections=[reason], target_date="2026-03-20")
    assert (await client.call("ReturnReply", request)).state == "returned"
    come(2, "U02")
    assert (await client.call("AcceptReply", pb.AcceptReplyRequest(matter_id=matter_id))).state == "settled"


@pytest.mark.article("A3.2j")
async def test_new_information_is_forwarded_by_the_office_and_read_by_the_leader(client: Client, clock: FixedClock):
    round_id = await fixed(client)
    await staffed(client, round_id)
    client.letters.contents["N1"] = content.NewInfo(summary="反映某问题").SerializeToString()
    notice = Notice(
        letter_id="N1",
        from_body="petitions",
        round_id=round_id,
        unit_id="U01",
        subject=Subject.MEMBER,
        received_at=clock.now(),
    )
    run(client.database, lambda tx: receive(tx, notice))
    listed = await client.call("ListNewInfo", pb.ListNewInfoRequest(round_id=round_id))
    new_info_id = listed.entries[0].new_info_id
    await client.call("ForwardNewInfo", pb.ForwardNewInfoRequest(new_info_id=new_info_id))
    request = pb.ReadNewInfoRequest(new_info_id=new_info_id, read_reason="研判")

    shown = await client.call("ReadNewInfo", request, "p1")
    mine = await client.call("ListForwarded", pb.ListForwardedRequest(), "p1")

    assert shown.summary == "反映某问题"
    assert [one.new_info_id for one in mine.entries] == [new_info_id]
    for other in ("p2", "clerk", "head"):
        assert (await client.refused("ReadNewInfo", request, other)).startswith("NOT_FOUND")
    assert (await client.refused("ListNewInfo", pb.ListNewInfoRequest(round_id=round_id), "p1")).startswith(
        "PERMISSION_DENIED"
    )


async def test_members_of_an_authorized_team_are_told_their_units_and_nobody_else(client: Client):
    round_id = await fixed(client)
    await staffed(client, round_id)

    mine = await client.call("ListMyUnits", pb.ListMyUnitsRequest(), "p1")
    others = await client.call("ListMyUnits", pb.ListMyUnitsRequest())

    assert [(one.unit_id, one.role) for one in mine.units] == [("U01", "leader"), ("U02", "leader")]
    assert not others.units


async def test_the_team_gets_its_briefing_and_its_leader_alone_the_leads(client: Client):
    round_id = await fixed(client)
    await staffed(client, round_id)
    await prepared(client, round_id)
    plain = pb.AssembleBriefingRequest(round_id=round_id, unit_id="U02")
    leads = pb.AssembleBriefingRequest(round_id=round_id, unit_id="U02", with_leads=True, read_reason="熟悉情况")

    for person in ("clerk", "p1", "p2"):
        answer = await client.call("AssembleBriefing", plain, person)
        assert answer.briefing_docx.startswith(b"PK")
        assert answer.leads_docx == b""
    assert (await client.call("AssembleBriefing", leads, "p1")).leads_docx.startswith(b"PK")
    assert {row.state for row in answer.completeness} == {"missing", "recused", "leader_only"}
    for other in ("p2", "clerk", "head"):
        assert (await client.refused("AssembleBriefing", leads, other)).startswith("NOT_FOUND")
    assert (await client.refused("AssembleBriefing", plain, "admin")).startswith("NOT_FOUND")
    leads.read_reason = ""
    assert (await client.refused("AssembleBriefing", leads, "p1")).startswith("INVALID_ARGUMENT")


async def test_only_the_head_of_the_office_chooses_who_fills_a_gap(client: Client):
    round_id = await fixed(client)
    request = pb.ChooseSubstituteRequest(round_id=round_id, unit_id="U02", body="audit", substitute="statistics")

    assert (await client.refused("ChooseSubstitute", request)).startswith("PERMISSION_DENIED")
    assert (await client.call("ChooseSubstitute", request, "head")).gap.substitute == "statistics"


@pytest.mark.parametrize("who", sorted(LIMITED))
async def test_rounds_are_not_for_a_role_that_ends_at_a_sub_unit_or_a_matter(client: Client, who: str):
    round_id = await fixed(client)

    for method, request in (
        ("CreateRound", pb.CreateRoundRequest(term_no=15, year=2026, seq=9, kind="routine")),
        ("ListRounds", pb.ListRoundsRequest()),
        ("GetRound", pb.GetRoundRequest(round_id=round_id)),
        ("GetBoard", pb.GetBoardRequest(round_id=round_id)),
        ("MoveRound", pb.MoveRoundRequest(round_id=round_id, act="cancel", explanation="计划调整")),
        ("ListNewInfo", pb.ListNewInfoRequest(round_id=round_id)),
        ("AcceptReply", pb.AcceptReplyRequest(matter_id="this-matter")),
    ):
        assert (await client.refused(method, request, who)).startswith("PERMISSION_DENIED")
    briefing = pb.AssembleBriefingRequest(round_id=round_id, unit_id="U01")
    assert (await client.refused("AssembleBriefing", briefing, who)).startswith("NOT_FOUND")


async def test_a_role_for_one_matter_reaches_the_reply_in_that_matter(client: Client):
    request = pb.AcceptReplyRequest(matter_id="another-matter")

    assert (await client.refused("AcceptReply", request, "one-matter")).startswith("NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("CreateRound", pb.CreateRoundRequest(term_no=15, year=2026, seq=8, kind="unheard-of")),
        ("CreateRound", pb.CreateRoundRequest(term_no=15, year=2026, seq=8, kind="routine", site_from_date="16/3")),
        ("MoveRound", pb.MoveRoundRequest(round_id="x", act="fly")),
        ("FormTeam", pb.FormTeamRequest(round_id="x", members=[pb.TeamMember(person_id="p", role="king")])),
        ("AuthorizeTeam", pb.AuthorizeTeamRequest(team_id="x", from_date="", to_date="2026-03-01")),
        ("ReadNewInfo", pb.ReadNewInfoRequest(new_info_id="x", action="ignored")),
        ("RevokeAuthorization", pb.RevokeAuthorizationRequest(team_id="x")),
    ],
)
async def test_a_malformed_request_is_told_so(client: Client, method: str, request_: Any):
    assert (await client.refused(method, request_)).startswith("INVALID_ARGUMENT")


async def test_rounds_come_in_pages_and_a_called_off_round_ends_its_authorizations(client: Client):
    round_id = await fixed(client)
    await staffed(client, round_id)
    other = pb.CreateRoundRequest(term_no=15, year=2026, seq=9, kind="routine")
    await client.call("CreateRound", other)

    first = await client.call("ListRounds", pb.ListRoundsRequest(page_size=1))
    rest = await client.call("ListRounds", pb.ListRoundsRequest(page_size=1, page_token=first.next_page_token))
    cancelled = pb.MoveRoundRequest(round_id=round_id, act="cancel", explanation="计划调整")
    await client.call("MoveRound", cancelled)
    found = await client.call("GetRound", pb.GetRoundRequest(round_id=round_id))

    assert [one.rounds[0].seq for one in (first, rest)] == [9, 8]
    assert (found.round.state, found.teams[0].authorized_to_date) == ("CANCELLED", "")
