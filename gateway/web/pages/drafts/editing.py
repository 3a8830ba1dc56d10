"""The editor: section by section beside the rows each figure came from; two clerks at once lose nobody's words."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.clients.node import new_request_id
from gateway.problems import status_of
from gateway.visit import SignedIn, Visit
from gateway.web.colleagues import namer
from gateway.web.pages.drafts import view
from gateway.web.pages.drafts.acts import sources_of
from gateway.web.pages.drafts.groups import GENERAL, Group, by_unit, first_open, groups_of, tabs_of
from gateway.web.pages.drafts.merging import Merged, merge
from gateway.web.pages.drafts.rows import rows_behind
from gateway.web.pages.drafts.slots import put, slots_of
from guantong.node.v1 import drafts_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
FIELD, CHOICE = "v:", "c:"
"""What a text's field, and the choice between two versions of it, are called in a form: this and its path."""
_BESIDE = 20
"""Rows of a ledger shown beside a section; the others are on a page of their own."""


@router.get("/drafts/{draft_id}/edit", name="draft-edit")
async def edit(visit: SignedIn, draft_id: str, unit: str = "") -> Response:
    """The newest revision, ready to be written in."""
    found = await visit.node.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft_id))
    if not found.content_type:
        return visit.go(f"/drafts/{draft_id}")
    return visit.page("drafts/edit.html", **await _context(visit, found, unit))


@router.post("/drafts/{draft_id}/edit", name="draft-save")
async def save(visit: SignedIn, draft_id: str) -> Response:
    """Store a revision; where somebody else was first, both versions side by side."""
    form = await visit.form()
    unit, typed = form.text("unit"), typed_texts(form)
    base = form.number("revision") or 1
    found = await visit.node.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft_id, revision=base))
    message = view.content_of(found)
    put(message, typed)
    words = message.SerializeToString(deterministic=True)
    if words == found.content and base == found.draft.revision:
        return visit.go(_after(form, draft_id, unit), visit.say("没有改动"))
    try:
        made = await visit.node.drafts.EditDraft(
            pb.EditDraftRequest(
                request_id=form.request_id,
                draft_id=draft_id,
                revision=base,
                content_type=found.content_type,
                content=words,
            )
        )
    except GuantongError as error:
        if error.reason == "DRAFT_CHANGED":
            return await _both_versions(visit, found, error, typed, unit)
        newest = await visit.node.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft_id))
        context = await _context(visit, newest, unit, typed)
        return visit.refused("drafts/edit.html", error, form, **context)
    return visit.go(_after(form, draft_id, unit), visit.say("已存为第 %(revision)s 稿", revision=made.revision))


def typed_texts(form: Form) -> dict[str, str]:
    """What was typed, by path; where two versions stood side by side, only those that were to replace the other."""
    return {
        name.removeprefix(FIELD): form.words(name)
        for name in form.typed()
        if name.startswith(FIELD) and form.text(f"{CHOICE}{name.removeprefix(FIELD)}") != "theirs"
    }


def _after(form: Form, draft_id: str, unit: str) -> str:
    if form.text("then") == "draft":
        return f"/drafts/{draft_id}"
    following = form.text("next") if form.text("then") == "next" else ""
    return f"/drafts/{draft_id}/edit?unit={following or unit}"


async def _context(
    visit: Visit, found: pb.GetDraftResponse, unit: str, typed: Mapping[str, str] | None = None
) -> dict[str, Any]:
    message, draft_id = view.content_of(found), found.draft.draft_id
    sources, name_of = await asyncio.gather(sources_of(visit, draft_id), namer(visit))
    tabs = tabs_of(message, sources)
    unit = unit if unit in {tab.unit for tab in tabs} else (first_open(message) if by_unit(message) else "")
    groups = groups_of(message, sources, unit)
    if by_unit(message) and unit != GENERAL:
        groups = list(await asyncio.gather(*(_beside(visit, sources, one) for one in groups)))
    units = [tab.unit for tab in tabs]
    place = units.index(unit) if unit in units else -1
    return {
        "line": view.draft_line(visit, found.draft, name_of),
        "draft": found.draft,
        "revision": found.revision,
        "groups": groups,
        "tabs": tabs,
        "unit": unit,
        "next_unit": units[place + 1] if 0 <= place < len(units) - 1 else "",
        "values": dict(typed or {}),
    }


async def _beside(visit: Visit, sources: pb.GetDraftSourcesResponse, group: Group) -> Group:
    return replace(group, behind=await rows_behind(visit, sources, (group.unit_id, group.part), most=_BESIDE))


async def _both_versions(
    visit: Visit, base: pb.GetDraftResponse, error: GuantongError, typed: Mapping[str, str], unit: str
) -> Response:
    draft_id = base.draft.draft_id
    newest = await visit.node.drafts.GetDraft(pb.GetDraftRequest(draft_id=draft_id))
    if not newest.content_type:
        raise error
    merged: Merged = merge(slots_of(view.content_of(base)), slots_of(view.content_of(newest)), typed)
    sources, name_of = await asyncio.gather(sources_of(visit, draft_id), namer(visit))
    return visit.page(
        "drafts/both.html",
        status_of(error),
        line=view.draft_line(visit, newest.draft, name_of),
        merged=merged,
        base=base.revision,
        newest=newest.revision,
        edited_by=name_of(newest.draft.edited_by_account_id),
        edited_time=newest.draft.edited_time,
        unit=unit,
        unit_names={one.unit_id: one.name for one in sources.units},
        section_names={one.code: one.name for one in sources.asked_sections},
        save_id=new_request_id(),
    )
