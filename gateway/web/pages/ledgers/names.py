"""Other names of units in this body's ledgers: which unit a name stands for, as people of the body say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from gateway.auth.forms import Form
from gateway.visit import SignedIn, Visit
from gateway.web.tidy import tidy_line
from guantong.node.v1 import aliases_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
_PAGE = "ledgers/names.html"
_SIZE = 200


@dataclass(frozen=True, slots=True)
class Name:
    """One name and the unit it stands for; days are empty where it always or still does."""

    alias_id: str
    unit_id: str
    held_name: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Names:
    """The names in force, and those that resemble `looked_for` and stand for no unit."""

    known: list[Name]
    next: str
    looked_for: str
    unknown: list[str]


@router.get("/ledgers/names", name="names")
async def listed(visit: SignedIn, unit: str = "", page: str = "") -> Response:
    """The names in force; with a unit's name also those that look like it."""
    try:
        return visit.page(_PAGE, names=await _names(visit, tidy_line(unit), page))
    except GuantongError as error:
        if not unit:
            raise
        return visit.refused(_PAGE, error, names=await _names(visit, "", page))


@router.post("/ledgers/names", name="adding_name")
async def add(visit: SignedIn) -> Response:
    """Say which unit a name stands for."""
    form = await visit.form()
    days: dict[str, Any] = {
        field: form.text(typed)
        for field, typed in (("valid_from_date", "since"), ("valid_to_date", "until"))
        if form.text(typed)
    }
    wanted = pb.AddAliasRequest(
        unit_id=tidy_line(form.text("unit_id")),
        held_name=tidy_line(form.text("held_name")),
        request_id=form.request_id,
        **days,
    )
    try:
        await visit.node.aliases.AddAlias(wanted)
    except GuantongError as error:
        return await _again(visit, error, form)
    return visit.go("/ledgers/names", visit.say("已记下。"))


@router.post("/ledgers/names/{alias_id}/end", name="ending_name")
async def end(visit: SignedIn, alias_id: str) -> Response:
    """Say on which day a name stood for the unit for the last time."""
    form = await visit.form()
    try:
        await visit.node.aliases.EndAlias(
            pb.EndAliasRequest(alias_id=alias_id, valid_to_date=form.text("until"), request_id=form.request_id)
        )
    except GuantongError as error:
        return await _again(visit, error, form)
    return visit.go("/ledgers/names", visit.say("已注明。"))


@router.post("/ledgers/names/{alias_id}/withdraw", name="withdrawing_name")
async def withdraw(visit: SignedIn, alias_id: str) -> Response:
    """Take back what was a mistake."""
    form = await visit.form()
    try:
        await visit.node.aliases.WithdrawAlias(pb.WithdrawAliasRequest(alias_id=alias_id, request_id=form.request_id))
    except GuantongError as error:
        return await _again(visit, error, form)
    return visit.go("/ledgers/names", visit.say("已撤回。"))


async def _again(visit: Visit, error: GuantongError, form: Form) -> Response:
    return visit.refused(_PAGE, error, form, names=await _names(visit, "", ""))


async def _names(visit: Visit, looked_for: str, page: str) -> Names:
    found = await visit.node.aliases.ListAliases(pb.ListAliasesRequest(page_size=_SIZE, page_token=page))
    unknown: list[str] = []
    if looked_for:
        answer = await visit.node.aliases.ListUnknownNames(pb.ListUnknownNamesRequest(unit_name=looked_for))
        unknown = list(answer.held_names)
    known = [
        Name(one.alias_id, one.unit_id, one.held_name, one.valid_from_date, one.valid_to_date) for one in found.aliases
    ]
    return Names(known, found.next_page_token, looked_for, unknown)
