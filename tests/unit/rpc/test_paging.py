"""Page tokens: opaque, unforgeable, good for one list and its filters; together the pages are the list."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guantong.node.v1 import letters_service_pb2 as letters
from guantong.node.v1 import people_service_pb2 as pb
from services.chassis.rpc.errors import FieldInvalidError, PageTokenInvalidError
from services.chassis.rpc.paging import DEFAULT_SIZE, LARGEST_SIZE, Paging

PAGING = Paging(b"k" * 32)
ROWS = [f"row-{number:03}" for number in range(120)]


def serve(paging: Paging, request: pb.ListAccountsRequest, rows: list[str]) -> tuple[list[str], str]:
    page = paging.page(request)
    found = [row for row in rows if page.after is None or row > page.after][: page.limit]
    return paging.cut(request, page, found, lambda row: row)


@given(count=st.integers(0, 40), size=st.integers(1, 15))
def test_the_pages_together_are_the_list_and_only_the_last_has_no_token(count: int, size: int):
    rows, seen, token = ROWS[:count], [], ""
    while True:
        part, token = serve(PAGING, pb.ListAccountsRequest(page_size=size, page_token=token), rows)
        seen += part
        if not token:
            break
        assert len(part) == size

    assert seen == rows


def test_a_token_stays_good_when_the_size_of_the_page_changes():
    first, token = serve(PAGING, pb.ListAccountsRequest(page_size=3), ROWS)
    second, _ = serve(PAGING, pb.ListAccountsRequest(page_size=2, page_token=token), ROWS)

    assert first + second == ROWS[:5]


@pytest.mark.parametrize(("asked", "given_size"), [(0, DEFAULT_SIZE), (7, 7), (10_000, LARGEST_SIZE)])
def test_the_server_has_the_last_word_on_the_size(asked: int, given_size: int):
    assert PAGING.page(pb.ListAccountsRequest(page_size=asked)).size == given_size


def test_a_negative_size_is_refused():
    with pytest.raises(FieldInvalidError):
        PAGING.page(pb.ListAccountsRequest(page_size=-1))


def token_of(paging: Paging = PAGING) -> str:
    return serve(paging, pb.ListAccountsRequest(page_size=1), ROWS)[1]


@given(place=st.integers(0, 200), bit=st.integers(0, 7))
def test_one_changed_bit_anywhere_is_refused(place: int, bit: int):
    raw = bytearray(base64.urlsafe_b64decode(token_of()))
    raw[place % len(raw)] ^= 1 << bit
    forged = base64.urlsafe_b64encode(bytes(raw)).decode()

    with pytest.raises(PageTokenInvalidError):
        PAGING.page(pb.ListAccountsRequest(page_token=forged))


@given(st.text(min_size=1, max_size=60))
def test_what_is_no_token_is_refused(text: str):
    with pytest.raises(PageTokenInvalidError):
        PAGING.page(pb.ListAccountsRequest(page_token=text))


def test_a_token_of_another_list_or_another_node_is_refused():
    with pytest.raises(PageTokenInvalidError):
        PAGING.page(pb.ListDelegationsRequest(page_token=token_of()))
    with pytest.raises(PageTokenInvalidError):
        PAGING.page(pb.ListAccountsRequest(page_token=token_of(Paging(b"o" * 32))))


def test_a_token_made_under_other_filters_is_refused():
    request = letters.ListLettersRequest(page_size=1, matter_id="m-1")
    _, token = PAGING.cut(request, PAGING.page(request), ["a", "b"], lambda row: row)

    with pytest.raises(PageTokenInvalidError):
        PAGING.page(letters.ListLettersRequest(page_size=1, matter_id="m-2", page_token=token))
