"""Content destroyed by two persons: asked for with a ground, approved or refused by a leader, and what follows."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.visit import SignedIn, Visit
from gateway.web.pages.register import words
from gateway.web.pages.register.people import naming
from guantong.node.v1 import destruction_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
_LIST, _ONE = "register/destructions.html", "register/destruction.html"
_ASKING = frozenset({"clerk", "reviewer", "leader", "security_admin"})


@router.get("/register/destructions", name="destructions")
async def show(visit: SignedIn, page: str = "", matter: str = "", letter: str = "") -> Response:
    """Requests, newest first; `matter` or `letter` fills the form that asks."""
    typed = {"matter_id": [matter], "letter_ids": [letter]} if matter or letter else {}
    return visit.page(_LIST, **await _found(visit, page), typed=typed)


@router.post("/register/destructions", name="asking_destruction")
async def ask(visit: SignedIn) -> Response:
    """Ask for letters, or all letters of a matter, to be destroyed."""
    form = await visit.form()
    try:
        asked = await visit.node.destruction.AskDestruction(_asked(form))
    except GuantongError as error:
        return visit.refused(_LIST, error, form, **await _found(visit, ""))
    said = visit.say("已申请销毁 %(count)s 件函件的内容, 待另一人批准。", count=asked.letter_count)
    return visit.go(f"/register/destructions/{asked.destruction_id}", said)


@router.get("/register/destructions/{destruction_id}", name="destruction")
async def one(visit: SignedIn, destruction_id: str) -> Response:
    """One request, the copies that have to follow, and what is outstanding."""
    return visit.page(_ONE, **await _one(visit, destruction_id))


@router.post("/register/destructions/{destruction_id}", name="deciding_destruction")
async def decide(visit: SignedIn, destruction_id: str) -> Response:
    """Approve, which destroys at once and for good, or refuse."""
    form = await visit.form()
    try:
        if form.text("decision") == "approve":
            done = await visit.node.destruction.ApproveDestruction(
                pb.ApproveDestructionRequest(request_id=form.request_id, destruction_id=destruction_id)
            )
            said = visit.say("已销毁 %(count)s 件函件的内容。", count=done.destroyed_count)
        else:
            await visit.node.destruction.RefuseDestruction(
                pb.RefuseDestructionRequest(
                    request_id=form.request_id, destruction_id=destruction_id, remark=form.text("remark")
                )
            )
            said = visit.say("未批准, 已登记。")
    except GuantongError as error:
        return visit.refused(_ONE, error, form, **await _one(visit, destruction_id))
    return visit.go(f"/register/destructions/{destruction_id}", said)


def _asked(form: Form) -> pb.AskDestructionRequest:
    unsaid = pb.DESTRUCTION_GROUND_UNSPECIFIED
    ground = next((one for one in words.ASKABLE if str(one) == form.text("ground")), unsaid)
    return pb.AskDestructionRequest(
        request_id=form.request_id,
        letter_ids=[one for one in re.split(r"[\s,，;；]+", form.words("letter_ids")) if one],
        matter_id=form.text("matter_id"),
        ground=ground,
        reason=form.text("reason"),
        document_number=form.text("document_number"),
        decided_date=form.text("decided_date"),
    )


async def _found(visit: Visit, page: str) -> dict[str, Any]:
    found = await visit.node.destruction.ListDestructions(pb.ListDestructionsRequest(page_size=50, page_token=page))
    return {
        "lines": list(found.destructions),
        "next": f"/register/destructions?page={found.next_page_token}" if found.next_page_token else "",
        "grounds": [(str(one), visit.say(words.GROUNDS[one])) for one in words.ASKABLE],
        "name": await naming(visit),
        "words": words,
        "may_ask": bool(visit.roles & _ASKING),
    }


async def _one(visit: Visit, destruction_id: str) -> dict[str, Any]:
    found = await visit.node.destruction.GetDestruction(pb.GetDestructionRequest(destruction_id=destruction_id))
    request = found.destruction
    waits = request.state == pb.DESTRUCTION_STATE_ASKED
    return {
        "one": request,
        "copies": list(found.copies),
        "outstanding": list(found.outstanding),
        "name": await naming(visit),
        "words": words,
        "may_decide": waits and "leader" in visit.roles and request.asked_by != visit.me.account_id,
        "own": waits and request.asked_by == visit.me.account_id,
    }
