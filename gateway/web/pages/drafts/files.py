"""Files of a draft: added in pieces as they come from the browser, taken out, fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from gateway.clients.channel import answered
from gateway.visit import SignedIn, download_headers
from gateway.web.pages.drafts.acts import draft_context
from guantong.node.v1 import attachments_service_pb2 as pb
from services.chassis.errors import Fault, GuantongError

router = APIRouter()
_PIECE = 1024 * 1024


class FileMissingError(GuantongError):
    """No file was chosen."""

    reason = "FILE_MISSING"
    fault = Fault.INVALID
    message_en = "No file was chosen. Choose one and send the form again."
    message_zh = "未选择文件。请选择文件后重新提交。"


@router.post("/drafts/{draft_id}/files", name="draft-add-file")
async def add(visit: SignedIn, draft_id: str) -> Response:
    """Add a file, as a new revision."""
    form = await visit.form()
    try:
        file = form.file("file")
        if file is None:
            raise FileMissingError
        about = pb.FileToAdd(
            draft_id=draft_id,
            revision=form.number("revision") or 0,
            file_name=(file.filename or "").replace("\\", "/").rpartition("/")[2],
            size=file.size or 0,
        )
        await answered(visit.node.attachments.AddAttachment(_pieces(about, file)))
    except GuantongError as error:
        return visit.refused("drafts/draft.html", error, form, **await draft_context(visit, draft_id))
    return visit.go(f"/drafts/{draft_id}", visit.say("已添加附件"))


@router.post("/drafts/{draft_id}/files/remove", name="draft-remove-file")
async def remove(visit: SignedIn, draft_id: str) -> Response:
    """Take a file out, as a new revision."""
    form = await visit.form()
    try:
        await visit.node.attachments.RemoveAttachment(
            pb.RemoveAttachmentRequest(
                request_id=form.request_id,
                draft_id=draft_id,
                revision=form.number("revision") or 0,
                file_name=form.text("file_name"),
            )
        )
    except GuantongError as error:
        return visit.refused("drafts/draft.html", error, form, **await draft_context(visit, draft_id))
    return visit.go(f"/drafts/{draft_id}", visit.say("已移除附件"))


@router.get("/drafts/{draft_id}/files", name="draft-file")
async def fetch(visit: SignedIn, draft_id: str, name: str) -> Response:
    """One file, in pieces, under a safe name."""
    stream: Any = visit.node.attachments.FetchAttachment(pb.FetchAttachmentRequest(draft_id=draft_id, file_name=name))
    pieces = aiter(stream)
    # What is refused is refused before the download begins.
    await anext(pieces)
    return StreamingResponse(_data(pieces), media_type="application/octet-stream", headers=download_headers(name))


async def _pieces(about: pb.FileToAdd, file: Any) -> AsyncIterator[pb.AddAttachmentRequest]:
    yield pb.AddAttachmentRequest(file=about)
    while piece := await file.read(_PIECE):
        yield pb.AddAttachmentRequest(data=piece)
    await file.close()


async def _data(pieces: AsyncIterator[pb.FetchAttachmentResponse]) -> AsyncIterator[bytes]:
    async for one in pieces:
        yield one.data
