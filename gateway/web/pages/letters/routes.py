"""Letters: the list, one letter, the steps taken on it, and what is fetched from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse

from gateway.auth.forms import Form
from gateway.problems import InputInvalidError
from gateway.visit import SignedIn, Visit, download_headers
from gateway.web.pages.letters import view
from gateway.web.pages.letters.reading import read_letter
from gateway.web.tidy import tidy
from gateway.web.vocabulary import STATES
from guantong.node.v1 import attachments_service_pb2 as files
from guantong.node.v1 import letters_service_pb2 as pb
from services.chassis.errors import GuantongError

router = APIRouter()
_PAGE = 50
_ONE = "letters/one.html"


@router.get("/letters", name="letters")
async def listed(visit: SignedIn, wanted: Annotated[view.Asked, Depends()]) -> Response:
    """Letters, newest first."""
    choices: dict[str, Any] = {
        "kinds": [("", visit.say("全部种类")), *((one.id, one.title(visit.language)) for one in _kinds(visit))],
        "peers": [("", visit.say("全部单位")), *_peers(visit)],
        "states": [("", visit.say("全部状态")), *((name, visit.say(text)) for name, text in STATES.items())],
        "directions": [("", visit.say("来函和发函")), ("in", visit.say("来函")), ("out", visit.say("发函"))],
    }
    try:
        found = await visit.node.letters.ListLetters(wanted.request(_PAGE))
    except GuantongError as error:
        return visit.refused("letters/list.html", error, asked=wanted, lines=[], next="", **choices)
    return visit.page(
        "letters/list.html",
        asked=wanted,
        lines=view.lines(visit, found.letters),
        next=wanted.path(page=found.next_page_token) if found.next_page_token else "",
        **choices,
    )


@router.get("/letters/{letter_id}", name="letter")
async def one(visit: SignedIn, letter_id: str) -> Response:
    """One letter; where it is for named persons only, first the form that asks why it is read."""
    return visit.page(_ONE, letter=view.shown(visit, await read_letter(visit, letter_id)))


@router.post("/letters/{letter_id}/read", name="reading_letter")
async def read(visit: SignedIn, letter_id: str) -> Response:
    """One letter, with the reason why it is read; shown at once, so that the reason stands in no address."""
    form = await visit.form()
    reason = tidy(form.words("read_reason"))
    if not reason:
        return await _again(visit, letter_id, InputInvalidError(field=visit.say("查看理由")), form)
    try:
        found = await read_letter(visit, letter_id, reason)
    except GuantongError as error:
        return await _again(visit, letter_id, error, form)
    return visit.page(_ONE, letter=view.shown(visit, found))


@router.post("/letters/{letter_id}/sign-for", name="signing_for_letter")
async def sign_for(visit: SignedIn, letter_id: str) -> Response:
    """Sign for a letter; says which date that started."""
    form = await visit.form()
    try:
        due = await visit.node.letters.SignForLetter(
            pb.SignForLetterRequest(letter_id=letter_id, request_id=form.request_id)
        )
    except GuantongError as error:
        return await _again(visit, letter_id, error, form)
    if not due.due_date:
        return visit.go(f"/letters/{letter_id}", visit.say("已签收; 无固定期限。"))
    text = visit.say("已签收; 期限 %(day)s。", day=visit.formats.day(due.due_date))
    return visit.go(f"/letters/{letter_id}", text)


@router.post("/letters/{letter_id}/accept", name="accepting_letter")
async def accept(visit: SignedIn, letter_id: str) -> Response:
    """Accept a letter as this body's own to do."""
    form = await visit.form()
    try:
        await visit.node.letters.AcceptLetter(pb.AcceptLetterRequest(letter_id=letter_id, request_id=form.request_id))
    except GuantongError as error:
        return await _again(visit, letter_id, error, form)
    return visit.go(f"/letters/{letter_id}", visit.say("已受理。"))


@router.post("/letters/{letter_id}/decline", name="declining_letter")
async def decline(visit: SignedIn, letter_id: str) -> Response:
    """Draft declining a letter; a leader signs it."""
    form = await visit.form()
    try:
        drafted = await visit.node.letters.DeclineLetter(
            pb.DeclineLetterRequest(
                letter_id=letter_id, explanation=tidy(form.words("explanation")), request_id=form.request_id
            )
        )
    except GuantongError as error:
        return await _again(visit, letter_id, error, form)
    return visit.go(f"/drafts/{drafted.draft_id}", visit.say("已生成不予受理的文稿, 须送领导签发。"))


@router.post("/letters/{letter_id}/ask", name="asking_back")
async def ask(visit: SignedIn, letter_id: str) -> Response:
    """Ask the sender to clarify."""
    form = await visit.form()
    try:
        question = tidy(form.words("question"))
        await visit.node.letters.AskBack(
            pb.AskBackRequest(letter_id=letter_id, question=question, request_id=form.request_id)
        )
    except GuantongError as error:
        return await _again(visit, letter_id, error, form)
    return visit.go(f"/letters/{letter_id}", visit.say("已请对方说明; 期限不变。"))


@router.post("/letters/{letter_id}/clarify", name="clarifying")
async def clarify(visit: SignedIn, letter_id: str) -> Response:
    """Answer what the letter asks."""
    form = await visit.form()
    try:
        answer = tidy(form.words("answer"))
        await visit.node.letters.Clarify(
            pb.ClarifyRequest(letter_id=letter_id, answer=answer, request_id=form.request_id)
        )
    except GuantongError as error:
        return await _again(visit, letter_id, error, form)
    return visit.go(f"/letters/{letter_id}", visit.say("已发出说明; 期限不变。"))


@router.post("/letters/{letter_id}/print", name="printing_letter")
async def print_(visit: SignedIn, letter_id: str) -> Response:
    """The letter as PDF; kept in the register of exports."""
    form = await visit.form()
    try:
        printed = await visit.node.letters.PrintLetter(
            pb.PrintLetterRequest(
                letter_id=letter_id,
                return_slip=form.checked("return_slip"),
                read_reason=form.text("read_reason"),
                note=form.text("note"),
            )
        )
    except GuantongError as error:
        return await _again(visit, letter_id, error, form)
    return visit.file(printed.pdf, f"{letter_id}.pdf", "application/pdf")


@router.post("/letters/{letter_id}/attachment", name="fetching_attachment")
async def attachment(visit: SignedIn, letter_id: str) -> Response:
    """One file of the letter, piece by piece as the node gives it."""
    form = await visit.form()
    name = form.text("file_name")
    wanted = files.FetchAttachmentRequest(letter_id=letter_id, file_name=name, read_reason=form.text("read_reason"))
    pieces = visit.node.attachments.FetchAttachment(wanted)
    try:
        first = await anext(aiter(pieces))
    except GuantongError as error:
        return await _again(visit, letter_id, error, form)
    headers = download_headers(name) | {"content-length": str(first.attachment.size)}
    return StreamingResponse(_data(pieces), media_type="application/octet-stream", headers=headers)


async def _data(pieces: Any) -> AsyncIterator[bytes]:
    async for piece in pieces:
        yield piece.data


async def _again(visit: Visit, letter_id: str, error: GuantongError, form: Form) -> Response:
    """The letter's page with what went wrong, read with the same reason where one was given."""
    found = await read_letter(visit, letter_id, form.text("read_reason"))
    return visit.refused(_ONE, error, form, letter=view.shown(visit, found))


def _kinds(visit: Visit) -> list[Any]:
    body, book = visit.gateway.config.body, visit.gateway.book
    both = {one.id: one for one in (*book.kinds_to(body), *book.kinds_from(body))}
    return sorted(both.values(), key=lambda one: one.title(visit.language))


def _peers(visit: Visit) -> list[tuple[str, str]]:
    ours = visit.gateway.config.body
    return [(one.id, visit.name_of(one.id)) for one in visit.gateway.book.bodies if one.id != ours]
