"""The registers that are looked through: files handed out, those to be recovered, and matters held."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from gateway.visit import SignedIn, Visit
from gateway.web.pages.register import words
from gateway.web.pages.register.people import naming
from guantong.node.v1 import destruction_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
_COPIES, _HOLDS = "register/copies.html", "register/holds.html"
_SEES_DISCLOSURES = frozenset({"clerk", "reviewer", "leader", "audit_admin"})


@router.get("/register", name="register")
async def first(visit: SignedIn) -> Response:
    """The first register that the visitor may see."""
    sees = bool(visit.roles & _SEES_DISCLOSURES)
    return visit.go("/register/disclosures" if sees else "/register/destructions")


@router.get("/register/exports", name="exports")
async def exports(visit: SignedIn, page: str = "", letter: str = "") -> Response:
    """Every file that left in readable form, newest first."""
    request = pb.ListExportsRequest(letter_id=letter, page_size=50, page_token=page)
    found = await visit.node.destruction.ListExports(request)
    return visit.page(
        "register/exports.html",
        lines=list(found.exports),
        letter=letter,
        next=f"/register/exports?letter={letter}&page={found.next_page_token}" if found.next_page_token else "",
        name=await naming(visit),
        words=words,
    )


@router.get("/register/copies", name="copies")
async def copies(visit: SignedIn, page: str = "") -> Response:
    """Files handed out before their content was destroyed."""
    return visit.page(_COPIES, **await _copies(visit, page))


@router.post("/register/copies", name="certifying_copy")
async def certify(visit: SignedIn) -> Response:
    """Record what became of one."""
    form = await visit.form()
    outcome = next((one for one in words.OUTCOMES if str(one) == form.text("outcome")), pb.COPY_OUTCOME_UNSPECIFIED)
    request = pb.CertifyCopyRequest(
        request_id=form.request_id,
        copy_id=form.text("copy_id"),
        outcome=outcome,
        person=form.text("person"),
        remark=form.text("remark"),
    )
    try:
        await visit.node.destruction.CertifyCopy(request)
    except GuantongError as error:
        return visit.refused(_COPIES, error, form, **await _copies(visit, ""))
    return visit.go("/register/copies", visit.say("副本去向已登记。"))


@router.get("/register/holds", name="holds")
async def holds(visit: SignedIn, page: str = "", matter: str = "") -> Response:
    """Matters of which nothing is destroyed for a time; `matter` fills the form."""
    typed = {"matter_id": [matter]} if matter else {}
    return visit.page(_HOLDS, **await _holds(visit, page), typed=typed)


@router.post("/register/holds", name="placing_hold")
async def place(visit: SignedIn) -> Response:
    """Hold a matter, or release a hold that somebody else placed."""
    form = await visit.form()
    cause = next((one for one in words.CAUSES if str(one) == form.text("cause")), pb.HOLD_CAUSE_UNSPECIFIED)
    try:
        if form.text("hold_id"):
            await visit.node.destruction.ReleaseHold(
                pb.ReleaseHoldRequest(
                    request_id=form.request_id, hold_id=form.text("hold_id"), reason=form.text("release_reason")
                )
            )
            return visit.go("/register/holds", visit.say("保全已解除。"))
        await visit.node.destruction.PlaceHold(
            pb.PlaceHoldRequest(
                request_id=form.request_id,
                matter_id=form.text("matter_id"),
                cause=cause,
                reason=form.text("reason"),
            )
        )
    except GuantongError as error:
        return visit.refused(_HOLDS, error, form, **await _holds(visit, ""))
    return visit.go("/register/holds", visit.say("事项已保全, 解除前不得销毁。"))


async def _copies(visit: Visit, page: str) -> dict[str, Any]:
    found = await visit.node.destruction.ListCopies(pb.ListCopiesRequest(page_size=50, page_token=page))
    return {
        "lines": list(found.copies),
        "next": f"/register/copies?page={found.next_page_token}" if found.next_page_token else "",
        "outcomes": [(str(one), visit.say(text)) for one, text in words.OUTCOMES.items()],
        "name": await naming(visit),
        "words": words,
        "may_certify": bool(visit.roles - {"audit_admin", "system_admin", "liaison"}),
    }


async def _holds(visit: Visit, page: str) -> dict[str, Any]:
    found = await visit.node.destruction.ListHolds(pb.ListHoldsRequest(page_size=50, page_token=page))
    return {
        "lines": list(found.holds),
        "next": f"/register/holds?page={found.next_page_token}" if found.next_page_token else "",
        "causes": [(str(one), visit.say(text)) for one, text in words.CAUSES.items()],
        "name": await naming(visit),
        "words": words,
        "may_hold": bool(visit.roles & {"leader", "audit_admin"}),
    }
