"""Drafts: the list, one draft with everything about it, its ledger rows, its print."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response

from gateway.visit import SignedIn
from gateway.web.colleagues import namer
from gateway.web.pages.drafts import acts, editing, files, signing, view, writing
from gateway.web.pages.drafts.differences import difference
from gateway.web.pages.drafts.rows import rows_behind
from guantong.node.v1 import drafts_service_pb2 as pb

router = APIRouter()


@router.get("/drafts", name="drafts")
async def drafts(visit: SignedIn, state: str = "live", after: str = "") -> Response:
    """Drafts by state."""
    wanted = pb.ListDraftsRequest(states=view.states_wanted(state), page_size=100, page_token=after)
    found, name_of = await asyncio.gather(visit.node.drafts.ListDrafts(wanted), namer(visit))
    return visit.page(
        "drafts/list.html",
        lines=[view.draft_line(visit, one, name_of) for one in found.drafts],
        filters=[(name, visit.say(title)) for name, title, _ in view.FILTERS],
        chosen=state,
        next_page=f"/drafts?state={state}&after={found.next_page_token}" if found.next_page_token else "",
    )


# What is more specific comes first: an address of these would else be read as a draft's id.
router.include_router(writing.router)
router.include_router(signing.router)
router.include_router(editing.router)
router.include_router(acts.router)
router.include_router(files.router)


@router.get("/drafts/{draft_id}", name="draft")
async def draft(visit: SignedIn, draft_id: str, revision: int = 0) -> Response:
    """One draft: what it says, where it stands, and what can be done with it."""
    return visit.page("drafts/draft.html", **await acts.draft_context(visit, draft_id, revision))


@router.get("/drafts/{draft_id}/rows", name="draft-rows")
async def rows(visit: SignedIn, draft_id: str, unit: str, section: str, reason: str = "") -> Response:
    """The ledger rows behind one section; a ledger for named persons only asks why."""
    sources = await visit.node.drafts.GetDraftSources(pb.GetDraftSourcesRequest(draft_id=draft_id))
    behind = await rows_behind(visit, sources, (unit, section), reason)
    titles = {one.code: one.name for one in sources.asked_sections}
    names = {one.unit_id: one.name for one in sources.units}
    return visit.page(
        "drafts/rows.html",
        behind=behind,
        draft_id=draft_id,
        unit=unit,
        section=section,
        unit_name=names.get(unit, unit),
        section_name=titles.get(section, section),
        reason=reason,
    )


@router.get("/drafts/{draft_id}/changes", name="draft-changes")
async def changes(visit: SignedIn, draft_id: str, since: int = 0, to: int = 0) -> Response:
    """What changed between two revisions."""
    newest = await visit.node.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft_id, revision=to or None))
    last = newest.revision
    first = since or max(1, last - 1)
    before = await visit.node.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft_id, revision=first))
    name_of = await namer(visit)
    return visit.page(
        "drafts/changes.html",
        line=view.draft_line(visit, newest.draft, name_of),
        first=first,
        last=last,
        revisions=range(1, newest.draft.revision + 1),
        changed=difference(before.lines, newest.lines),
    )


@router.get("/drafts/{draft_id}/print", name="draft-print")
async def print_draft(visit: SignedIn, draft_id: str, slip: str = "", revision: int = 0) -> Response:
    """The draft as PDF in the official layout."""
    request = pb.PrintDraftRequest(draft_id=draft_id, revision=revision or None, return_slip=bool(slip))
    printed = await visit.node.drafts.PrintDraft(request)
    return visit.file(printed.pdf, f"draft-{draft_id[-8:]}.pdf", "application/pdf")
