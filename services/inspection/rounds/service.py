"""Serves the office's rounds to its own clients: requests into use cases, and what they return into messages."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from guantong.inspection.v1 import rounds_service_pb2 as pb
from guantong.inspection.v1 import rounds_service_pb2_grpc as rpc
from services.chassis.clock import beijing_date
from services.chassis.rpc.callers import Caller
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Transaction
from services.inspection.board.building import board
from services.inspection.board.records import Cell, opinion_letters_wait
from services.inspection.letters.prepare import prepare_opinion_letters, prepare_request_letters
from services.inspection.letters.records import UnitQuestion
from services.inspection.letters.store import OPINION, REQUEST
from services.inspection.replies.records import SectionReason
from services.inspection.replies.settling import accept_reply, return_reply
from services.inspection.rounds import moves, plan, rules, store
from services.inspection.rounds import presenting as show
from services.inspection.rounds.records import NewRound, Round
from services.inspection.rounds.rights import ACCESS, caller_of
from services.inspection.rounds.serving import RoundsOffice, Serving
from services.inspection.rounds.store import StoredGap
from services.inspection.rounds.substitutes import choose_substitute
from services.inspection.rounds.team_service import TeamMethods
from services.inspection.teams.store import teams_of
from services.inspection.units.queries import UnitOn, units_on


def add_rounds(builder: ServerBuilder, office: RoundsOffice) -> None:
    """Have the server offer the office's rounds."""
    builder.add(rpc.add_RoundsServiceServicer_to_server, RoundsServicer(office), ACCESS)


class RoundsServicer(TeamMethods, Serving, rpc.RoundsServiceServicer):
    """One method per RPC; the contract says what each does. Those about teams and what teams see are in their mixin."""

    async def CreateRound(self, request: pb.CreateRoundRequest, context: object) -> pb.CreateRoundResponse:
        new = NewRound(
            term_no=request.term_no,
            year=request.year,
            seq=request.seq,
            kind=show.kind_of(request.kind),
            name=request.name,
            special_topic=request.special_topic,
            site_from=show.optional_day("site_from_date", request.site_from_date),
            site_to=show.optional_day("site_to_date", request.site_to_date),
        )

        def work(tx: Transaction, caller: Caller) -> pb.CreateRoundResponse:
            made = plan.create_round(tx, new, by=caller.account_id)
            return pb.CreateRoundResponse(round=show.round_message(made))

        return await self.once(request, pb.CreateRoundResponse, work)

    async def ListRounds(self, request: pb.ListRoundsRequest, context: object) -> pb.ListRoundsResponse:
        caller_of(request)
        paging = self.office.paging
        page = paging.page(request)
        rows = await self.read(lambda c: store.list_rounds(c, page.limit, page.after))
        shown, token = paging.cut(request, page, rows, lambda one: one.round_id)
        return pb.ListRoundsResponse(rounds=[show.round_message(one) for one in shown], next_page_token=token)

    async def GetRound(self, request: pb.GetRoundRequest, context: object) -> pb.GetRoundResponse:
        caller_of(request)
        current = await self.read(lambda c: store.get_round(c, request.round_id))
        units = await self._units(request.round_id)
        gaps = await self.read(lambda c: store.gaps_of(c, request.round_id))
        teams = await self.read(lambda c: teams_of(c, request.round_id))
        return pb.GetRoundResponse(
            round=show.round_message(current),
            units=[show.unit_message(unit) for unit in units],
            gaps=[show.gap_message(gap) for gap in gaps],
            teams=[show.team_message(team) for team in teams],
        )

    async def AddUnits(self, request: pb.AddUnitsRequest, context: object) -> pb.AddUnitsResponse:
        def work(tx: Transaction, caller: Caller) -> pb.AddUnitsResponse:
            names = self.names(tx)
            units = plan.add_units(tx, request.round_id, list(request.unit_ids), names, by=caller.account_id)
            return pb.AddUnitsResponse(units=[show.unit_message(unit) for unit in units])

        return await self.once(request, pb.AddUnitsResponse, work)

    async def MoveRound(self, request: pb.MoveRoundRequest, context: object) -> pb.MoveRoundResponse:
        def work(tx: Transaction, caller: Caller) -> pb.MoveRoundResponse:
            current, unanswered = self._move(tx, request, caller.account_id)
            return pb.MoveRoundResponse(round=show.round_message(current), unanswered_matter_ids=unanswered)

        return await self.once(request, pb.MoveRoundResponse, work)

    async def FixTargets(self, request: pb.FixTargetsRequest, context: object) -> pb.FixTargetsResponse:
        def work(tx: Transaction, caller: Caller) -> pb.FixTargetsResponse:
            day = beijing_date(tx.now)
            current = plan.fix_targets(
                tx,
                request.round_id,
                request.decision_id,
                self.office.require_decision,
                bodies=self.names(tx),
                asked=rules.bodies_asked(self.office.book, day),
                deciders=rules.deciders(self.office.book, day),
                by=caller.account_id,
            )
            gaps = store.gaps_of(tx.connection, request.round_id)
            return pb.FixTargetsResponse(
                round=show.round_message(current), gaps=[show.gap_message(gap) for gap in gaps]
            )

        return await self.once(request, pb.FixTargetsResponse, work)

    async def PrepareOpinionLetters(
        self, request: pb.PrepareOpinionLettersRequest, context: object
    ) -> pb.PrepareOpinionLettersResponse:
        reply_by = show.parsed_day("reply_by_date", request.reply_by_date)

        def work(tx: Transaction, caller: Caller) -> pb.PrepareOpinionLettersResponse:
            made = prepare_opinion_letters(
                tx,
                self.office.outgoing,
                self.office.book,
                request.round_id,
                reply_by=reply_by,
                contact=content.Contact(name=request.contact),
                by=caller.account_id,
            )
            return pb.PrepareOpinionLettersResponse(letters=[show.letter_message(one) for one in made])

        return await self.once(request, pb.PrepareOpinionLettersResponse, work)

    async def PrepareRequestLetters(
        self, request: pb.PrepareRequestLettersRequest, context: object
    ) -> pb.PrepareRequestLettersResponse:
        questions = [
            UnitQuestion(one.unit_id, one.to_body, show.required("question", one.question)) for one in request.questions
        ]

        def work(tx: Transaction, caller: Caller) -> pb.PrepareRequestLettersResponse:
            made = prepare_request_letters(
                tx,
                self.office.outgoing,
                self.office.book,
                request.round_id,
                questions=questions,
                contact=content.Contact(name=request.contact),
                by=caller.account_id,
            )
            return pb.PrepareRequestLettersResponse(letters=[show.letter_message(one) for one in made])

        return await self.once(request, pb.PrepareRequestLettersResponse, work)

    async def ChooseSubstitute(
        self, request: pb.ChooseSubstituteRequest, context: object
    ) -> pb.ChooseSubstituteResponse:
        gap = StoredGap(request.unit_id, request.body, request.substitute)

        def work(tx: Transaction, caller: Caller) -> pb.ChooseSubstituteResponse:
            chosen = choose_substitute(
                tx,
                request.round_id,
                gap,
                self.office.require_decision,
                known=rules.may_substitute(self.office.book, beijing_date(tx.now)),
                decision_id=request.decision_id,
                by=caller.account_id,
            )
            return pb.ChooseSubstituteResponse(gap=show.gap_message(chosen))

        return await self.once(request, pb.ChooseSubstituteResponse, work)

    async def GetBoard(self, request: pb.GetBoardRequest, context: object) -> pb.GetBoardResponse:
        caller_of(request)
        office = self.office
        now = office.clock.now()
        day = beijing_date(now)
        asked = {kind: office.book.recipients_of(kind, day) for kind in (REQUEST, OPINION)}

        def look(connection: sa.Connection) -> tuple[Round, tuple[Cell, ...], int]:
            calendar = office.calendar(connection)
            current = store.get_round(connection, request.round_id)
            closed = rules.leader_only_sections(office.book)
            cells = board(connection, request.round_id, asked, office.standings, calendar, leader_only=closed, now=now)
            return current, cells, opinion_letters_wait(cells, current.targets_fixed_on, day, calendar)

        current, cells, waited = await self.read(look)
        return pb.GetBoardResponse(
            round=show.round_message(current),
            cells=[show.cell_message(cell) for cell in cells],
            units=[show.unit_message(unit) for unit in await self._units(request.round_id)],
            opinion_letters_waiting_day_count=waited,
            opinion_letters_reminder=waited >= office.book.number("opinion_remind_working_days", day),
        )

    async def AcceptReply(self, request: pb.AcceptReplyRequest, context: object) -> pb.AcceptReplyResponse:
        def work(tx: Transaction, caller: Caller) -> pb.AcceptReplyResponse:
            office = self.office
            accept_reply(tx, office.acts, office.standings, request.matter_id, office.officer_of(tx, caller))
            return pb.AcceptReplyResponse(state="settled")

        return await self.once(request, pb.AcceptReplyResponse, work)

    async def ReturnReply(self, request: pb.ReturnReplyRequest, context: object) -> pb.ReturnReplyResponse:
        reasons = [SectionReason(one.unit_id, one.section, one.explanation) for one in request.sections]
        target_date = show.parsed_day("target_date", request.target_date)

        def work(tx: Transaction, caller: Caller) -> pb.ReturnReplyResponse:
            office = self.office
            return_reply(
                tx,
                office.acts,
                office.standings,
                request.matter_id,
                office.officer_of(tx, caller),
                reasons=reasons,
                target_date=target_date,
            )
            return pb.ReturnReplyResponse(state="returned")

        return await self.once(request, pb.ReturnReplyResponse, work)

    async def _units(self, round_id: str) -> tuple[UnitOn, ...]:
        day = beijing_date(self.office.clock.now())
        names = rules.body_names(self.office.book, day)
        return await self.read(lambda c: units_on(c, store.unit_ids_of(c, round_id), day, names))

    def _move(self, tx: Transaction, request: pb.MoveRoundRequest, by: str) -> tuple[Round, tuple[str, ...]]:
        office, round_id = self.office, request.round_id
        if request.act == "enter":
            entered = moves.enter(tx, round_id, office.standings, by=by)
            return entered.current, entered.unanswered_matters
        acts: dict[str, Callable[[], Round]] = {
            "submit_plan": lambda: plan.submit_plan(tx, round_id, by=by),
            "return_plan": lambda: plan.return_plan(tx, round_id, by=by),
            "agree_plan": lambda: plan.agree_plan(tx, round_id, request.decision_id, office.require_decision, by=by),
            "open_preparation": lambda: moves.open_preparation(tx, round_id, office.standings, by=by),
            "leave": lambda: moves.leave(tx, round_id, by=by),
            "cancel": lambda: moves.cancel(tx, round_id, show.required("explanation", request.explanation), by=by),
        }
        if request.act not in acts:
            raise FieldInvalidError(field="act", problem="/".join((*acts, "enter")))
        return acts[request.act](), ()
