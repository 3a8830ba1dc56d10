"""Where I am told outside the browser that work has come; the system administrator sets it for others, too."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gateway.visit import SignedIn
from guantong.node.v1 import notices_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
_PAGE = "account/notices.html"


@router.get("/account/notices", name="notices")
async def show(visit: SignedIn, account: str = "") -> Response:
    """Where the visitor is told, or for the system administrator another."""
    found = await visit.node.notices.GetNotices(pb.GetNoticesRequest(account_id=account))
    return visit.page(_PAGE, found=found, account=account)


@router.post("/account/notices", name="setting_notices")
async def save(visit: SignedIn) -> Response:
    """Set it; an empty address ends it."""
    form = await visit.form()
    account = form.text("account")
    try:
        await visit.node.notices.SetNotices(
            pb.SetNoticesRequest(
                request_id=form.request_id,
                account_id=account,
                address=form.text("address"),
                daily=form.checked("daily"),
            )
        )
    except GuantongError as error:
        found = await visit.node.notices.GetNotices(pb.GetNoticesRequest(account_id=account))
        return visit.refused(_PAGE, error, form, found=found, account=account)
    path = f"/accounts/{account}" if account else "/account/notices"
    return visit.go(path, visit.say("提醒地址已更新。"))
