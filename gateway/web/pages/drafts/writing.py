"""Drafts that a person starts: the kinds that the rulebook has written by hand, each with its own form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Response
from google.protobuf.message import Message

from gateway.auth.forms import Form
from gateway.visit import SignedIn, Visit
from gateway.web.pages.drafts.editing import typed_texts
from gateway.web.pages.drafts.slots import put, slots_of
from gateway.web.tidy import tidy_line
from guantong.exchange.v1 import content_pb2 as content
from guantong.node.v1 import drafts_service_pb2 as pb
from guantong.node.v1 import matters_service_pb2 as matters
from services.chassis.clock import beijing_date
from services.chassis.errors import Fault, GuantongError

router = APIRouter()
Begin = Callable[[str], Message]
"""An empty content about the letter named."""


class KindNotOfferedError(GuantongError):
    """No such letter is written by hand here."""

    reason = "KIND_NOT_OFFERED"
    fault = Fault.NOT_FOUND
    message_en = "Letters of this kind are not written by hand here. Choose one from the list."
    message_zh = "本单位不能直接拟写该类函件。请从列表中选择。"


def _correction(letter_id: str) -> Message:
    return content.Correction(letter_id=letter_id, passages=[content.CorrectedPassage()])


def _withdrawal(letter_id: str) -> Message:
    return content.LadderStep(letter_id=letter_id, step=content.STEP_WITHDRAWN)


_BEGIN: Mapping[str, Begin] = MappingProxyType(
    {
        "new_info.notice": lambda _: content.NewInfo(),
        "duty_finding.notice": lambda _: content.Notice(),
        "inspection.brief": lambda _: content.Notice(),
        "arrangement.brief": lambda _: content.Notice(),
        "periodic_report": lambda _: content.Notice(),
        "correction": _correction,
        "recall": lambda letter_id: content.Recall(letter_id=letter_id),
        "matter.withdrawn": _withdrawal,
    }
)
IN_A_MATTER = frozenset({"correction", "recall", "matter.withdrawn"})


def begun_contents() -> list[Message]:
    """An empty content of every kind that people start by hand."""
    return [begin("") for begin in _BEGIN.values()]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of letter that may be started here."""

    id: str
    name: str
    articles: tuple[str, ...]


@router.get("/drafts/new", name="draft-new")
async def new(visit: SignedIn, kind: str = "", matter: str = "", letter: str = "") -> Response:
    """Choose a kind, then write."""
    if not kind:
        return visit.page("drafts/kinds.html", kinds=kinds_of(visit))
    return visit.page("drafts/new.html", **await _context(visit, kind, matter, letter))


@router.post("/drafts/new", name="draft-create")
async def create(visit: SignedIn) -> Response:
    """Start the draft."""
    form = await visit.form()
    kind, matter, letter = form.text("kind"), form.text("matter"), form.text("letter")
    context = await _context(visit, kind, matter, letter)
    message = _BEGIN[kind](context["letter"])
    put(message, typed_texts(form))
    try:
        made = await visit.node.drafts.CreateDraft(
            pb.CreateDraftRequest(
                request_id=form.request_id,
                address=pb.Address(kind=kind, recipients=[_recipient(form, context)], matter_id=matter or None),
                sub_unit=tidy_line(form.text("sub_unit")) or None,
                content_type=message.DESCRIPTOR.full_name,
                content=message.SerializeToString(deterministic=True),
            )
        )
    except GuantongError as error:
        context["slots"] = slots_of(message)
        return visit.refused("drafts/new.html", error, form, **context)
    return visit.go(f"/drafts/{made.draft_id}", visit.say("已拟稿"))


def kinds_of(visit: Visit) -> list[Kind]:
    """The kinds that open a matter and that this body writes by hand."""
    book, body = visit.gateway.book, visit.gateway.config.body
    day = beijing_date(visit.gateway.now())
    return [
        Kind(one.id, visit.pick(one.zh, one.en), one.articles)
        for one in book.kinds_from(body, day)
        if one.id in _BEGIN and one.id not in IN_A_MATTER and one.in_force
    ]


def _recipient(form: Form, context: Mapping[str, Any]) -> str:
    bodies = [body for body, _ in context["recipients"]]
    chosen = form.text("to")
    return chosen if chosen in bodies else (bodies[0] if len(bodies) == 1 else "")


async def _context(visit: Visit, kind: str, matter: str, letter: str) -> dict[str, Any]:
    book, body = visit.gateway.book, visit.gateway.config.body
    if kind not in _BEGIN or (kind in IN_A_MATTER) != bool(matter):
        raise KindNotOfferedError
    if matter:
        view = (await visit.node.matters.GetMatter(matters.GetMatterRequest(matter_id=matter))).matter
        recipients, letter = [view.peer], letter or view.opening_letter_id
    else:
        day = beijing_date(visit.gateway.now())
        recipients = [one.id for one in book.bodies_on(day) if book.may_send(kind, body, one.id, day)]
    units = [(one.id, visit.pick(one.zh, one.en)) for one in book.body(body).sub_units]
    return {
        "kind": kind,
        "title": visit.kind_name(kind),
        "articles": book.kind(kind).articles,
        "matter": matter,
        "letter": letter,
        "recipients": [(one, visit.name_of(one)) for one in recipients],
        "sub_units": units,
        "slots": slots_of(_BEGIN[kind](letter)),
    }
