"""Ledgers and sealed identities that leave the node once: one person asks, a leader decides, the first takes it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from google.protobuf.json_format import MessageToJson

from gateway.auth.forms import Form
from gateway.problems import InputInvalidError
from gateway.visit import SignedIn, Visit
from gateway.web.pages.register import words
from gateway.web.pages.register.people import naming
from guantong.node.v1 import disclosures_service_pb2 as pb
from guantong.node.v1 import ledgers_service_pb2 as ledgers
from services.chassis.errors import Fault, GuantongError

router = APIRouter()
_PAGE = "register/disclosures.html"
_TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}
_ASKING = frozenset({"clerk", "reviewer", "leader"})


class TakenBeforeError(GuantongError):
    """It was handed out before; a lost answer takes a new request."""

    reason = "TAKEN_ALREADY"
    fault = Fault.STATE
    message_en = "It was handed out already. Ask anew, and say why."
    message_zh = "已经领取过。请重新申请并说明理由。"


@router.get("/register/disclosures", name="disclosures")
async def show(visit: SignedIn, page: str = "", ledger: str = "", row: str = "") -> Response:
    """Requests, newest first; `ledger` and `row` fill the form that asks."""
    typed = {"ledger": [ledger], "row_id": [row]} if ledger else {}
    return visit.page(_PAGE, **await _found(visit, page), typed=typed)


@router.post("/register/disclosures", name="asking_disclosure")
async def ask(visit: SignedIn) -> Response:
    """Ask for a ledger as a file, or for the sealed identity behind one row."""
    form = await visit.form()
    try:
        await _ask(visit, form)
    except GuantongError as error:
        return visit.refused(_PAGE, error, form, **await _found(visit, ""))
    return visit.go("/register/disclosures", visit.say("已申请, 待另一人批准。"))


@router.post("/register/disclosures/decide", name="deciding_disclosure")
async def decide(visit: SignedIn) -> Response:
    """Approve or refuse what somebody else asked for."""
    form = await visit.form()
    wanted, request_id = form.text("disclosure_id"), form.request_id
    try:
        if form.text("decision") == "approve":
            await visit.node.disclosures.ApproveDisclosure(
                pb.ApproveDisclosureRequest(disclosure_id=wanted, request_id=request_id)
            )
            return visit.go("/register/disclosures", visit.say("已批准, 七日内由申请人领取。"))
        await visit.node.disclosures.RefuseDisclosure(
            pb.RefuseDisclosureRequest(disclosure_id=wanted, remark=form.text("remark"), request_id=request_id)
        )
    except GuantongError as error:
        return visit.refused(_PAGE, error, form, **await _found(visit, ""))
    return visit.go("/register/disclosures", visit.say("未批准, 已登记。"))


@router.post("/register/disclosures/take", name="taking_disclosure")
async def take(visit: SignedIn) -> Response:
    """Hand what was approved to the person who asked, once."""
    form = await visit.form()
    wanted, request_id = form.text("disclosure_id"), form.request_id
    try:
        if form.text("kind") == str(pb.DISCLOSURE_KIND_UNSEALING):
            sealed = await visit.node.disclosures.TakeSealedIdentity(
                pb.TakeSealedIdentityRequest(disclosure_id=wanted, request_id=request_id)
            )
            if not sealed.HasField("identity"):
                raise TakenBeforeError
            return visit.file(MessageToJson(sealed.identity).encode(), "sealed-identity.json", "application/json")
        taken = await visit.node.disclosures.TakeExport(
            pb.TakeExportRequest(disclosure_id=wanted, request_id=request_id)
        )
        if not taken.file:
            raise TakenBeforeError
    except GuantongError as error:
        return visit.refused(_PAGE, error, form, **await _found(visit, ""))
    ending = form.text("format") if form.text("format") in _TYPES else "xlsx"
    return visit.file(taken.file, f"{form.text('ledger')}.{ending}", _TYPES[ending])


async def _ask(visit: Visit, form: Form) -> None:
    ledger, reason, request_id = form.text("ledger"), form.text("reason"), form.request_id
    if form.text("row_id"):
        await visit.node.disclosures.AskUnsealing(
            pb.AskUnsealingRequest(ledger=ledger, row_id=form.text("row_id"), reason=reason, request_id=request_id)
        )
        return
    if form.text("what") == "unsealing":
        raise InputInvalidError(field="row_id")
    await visit.node.disclosures.AskExport(
        pb.AskExportRequest(ledger=ledger, format=form.text("format"), reason=reason, request_id=request_id)
    )


async def _found(visit: Visit, page: str) -> dict[str, Any]:
    found = await visit.node.disclosures.ListDisclosures(pb.ListDisclosuresRequest(page_size=50, page_token=page))
    kept = []
    if visit.roles & _ASKING:
        kept = list((await visit.node.ledgers.ListLedgers(ledgers.ListLedgersRequest())).ledgers)
    return {
        "lines": list(found.disclosures),
        "next": f"/register/disclosures?page={found.next_page_token}" if found.next_page_token else "",
        "ledgers": [(one.name, visit.pick(one.title_zh, one.title_en)) for one in kept],
        "name": await naming(visit),
        "words": words,
        "may_decide": "leader" in visit.roles,
        "may_ask": bool(visit.roles & _ASKING),
    }
