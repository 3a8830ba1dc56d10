"""Operations on letters: list, look at one without opening it, open one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api.call import ByToken, Id, IdempotencyKey
from gateway.api.errors import LetterMissingError
from gateway.api.etags import TaggedRoute
from gateway.api.models.letters import Letter, LetterPage, LettersQuery, OpenedLetter, letter, opened
from gateway.api.problems import problems
from gateway.api.wording import both, brief
from guantong.node.v1 import letters_service_pb2 as pb

router = APIRouter(route_class=TaggedRoute)


@router.get(
    "/letters",
    name="api.listLetters",
    summary=brief("函件列表", "List letters"),
    description=both(
        "最新的在前, 含回执阶梯, 不含正文。仅限特定人员知悉的函件不在其中。",
        "Newest first, with their receipts and without content. Letters for named persons only are not among them.",
    ),
    responses=problems(),
)
async def list_letters(call: ByToken, query: Annotated[LettersQuery, Query()]) -> LetterPage:
    """A page of letters."""
    found = await call.node.letters.ListLetters(query.message())
    return LetterPage(items=[letter(one) for one in found.letters], next=call.next(found.next_page_token))


@router.get(
    "/letters/{letter_id}",
    name="api.getLetter",
    summary=brief("一件函件", "One letter"),
    description=both(
        "函件的回执阶梯和现在谁处, 不含正文; 不算查看。",
        "Its receipts and who has it, without content. It does not count as viewing the letter.",
    ),
    responses=problems(404),
)
async def get_letter(call: ByToken, letter_id: Id) -> Letter:
    """One letter, not opened."""
    # The node finds letters by the beginning of their ids; the whole id is the longest beginning.
    found = await call.node.letters.ListLetters(pb.ListLettersRequest(text=letter_id, page_size=2))
    known = next((one for one in found.letters if one.letter_id == letter_id), None)
    if known is None:
        raise LetterMissingError
    return letter(known)


@router.post(
    "/letters/{letter_id}/open",
    name="api.openLetter",
    summary=brief("打开函件", "Open a letter"),
    description=both(
        "取得正文。首次打开来函即为“已查看”, 对方会得知; 因此不是 GET。",
        "Gives the content. The first opening of a letter that came is evidence: the sender learns that it was viewed. "
        "That is why it is no GET.",
    ),
    responses=problems(404, 409),
)
async def open_letter(call: ByToken, letter_id: Id, key: IdempotencyKey) -> OpenedLetter:
    """One letter with its content."""
    # No reason for reading is ever sent along: what asks for one is for persons, not for programs.
    return opened(await call.node.letters.OpenLetter(pb.OpenLetterRequest(letter_id=letter_id, request_id=key)))
