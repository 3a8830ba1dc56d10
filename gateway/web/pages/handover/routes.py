"""Handover between clerks: drafts, tasks and the duty of liaison move in one recorded act."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from gateway.visit import SignedIn, Visit
from gateway.web.people_words import choices, colleagues
from guantong.node.v1 import handover_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
_PAGE = "handover/list.html"
_FOR_OTHERS = frozenset({"leader", "security_admin"})


@router.get("/handover", name="handover")
async def show(visit: SignedIn, page: str = "") -> Response:
    """Handovers, newest first, and the form for one."""
    return visit.page(_PAGE, **await _found(visit, page))


@router.post("/handover", name="handing_over")
async def hand_over(visit: SignedIn) -> Response:
    """Move the work of one account to another."""
    form = await visit.form()
    request = pb.HandOverRequest(
        request_id=form.request_id,
        from_account_id=form.text("from_account") or visit.me.account_id,
        to_account_id=form.text("to_account"),
        reason=form.text("reason"),
        liaison=form.checked("liaison"),
    )
    try:
        done = (await visit.node.handover.HandOver(request)).handover
    except GuantongError as error:
        return visit.refused(_PAGE, error, form, **await _found(visit, ""))
    said = visit.say(
        "已移交: 文稿 %(drafts)s 件, 事项 %(matters)s 项, 联络员 %(liaisons)s 项; 超出接手人权限而留下 %(left)s 件。",
        drafts=len(done.draft_ids),
        matters=len(done.matter_ids),
        liaisons=done.liaison_count,
        left=done.left_count,
    )
    return visit.go("/handover", said)


async def _found(visit: Visit, page: str) -> dict[str, Any]:
    known = await colleagues(visit)
    found = await visit.node.handover.ListHandovers(pb.ListHandoversRequest(page_token=page))
    return {
        "lines": list(found.handovers),
        "people": choices(known),
        "next": f"/handover?page={found.next_page_token}" if found.next_page_token else "",
        "for_others": bool(visit.roles & _FOR_OTHERS),
        "moves_liaison": "security_admin" in visit.roles,
    }
