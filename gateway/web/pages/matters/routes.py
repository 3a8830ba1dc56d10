"""Matters: the list, one whole matter, what is recorded about its delivery, and its file of proof."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.auth.forms import Form
from gateway.problems import InputInvalidError
from gateway.visit import SignedIn, Visit, download_headers
from gateway.web.pages.letters.reading import LIVE_DRAFTS
from gateway.web.pages.matters import view
from gateway.web.pages.matters.dates import router as dates
from gateway.web.tidy import tidy, tidy_line
from gateway.web.vocabulary import SIDES, STATES
from guantong.inspection.v1 import rounds_service_pb2 as rounds
from guantong.node.v1 import drafts_service_pb2 as drafts
from guantong.node.v1 import letters_service_pb2 as letters
from guantong.node.v1 import matters_service_pb2 as pb
from guantong.node.v1 import proof_service_pb2 as proof
from services.chassis.clock import BEIJING
from services.chassis.errors import GuantongError
from services.chassis.timestamps import timestamp

router = APIRouter()
router.include_router(dates)
_PAGE, _LETTERS, _DRAFTS = 50, 50, 200
_PIECE = 2**20
_ONE = "matters/one.html"


@router.get("/matters", name="matters")
async def listed(visit: SignedIn, wanted: Annotated[view.Asked, Depends()]) -> Response:
    """Matters, last changed first."""
    body, book = visit.gateway.config.body, visit.gateway.book
    kinds = {one.id: one for one in (*book.kinds_to(body), *book.kinds_from(body)) if one.matter != "any"}
    named = sorted(((one.id, one.title(visit.language)) for one in kinds.values()), key=lambda one: one[1])
    choices: dict[str, Any] = {
        "sides": [("", visit.say("全部")), *((name, visit.say(text)) for name, text in SIDES.items())],
        "states": [("", visit.say("全部状态")), *((name, visit.say(text)) for name, text in STATES.items())],
        "kinds": [("", visit.say("全部种类")), *named],
    }
    try:
        found = await visit.node.matters.ListMatters(wanted.request(_PAGE))
    except GuantongError as error:
        return visit.refused("matters/list.html", error, asked=wanted, lines=[], next="", **choices)
    return visit.page(
        "matters/list.html",
        asked=wanted,
        lines=view.lines(visit, found.matters),
        next=wanted.path(page=found.next_page_token) if found.next_page_token else "",
        **choices,
    )


@router.get("/matters/{matter_id}", name="matter")
async def one(visit: SignedIn, matter_id: str) -> Response:
    """One matter."""
    return visit.page(_ONE, matter=await _whole(visit, matter_id))


@router.post("/matters/{matter_id}/deem", name="deeming_receipt")
async def deem(visit: SignedIn, matter_id: str) -> Response:
    """Record that somebody confirmed the letter by telephone."""
    form = await visit.form()
    try:
        wanted = pb.RecordDeemedReceiptRequest(
            matter_id=matter_id, telephoned_post=tidy_line(form.text("telephoned_post")), request_id=form.request_id
        )
        wanted.telephoned_time.CopyFrom(_moment(visit, form))
        due = (await visit.node.matters.RecordDeemedReceipt(wanted)).deadline.due_date
    except GuantongError as error:
        return await _again(visit, matter_id, error, form)
    text = visit.say("已登记视同签收; 期限 %(day)s。", day=visit.formats.day(due) or visit.say("无"))
    return visit.go(f"/matters/{matter_id}", text)


@router.post("/matters/{matter_id}/paper", name="recording_paper")
async def paper(visit: SignedIn, matter_id: str) -> Response:
    """Record a step of paper delivery; of the scanned slip only the digest is kept."""
    form = await visit.form()
    try:
        wanted = pb.RecordPaperDeliveryRequest(
            matter_id=matter_id,
            step=form.text("step"),
            scan_digest=await _digest(form),
            signed_for_by=tidy_line(form.text("signed_for_by")),
            request_id=form.request_id,
        )
        wanted.time.CopyFrom(_moment(visit, form))
        await visit.node.matters.RecordPaperDelivery(wanted)
    except GuantongError as error:
        return await _again(visit, matter_id, error, form)
    return visit.go(f"/matters/{matter_id}", visit.say("已登记纸质送达。"))


@router.post("/matters/{matter_id}/remind", name="reminding")
async def remind(visit: SignedIn, matter_id: str) -> Response:
    """Remind the other body of what it owes."""
    form = await visit.form()
    try:
        await visit.node.matters.RemindMatter(
            pb.RemindMatterRequest(matter_id=matter_id, text=tidy(form.words("text")), request_id=form.request_id)
        )
    except GuantongError as error:
        return await _again(visit, matter_id, error, form)
    return visit.go(f"/matters/{matter_id}", visit.say("已发出催办。"))


@router.post("/matters/{matter_id}/accept-reply", name="accepting_reply")
async def accept_reply(visit: SignedIn, matter_id: str) -> Response:
    """Accept the reply: nothing is owed any more."""
    form = await visit.form()
    try:
        await visit.node.rounds.AcceptReply(rounds.AcceptReplyRequest(matter_id=matter_id, request_id=form.request_id))
    except GuantongError as error:
        return await _again(visit, matter_id, error, form)
    return visit.go(f"/matters/{matter_id}", visit.say("已接受答复, 事项办结。"))


@router.post("/matters/{matter_id}/ask-export", name="asking_matter_export")
async def ask_export(visit: SignedIn, matter_id: str) -> Response:
    """Ask for the matter's file of proof; somebody else approves it."""
    form = await visit.form()
    try:
        asked = await visit.node.proof.AskMatterExport(
            proof.AskMatterExportRequest(
                matter_id=matter_id, reason=tidy(form.words("reason")), request_id=form.request_id
            )
        )
    except GuantongError as error:
        return await _again(visit, matter_id, error, form)
    text = visit.say("已提出, 申请编号 %(id)s, 待另一人批准。", id=asked.disclosure_id)
    return visit.go(f"/matters/{matter_id}", text)


@router.post("/matters/{matter_id}/export", name="exporting_matter")
async def export(visit: SignedIn, matter_id: str) -> Response:
    """The matter's file of proof: a leader's own taking, or what was approved."""
    form = await visit.form()
    pieces = visit.node.proof.ExportMatter(
        proof.ExportMatterRequest(
            matter_id=matter_id,
            reason=tidy(form.words("reason")),
            with_contents=form.checked("with_contents"),
            disclosure_id=tidy_line(form.text("disclosure_id")),
        )
    )
    try:
        first = await anext(aiter(pieces))
    except GuantongError as error:
        return await _again(visit, matter_id, error, form)
    headers = download_headers(f"{matter_id}.proof")
    return StreamingResponse(_data(first, pieces), media_type="application/octet-stream", headers=headers)


async def _data(first: Any, pieces: Any) -> AsyncIterator[bytes]:
    yield first.piece
    async for one in pieces:
        yield one.piece


async def _digest(form: Form) -> bytes:
    """SHA-256 of the scanned slip; empty where none was chosen."""
    scan = form.file("scan")
    if scan is None:
        return b""
    try:
        digest = hashlib.sha256()
        while piece := await scan.read(_PIECE):
            digest.update(piece)
        return digest.digest()
    finally:
        await scan.close()


def _moment(visit: Visit, form: Form) -> Timestamp:
    """The instant typed into the form, Beijing time."""
    typed = tidy_line(form.text("at")).replace(" ", "T")
    try:
        return timestamp(datetime.fromisoformat(typed).replace(tzinfo=BEIJING))
    except (ValueError, OverflowError) as error:
        raise InputInvalidError(field=visit.say("时间(北京时间)")) from error


async def _again(visit: Visit, matter_id: str, error: GuantongError, form: Form) -> Response:
    return visit.refused(_ONE, error, form, matter=await _whole(visit, matter_id))


async def _whole(visit: Visit, matter_id: str) -> view.Shown:
    node = visit.node
    found = await node.matters.GetMatter(pb.GetMatterRequest(matter_id=matter_id))
    listed_letters = await node.letters.ListLetters(letters.ListLettersRequest(matter_id=matter_id, page_size=_LETTERS))
    live = await node.drafts.ListDrafts(drafts.ListDraftsRequest(page_size=_DRAFTS, states=LIVE_DRAFTS))
    return view.shown(visit, view.Whole(found, listed_letters, live.drafts))
