"""Who signs for me and who does my work: delegations of signing, leaves with a deputy, acting for somebody absent."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.visit import SignedIn, Visit
from gateway.web.pages.account import view
from gateway.web.people_words import choices, colleagues, names, sub_units
from guantong.node.v1 import handover_service_pb2 as handover
from guantong.node.v1 import people_service_pb2 as people
from services.chassis.errors import GuantongError

router = APIRouter()


@router.get("/account/signing", name="delegations")
async def list_delegations(visit: SignedIn, page: str = "") -> Response:
    """Who signs for whom."""
    return visit.page("account/signing.html", **await _delegations(visit, page))


@router.post("/account/signing", name="delegating")
async def delegate(visit: SignedIn) -> Response:
    """Let another person sign for me for some days."""
    form = await visit.form()
    try:
        await visit.node.people.DelegateSigning(_delegation(form))
    except GuantongError as error:
        return visit.refused("account/signing.html", error, form, **await _delegations(visit, ""))
    return visit.go("/account/signing", visit.say("代签授权已登记。"))


@router.post("/account/signing/end", name="ending_delegation")
async def end_delegation(visit: SignedIn) -> Response:
    """End a delegation now."""
    form = await visit.form()
    await visit.node.people.RevokeDelegation(
        people.RevokeDelegationRequest(request_id=form.request_id, delegation_id=form.text("delegation_id"))
    )
    return visit.go("/account/signing", visit.say("代签授权已终止。"))


@router.get("/account/leave", name="leaves")
async def list_leaves(visit: SignedIn, page: str = "") -> Response:
    """Leaves from and to me; all of them for leaders and administrators."""
    return visit.page("account/leave.html", **await _leaves(visit, page))


@router.post("/account/leave", name="recording_leave")
async def record_leave(visit: SignedIn) -> Response:
    """Name a deputy for some days."""
    form = await visit.form()
    request = handover.RecordLeaveRequest(
        request_id=form.request_id,
        from_account_id=form.text("from_account"),
        to_account_id=form.text("to_account"),
        from_date=form.text("from_date") or None,
        to_date=form.text("to_date"),
        reason=form.text("reason"),
    )
    try:
        await visit.node.handover.RecordLeave(request)
    except GuantongError as error:
        return visit.refused("account/leave.html", error, form, **await _leaves(visit, ""))
    return visit.go("/account/leave", visit.say("离岗与代班人已登记。"))


@router.post("/account/leave/end", name="ending_leave")
async def end_leave(visit: SignedIn) -> Response:
    """End a leave now."""
    form = await visit.form()
    await visit.node.handover.EndLeave(
        handover.EndLeaveRequest(request_id=form.request_id, leave_id=form.text("leave_id"))
    )
    return visit.go("/account/leave", visit.say("代班已终止。"))


@router.post("/account/acting", name="acting")
async def act_for(visit: SignedIn) -> Response:
    """Act for an absent person in this session, or for myself again."""
    form = await visit.form()
    await visit.node.handover.ActFor(handover.ActForRequest(account_id=form.text("account_id")))
    said = visit.say("现在代班办理。") if form.text("account_id") else visit.say("已恢复本人身份办理。")
    return visit.go("/", said)


def _delegation(form: Form) -> people.DelegateSigningRequest:
    return people.DelegateSigningRequest(
        request_id=form.request_id,
        to_account_id=form.text("to_account"),
        from_date=form.text("from_date") or None,
        to_date=form.text("to_date"),
        password=form.secret("password"),
        sub_unit=form.text("sub_unit") or None,
        matter_id=form.text("matter_id") or None,
        reason=form.text("reason"),
    )


async def _delegations(visit: Visit, page: str) -> dict[str, Any]:
    known = await colleagues(visit)
    found = await visit.node.people.ListDelegations(people.ListDelegationsRequest(page_token=page))
    return {
        "lines": view.delegation_lines(visit, found.delegations, names(known, visit.me)),
        "people": choices(known, visit.me.account_id),
        "sub_units": sub_units(visit),
        "next": f"/account/signing?page={found.next_page_token}" if found.next_page_token else "",
        "latest": view.last_day(visit),
        "today": view.today(visit).isoformat(),
    }


async def _leaves(visit: Visit, page: str) -> dict[str, Any]:
    known, for_others = await colleagues(visit), bool(visit.roles & {"leader", "security_admin"})
    found = await visit.node.handover.ListLeaves(handover.ListLeavesRequest(page_token=page))
    standings = [
        view.dated(visit, one.from_date, one.to_date, ended=one.HasField("ended_time")) for one in found.leaves
    ]
    return {
        "lines": list(zip(found.leaves, standings, strict=True)),
        "people": choices(known, *([] if for_others else [visit.me.account_id])),
        "next": f"/account/leave?page={found.next_page_token}" if found.next_page_token else "",
        "latest": view.last_day(visit),
        "today": view.today(visit).isoformat(),
        "for_others": for_others,
    }
