"""The leader's signing pages: what, to whom, why, by when, and the text exactly as it is signed; singly or many."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.visit import SignedIn, Visit
from gateway.web.colleagues import NameOf, namer
from gateway.web.pages.drafts import view
from gateway.web.pages.drafts.acts import attachments_of
from gateway.web.pages.drafts.differences import Line, difference
from gateway.web.tidy import tidy
from guantong.node.v1 import attachments_service_pb2 as files
from guantong.node.v1 import drafts_service_pb2 as pb
from guantong.node.v1 import matters_service_pb2 as matters
from guantong.node.v1 import people_service_pb2 as people
from services.chassis.clock import beijing_date
from services.chassis.errors import Fault, GuantongError

router = APIRouter()
_MOST = 100


class NothingTickedError(GuantongError):
    """No draft was ticked."""

    reason = "NOTHING_TICKED"
    fault = Fault.INVALID
    message_en = "Nothing was ticked. Tick what is to be signed, then give the password."
    message_zh = "未勾选任何文稿。请勾选要签发的文稿, 再输入密码。"


@dataclass(frozen=True, slots=True)
class ToSign:
    """One draft as its signer sees it. `changed` is what differs from revision `since`."""

    shown: view.Shown
    due: str
    late: bool
    since: int
    since_returned: bool
    changed: list[Line]
    files: list[files.Attachment]


@router.get("/drafts/sign", name="drafts-to-sign")
async def queue(visit: SignedIn) -> Response:
    """Everything that waits for a signature."""
    return visit.page("drafts/sign_many.html", **await _queue_context(visit))


@router.post("/drafts/sign", name="drafts-sign-many")
async def sign_many(visit: SignedIn) -> Response:
    """Sign what is ticked; each is signed or refused by itself."""
    form = await visit.form()
    ticked = set(form.texts("draft"))
    try:
        wanted = [_as_shown(form, one) for one in form.texts("listed") if one in ticked]
        if not wanted:
            raise NothingTickedError
        done = await visit.node.drafts.SignDrafts(
            pb.SignDraftsRequest(
                request_id=form.request_id,
                drafts=wanted,
                password=form.secret("password"),
                for_account_id=form.text("for_account") or None,
            )
        )
    except GuantongError as error:
        context = await _queue_context(visit)
        return visit.refused("drafts/sign_many.html", error, form, **context)
    lines = {one.draft_id: one for one in await _lines(visit, [one.draft_id for one in wanted])}
    outcomes = [(lines[one.draft_id], one) for one in done.outcomes if one.draft_id in lines]
    return visit.page(
        "drafts/signed.html",
        signed=[one for one in outcomes if one[1].HasField("letter_id")],
        refused=[one for one in outcomes if not one[1].HasField("letter_id")],
    )


@router.get("/drafts/{draft_id}/sign", name="draft-to-sign")
async def one(visit: SignedIn, draft_id: str) -> Response:
    """One draft, ready to be signed."""
    context = await _one_context(visit, draft_id)
    if context["one"].shown.draft.state != pb.DRAFT_STATE_TO_SIGN:
        return visit.go(f"/drafts/{draft_id}")
    return visit.page("drafts/sign.html", **context)


@router.post("/drafts/{draft_id}/sign", name="draft-sign")
async def sign(visit: SignedIn, draft_id: str) -> Response:
    """Sign exactly what was shown."""
    form = await visit.form()
    try:
        shown = _as_shown(form, draft_id)
        done = await visit.node.drafts.SignDraft(
            pb.SignDraftRequest(
                request_id=form.request_id,
                draft_id=draft_id,
                revision=shown.revision,
                shown_digest=shown.shown_digest,
                password=form.secret("password"),
                for_account_id=form.text("for_account") or None,
                confirm_says_nothing=shown.confirm_says_nothing,
            )
        )
    except GuantongError as error:
        return visit.refused("drafts/sign.html", error, form, **await _one_context(visit, draft_id))
    said = visit.say("已签发 %(number)s, 函件已发出", number=done.document_number)
    return visit.go(f"/drafts/{draft_id}", said)


@router.post("/drafts/{draft_id}/sign/return", name="draft-sign-return")
async def send_back(visit: SignedIn, draft_id: str) -> Response:
    """Return the draft instead of signing it."""
    form = await visit.form()
    try:
        await visit.node.drafts.ReturnDraft(
            pb.ReturnDraftRequest(
                request_id=form.request_id,
                draft_id=draft_id,
                revision=form.number(f"revision:{draft_id}") or 0,
                remarks=tidy(form.words("remarks")),
            )
        )
    except GuantongError as error:
        return visit.refused("drafts/sign.html", error, form, **await _one_context(visit, draft_id))
    return visit.go("/drafts/sign", visit.say("已退回修改"))


def _as_shown(form: Form, draft_id: str) -> pb.DraftToSign:
    """The draft as it stood on the page that is sent back."""
    digest = form.text(f"digest:{draft_id}")
    return pb.DraftToSign(
        draft_id=draft_id,
        revision=form.number(f"revision:{draft_id}") or 0,
        shown_digest=bytes.fromhex(digest) if set(digest) <= set("0123456789abcdef") and not len(digest) % 2 else b"",
        confirm_says_nothing=form.checked(f"nothing:{draft_id}"),
    )


async def _queue_context(visit: Visit) -> dict[str, Any]:
    wanted = pb.ListDraftsRequest(states=[pb.DRAFT_STATE_TO_SIGN], page_size=_MOST)
    found, name_of = await asyncio.gather(visit.node.drafts.ListDrafts(wanted), namer(visit))
    waiting = await asyncio.gather(*(_to_sign(visit, one.draft_id, name_of) for one in found.drafts))
    still = [one for one in waiting if one.shown.draft.state == pb.DRAFT_STATE_TO_SIGN]
    return {"waiting": still, "in_place_of": await _delegations(visit, name_of)}


async def _one_context(visit: Visit, draft_id: str) -> dict[str, Any]:
    name_of = await namer(visit)
    return {
        "one": await _to_sign(visit, draft_id, name_of),
        "in_place_of": await _delegations(visit, name_of),
    }


async def _to_sign(visit: Visit, draft_id: str, name_of: NameOf) -> ToSign:
    found = await visit.node.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft_id))
    shown = view.shown(visit, found, name_of)
    returned = [step.revision for step in found.steps if step.action == "return"]
    since = returned[-1] if returned else 1
    changed: list[Line] = []
    if found.content_type and since < shown.revision:
        before = await visit.node.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft_id, revision=since))
        changed = difference(before.lines, found.lines)
    due, attached = await asyncio.gather(_due(visit, found.draft.address), attachments_of(visit, draft_id))
    return ToSign(shown, *due, since, bool(returned), changed, attached)


async def _due(visit: Visit, address: pb.Address) -> tuple[str, bool]:
    """By when the letter is owed, and whether it is late; nothing where it answers nothing or no date is given."""
    if not address.answers_letter_id:
        return "", False
    try:
        found = await visit.node.matters.GetMatter(matters.GetMatterRequest(matter_id=address.matter_id))
    except GuantongError:
        return "", False
    running = [one for one in found.matter.deadlines if one.state == "open" and one.due_date]
    first = min(running, key=lambda one: one.due_date, default=matters.DeadlineView())
    return first.due_date, first.late


async def _delegations(visit: Visit, name_of: NameOf) -> list[tuple[str, str]]:
    """The leaders for whom the visitor may sign today."""
    found = await visit.node.people.ListDelegations(people.ListDelegationsRequest(page_size=100))
    today = beijing_date(visit.gateway.now()).isoformat()
    return [
        (one.from_account_id, name_of(one.from_account_id))
        for one in found.delegations
        if one.to_account_id == visit.me.account_id
        and not one.HasField("revoked_time")
        and one.from_date <= today <= one.to_date
    ]


async def _lines(visit: Visit, draft_ids: Sequence[str]) -> list[view.DraftLine]:
    name_of = await namer(visit)
    found = await asyncio.gather(*(visit.node.drafts.GetDraft(pb.GetDraftRequest(draft_id=one)) for one in draft_ids))
    return [view.draft_line(visit, one.draft, name_of) for one in found]
