"""Serves recorded decisions to the node's own clients."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from google.protobuf.message import Message

from guantong.node.v1 import decisions_service_pb2 as pb
from guantong.node.v1 import decisions_service_pb2_grpc as rpc
from services.chassis.desk import decisions
from services.chassis.desk.decision_records import Decision, DecisionState, DecisionText, Form, Scope
from services.chassis.desk.drafts_messages_service import name, words
from services.chassis.rpc.access import ServiceAccess
from services.chassis.rpc.callers import BUSINESS_ROLES, Caller, Role
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.idempotency import once
from services.chassis.rpc.paging import Paging
from services.chassis.rpc.reach import caller_for_all
from services.chassis.rpc.server import ServerBuilder
from services.chassis.storage import Database, Transaction
from services.chassis.timestamps import timestamp

R = TypeVar("R", bound=Message)
_ENTERING = frozenset({Role.CLERK, Role.LEADER})
ACCESS = ServiceAccess(
    "guantong.node.v1.DecisionsService",
    BUSINESS_ROLES,
    {"RecordDecision": _ENTERING, "ConfirmDecision": _ENTERING, "RefuseDecision": _ENTERING},
)
"""Entering and confirming take two persons, not two roles: an office may have one leader and two clerks."""
_FORMS = {form: pb.DecisionForm.Value(f"DECISION_FORM_{form.name}") for form in Form}
_FORM_BY_NUMBER = {number: form for form, number in _FORMS.items()}
_STATES = {state: pb.DecisionState.Value(f"DECISION_STATE_{state.name}") for state in DecisionState}
_STATE_BY_NUMBER = {number: state for state, number in _STATES.items()}


@dataclass(frozen=True)
class Decisions:
    """What the service works with."""

    database: Database
    paging: Paging


def add_decisions(builder: ServerBuilder, served: Decisions) -> None:
    """Have the server offer recorded decisions."""
    builder.add(rpc.add_DecisionsServiceServicer_to_server, DecisionsServicer(served), ACCESS)


class DecisionsServicer(rpc.DecisionsServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: Decisions) -> None:
        self._served = served

    async def RecordDecision(self, request: pb.RecordDecisionRequest, context: object) -> pb.RecordDecisionResponse:
        text = _text_from(request.text)

        def work(tx: Transaction, caller: Caller) -> pb.RecordDecisionResponse:
            decision = decisions.record_decision(tx, text, caller.account_id, request.corrects_decision_id)
            return pb.RecordDecisionResponse(decision_id=decision.decision_id, digest=decision.digest)

        return await self._once(request, pb.RecordDecisionResponse, work)

    async def ConfirmDecision(self, request: pb.ConfirmDecisionRequest, context: object) -> pb.ConfirmDecisionResponse:
        def work(tx: Transaction, caller: Caller) -> pb.ConfirmDecisionResponse:
            decisions.confirm_decision(tx, request.decision_id, request.shown_digest, caller.account_id)
            return pb.ConfirmDecisionResponse()

        return await self._once(request, pb.ConfirmDecisionResponse, work)

    async def RefuseDecision(self, request: pb.RefuseDecisionRequest, context: object) -> pb.RefuseDecisionResponse:
        remark = words("remark", request.remark)

        def work(tx: Transaction, caller: Caller) -> pb.RefuseDecisionResponse:
            decisions.refuse_decision(tx, request.decision_id, remark, caller.account_id)
            return pb.RefuseDecisionResponse()

        return await self._once(request, pb.RefuseDecisionResponse, work)

    async def GetDecision(self, request: pb.GetDecisionRequest, context: object) -> pb.GetDecisionResponse:
        _caller_of(request)
        decision = await self._served.database.reader.read(
            lambda connection: decisions.get_decision(connection, request.decision_id)
        )
        return pb.GetDecisionResponse(decision=_decision(decision))

    async def ListDecisions(self, request: pb.ListDecisionsRequest, context: object) -> pb.ListDecisionsResponse:
        _caller_of(request)
        page = self._served.paging.page(request)
        if set(request.states) - _STATE_BY_NUMBER.keys():
            raise FieldInvalidError(field="states", problem="not a state of decisions")
        states = [_STATE_BY_NUMBER[number] for number in request.states]
        found = await self._served.database.reader.read(
            lambda connection: decisions.list_decisions(connection, states, page.after, page.limit)
        )
        shown, token = self._served.paging.cut(request, page, found, lambda decision: decision.decision_id)
        return pb.ListDecisionsResponse(decisions=[_decision(decision) for decision in shown], next_page_token=token)

    async def _once(self, request: Message, response_type: type[R], work: Callable[[Transaction, Caller], R]) -> R:
        caller = _caller_of(request)
        return await self._served.database.writer.run(
            lambda tx: once(tx, caller, request, response_type, lambda: work(tx, caller))
        )


def _caller_of(request: Message) -> Caller:
    """The caller, whose role is for the whole body, as decisions are."""
    return caller_for_all(ACCESS, request.DESCRIPTOR.name.removesuffix("Request"))


def _text_from(message: pb.DecisionText) -> DecisionText:
    if message.form not in _FORM_BY_NUMBER:
        raise FieldInvalidError(field="text.form", problem="missing")
    try:
        decided_on = date.fromisoformat(message.decided_date)
    except ValueError as error:
        raise FieldInvalidError(field="text.decided_date", problem="not a date like 2026-03-02") from error
    scope = message.scope
    return DecisionText(
        name("text.decided_by", message.decided_by),
        words("text.number", message.number),
        decided_on,
        _FORM_BY_NUMBER[message.form],
        tuple(words("text.participants", one) for one in message.participants),
        frozenset(name("text.scope.acts", one) for one in scope.acts),
        Scope(
            name("text.scope.round_id", scope.round_id),
            frozenset(name("text.scope.unit_ids", one) for one in scope.unit_ids),
            frozenset(name("text.scope.person_ids", one) for one in scope.person_ids),
        ),
        message.scan_digest,
    )


def _decision(decision: Decision) -> pb.Decision:
    text = decision.text
    message = pb.Decision(
        decision_id=decision.decision_id,
        text=pb.DecisionText(
            decided_by=text.decided_by,
            number=text.number,
            decided_date=text.decided_on.isoformat(),
            form=_FORMS[text.form],
            participants=text.participants,
            scope=pb.DecisionScope(
                acts=sorted(text.acts),
                round_id=text.scope.round_id or None,
                unit_ids=sorted(text.scope.unit_ids),
                person_ids=sorted(text.scope.person_ids),
            ),
            scan_digest=text.scan_digest,
        ),
        state=_STATES[decision.state],
        entered_by_account_id=decision.entered_by,
        entered_time=timestamp(decision.entered_at),
        settled_by_account_id=decision.settled_by or None,
        digest=decision.digest,
        refusal_remark=decision.refusal_remark or None,
        corrects_decision_id=decision.corrects_id or None,
        corrected_by_decision_id=decision.corrected_by_id or None,
    )
    if decision.settled_at is not None:
        message.settled_time.CopyFrom(timestamp(decision.settled_at))
    return message
