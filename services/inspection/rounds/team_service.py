"""The service's methods about teams and what only teams see: new information and briefings."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import sqlalchemy as sa

from guantong.inspection.v1 import rounds_service_pb2 as pb
from services.chassis.clock import beijing_date
from services.chassis.rpc.callers import Caller
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.storage import Transaction
from services.inspection.access.reads import Reader, ReasonMissingError
from services.inspection.briefings.assembling import Gathered, gather, print_files, record_briefing
from services.inspection.briefings.collecting import Sight
from services.inspection.briefings.records import FocusItem
from services.inspection.newinfo import forwarding
from services.inspection.newinfo.records import Action
from services.inspection.rounds import presenting as show
from services.inspection.rounds.rights import OFFICE, caller_of
from services.inspection.rounds.rules import body_names
from services.inspection.rounds.serving import Serving
from services.inspection.rounds.store import get_round
from services.inspection.teams.authorizing import authorize_team, revoke_authorization
from services.inspection.teams.errors import NotTheLeaderError
from services.inspection.teams.forming import NewTeam, form_team
from services.inspection.teams.store import in_team_for, may_read_leads, teams_with
from services.inspection.units.queries import units_on


@dataclass(frozen=True)
class _Rights:
    """What the caller may see of a unit's briefing."""

    briefing: bool
    leads: bool


class TeamMethods(Serving):
    """One method per RPC; the contract says what each does."""

    async def FormTeam(self, request: pb.FormTeamRequest, context: object) -> pb.FormTeamResponse:
        members = show.members_of(request.members)
        new = NewTeam(request.team_no, tuple(request.unit_ids), members, request.exemption)
        if not new.unit_ids:
            raise FieldInvalidError(field="unit_ids", problem="missing")

        def work(tx: Transaction, caller: Caller) -> pb.FormTeamResponse:
            team = form_team(tx, request.round_id, new, self.names(tx), by=caller.account_id)
            return pb.FormTeamResponse(team=show.team_message(team))

        return await self.once(request, pb.FormTeamResponse, work)

    async def AuthorizeTeam(self, request: pb.AuthorizeTeamRequest, context: object) -> pb.AuthorizeTeamResponse:
        first = show.parsed_day("from_date", request.from_date)
        last = show.parsed_day("to_date", request.to_date)

        def work(tx: Transaction, caller: Caller) -> pb.AuthorizeTeamResponse:
            team = authorize_team(
                tx,
                request.team_id,
                request.decision_id,
                self.office.require_decision,
                valid_from=first,
                valid_to=last,
                by=caller.account_id,
            )
            return pb.AuthorizeTeamResponse(team=show.team_message(team))

        return await self.once(request, pb.AuthorizeTeamResponse, work)

    async def RevokeAuthorization(
        self, request: pb.RevokeAuthorizationRequest, context: object
    ) -> pb.RevokeAuthorizationResponse:
        explanation = show.required("explanation", request.explanation)

        def work(tx: Transaction, caller: Caller) -> pb.RevokeAuthorizationResponse:
            team = revoke_authorization(tx, request.team_id, explanation, by=caller.account_id)
            return pb.RevokeAuthorizationResponse(team=show.team_message(team))

        return await self.once(request, pb.RevokeAuthorizationResponse, work)

    async def ListMyUnits(self, request: pb.ListMyUnitsRequest, context: object) -> pb.ListMyUnitsResponse:
        person_id, day = current_caller().person_id, beijing_date(self.office.clock.now())

        def look(connection: sa.Connection) -> list[pb.MyUnit]:
            names = body_names(self.office.book, day)
            return [
                show.my_unit_message(get_round(connection, team.round_id), team, unit, person_id)
                for team in teams_with(connection, person_id, day)
                for unit in units_on(connection, team.unit_ids, day, names)
            ]

        return pb.ListMyUnitsResponse(units=await self.read(look))

    async def ListNewInfo(self, request: pb.ListNewInfoRequest, context: object) -> pb.ListNewInfoResponse:
        caller_of(request)
        paging = self.office.paging
        page = paging.page(request)
        rows = await self.read(lambda c: forwarding.list_entries(c, request.round_id, page.limit, page.after))
        shown, token = paging.cut(request, page, rows, lambda one: one.new_info_id)
        return pb.ListNewInfoResponse(entries=[show.entry_message(one) for one in shown], next_page_token=token)

    async def ForwardNewInfo(self, request: pb.ForwardNewInfoRequest, context: object) -> pb.ForwardNewInfoResponse:
        def work(tx: Transaction, caller: Caller) -> pb.ForwardNewInfoResponse:
            entry = forwarding.forward(tx, request.new_info_id, by=caller.account_id)
            return pb.ForwardNewInfoResponse(entry=show.entry_message(entry))

        return await self.once(request, pb.ForwardNewInfoResponse, work)

    async def ListForwarded(self, request: pb.ListForwardedRequest, context: object) -> pb.ListForwardedResponse:
        person_id, day = current_caller().person_id, beijing_date(self.office.clock.now())
        entries = await self.read(lambda c: forwarding.forwarded_to(c, person_id, day))
        return pb.ListForwardedResponse(entries=[show.entry_message(one) for one in entries])

    async def ReadNewInfo(self, request: pb.ReadNewInfoRequest, context: object) -> pb.ReadNewInfoResponse:
        """Not through the log of requests: what is read here must be kept nowhere else, and each reading counts."""
        caller = current_caller()
        reader = Reader(caller.person_id, caller.account_id, request.read_reason)
        action = _action(request.action)
        shown = await self.office.database.writer.run(
            lambda tx: forwarding.read(
                tx, request.new_info_id, self.office.open_content, reader, action=action, remark=request.note
            )
        )
        return pb.ReadNewInfoResponse(summary=shown.message.summary, entry=show.entry_message(shown.entry))

    async def AssembleBriefing(
        self, request: pb.AssembleBriefingRequest, context: object
    ) -> pb.AssembleBriefingResponse:
        caller = current_caller()
        rights = await self._rights(caller, request.round_id, request.unit_id)
        if not rights.briefing or (request.with_leads and not rights.leads):
            raise NotTheLeaderError
        if request.with_leads and not request.read_reason.strip():
            raise ReasonMissingError
        gathered = await self._gather(request)
        files = await asyncio.to_thread(print_files, gathered)
        reader = Reader(caller.person_id, caller.account_id, request.read_reason)

        def hand_out(tx: Transaction) -> None:
            today = beijing_date(tx.now)
            place = (request.round_id, request.unit_id)
            # Printing takes a moment in which the authorization may have been revoked.
            if gathered.with_leads and not may_read_leads(tx.connection, *place, caller.person_id, today):
                raise NotTheLeaderError
            record_briefing(tx, gathered, files, reader)

        await self.office.database.writer.run(hand_out)
        return pb.AssembleBriefingResponse(
            briefing_docx=files.briefing,
            leads_docx=files.leads,
            completeness=[show.completeness_message(one) for one in gathered.briefing.supplied],
        )

    async def _gather(self, request: pb.AssembleBriefingRequest) -> Gathered:
        office = self.office
        focus = [FocusItem(one.subject, one.place, one.source) for one in request.focus]

        def look(connection: sa.Connection) -> Gathered:
            sight = Sight(
                office.book,
                office.standings,
                office.open_content,
                office.findings,
                office.calendar(connection),
                office.clock.now(),
                with_leads=request.with_leads,
            )
            hide = not request.show_sources
            return gather(connection, request.round_id, request.unit_id, sight, focus=focus, hide_sources=hide)

        return await self.read(look)

    async def _rights(self, caller: Caller, round_id: str, unit_id: str) -> _Rights:
        """The office may have the team's file; the leads are the leader's alone, whatever roles others hold."""
        person, day = caller.person_id, beijing_date(self.office.clock.now())
        leads = await self.read(lambda c: may_read_leads(c, round_id, unit_id, person, day))
        in_team = await self.read(lambda c: in_team_for(c, round_id, unit_id, person, day))
        return _Rights(briefing=in_team or caller.may(OFFICE), leads=leads)


def _action(text: str) -> Action | None:
    try:
        return Action(text) if text else None
    except ValueError as error:
        raise FieldInvalidError(field="action", problem="/".join(Action)) from error
