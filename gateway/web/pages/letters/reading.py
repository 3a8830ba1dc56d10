"""Fetches one letter for its page: the letter itself, or what may be known before a reason for reading is given."""

from __future__ import annotations

from gateway.clients.node import new_request_id
from gateway.visit import Visit
from gateway.web.pages.letters.view import NAMED_PERSONS_ONLY, Read
from guantong.node.v1 import attachments_service_pb2 as files
from guantong.node.v1 import drafts_service_pb2 as drafts
from guantong.node.v1 import letters_service_pb2 as pb
from guantong.node.v1 import matters_service_pb2 as matters
from services.chassis.errors import Fault, GuantongError

_NEEDS_REASON = "READ_REASON_REQUIRED"
_LIVE = "x-live"
_DRAFTS = 200
LIVE_DRAFTS = (
    drafts.DRAFT_STATE_DRAFTING,
    drafts.DRAFT_STATE_IN_REVIEW,
    drafts.DRAFT_STATE_TO_SIGN,
    drafts.DRAFT_STATE_RETURNED,
)
"""Drafts that somebody has to work on."""


class LetterGoneError(GuantongError):
    """No letter of that id is there for this person."""

    reason = "LETTER_UNKNOWN"
    fault = Fault.NOT_FOUND
    message_en = "There is no such letter, or you may not know of it."
    message_zh = "没有这封函件, 或您无权知悉。"


async def read_letter(visit: Visit, letter_id: str, reason: str = "") -> Read:
    """The letter, read in the visitor's name, which the node keeps; a page that only refreshes itself reads nothing.

    Raises:
        LetterGoneError: there is none.
    """
    opened = None if visit.request.headers.get(_LIVE) else await _open(visit, letter_id, reason)
    summary = opened.letter if opened else await _summary(visit, letter_id)
    attached = opened is not None or summary.confidentiality not in NAMED_PERSONS_ONLY
    return Read(
        summary,
        opened,
        await _matter(visit, summary.matter_id),
        await _attachments(visit, letter_id, reason) if attached else (),
        reason,
        await _draft_id(visit, summary),
    )


async def _open(visit: Visit, letter_id: str, reason: str) -> pb.OpenLetterResponse | None:
    wanted = pb.OpenLetterRequest(letter_id=letter_id, request_id=new_request_id(), read_reason=reason)
    try:
        return await visit.node.letters.OpenLetter(wanted)
    except GuantongError as error:
        if error.reason == _NEEDS_REASON and not reason:
            return None
        raise


async def _summary(visit: Visit, letter_id: str) -> pb.LetterSummary:
    found = await visit.node.letters.ListLetters(pb.ListLettersRequest(text=letter_id, page_size=10))
    for one in found.letters:
        if one.letter_id == letter_id:
            return one
    raise LetterGoneError


async def _matter(visit: Visit, matter_id: str) -> matters.MatterView | None:
    if not matter_id:
        return None
    try:
        found = await visit.node.matters.GetMatter(matters.GetMatterRequest(matter_id=matter_id))
    except GuantongError as error:
        if error.fault is Fault.NOT_FOUND:
            return None
        raise
    return found.matter


async def _draft_id(visit: Visit, summary: pb.LetterSummary) -> str:
    """The draft that answers a letter that came; empty where there is none to work on."""
    if not summary.opens_matter or summary.recipient != visit.gateway.config.body:
        return ""
    found = await visit.node.drafts.ListDrafts(drafts.ListDraftsRequest(page_size=_DRAFTS, states=LIVE_DRAFTS))
    mine = (one.draft_id for one in found.drafts if one.address.matter_id == summary.matter_id)
    return next(mine, "")


async def _attachments(visit: Visit, letter_id: str, reason: str) -> list[files.Attachment]:
    wanted = files.ListAttachmentsRequest(letter_id=letter_id, read_reason=reason)
    return list((await visit.node.attachments.ListAttachments(wanted)).attachments)
