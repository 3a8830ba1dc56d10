"""What programs read: pages to the end, one thing by its id, nothing twice, and nothing for named persons only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.api.conftest import BODY, Desk, Program


def pages(program: Program, path: str) -> Iterator[dict[str, Any]]:
    following: str | None = path
    while following:
        page = program.found(following)
        yield page
        following = page["next"]


@pytest.mark.parametrize(
    ("path", "count"),
    [("/letters?page_size=2", 5), ("/matters?page_size=2&side=addressee", 5), ("/tasks?page_size=1&owed_by=us", 5)],
)
def test_a_list_is_read_to_its_end_by_following_next(program: Program, path: str, count: int):
    items = [one for page in pages(program, path) for one in page["items"]]
    ids = {one.get("letter_id") or one["matter_id"] for one in items}

    assert len(items) == len(ids) == count


def test_a_pages_token_counts_for_its_own_list_alone(program: Program):
    following = program.found("/letters?page_size=2")["next"]

    answer = program.get(f"{following}&direction=in")

    assert answer.status_code == 422
    assert answer.json()["reason"] == "PAGE_TOKEN_INVALID"


def test_a_letter_is_looked_at_without_being_opened(program: Program):
    letter_id = program.found("/letters")["items"][0]["letter_id"]

    letter = program.found(f"/letters/{letter_id}")

    assert letter["unread"]
    assert [rung["step"] for rung in letter["ladder"]] == ["written", "signed", "stored"]
    assert letter["recipient"] == letter["holder"] == BODY


def test_a_matter_tells_its_dates_and_how_they_came_about(program: Program):
    """Where the opinion gives no date there is none: nobody has signed for these letters yet."""
    matter_id = program.found("/matters")["items"][0]["matter_id"]

    found = program.found(f"/matters/{matter_id}")

    assert found["matter"]["side"] == "addressee"
    assert found["timeline"]
    for deadline in found["matter"]["deadlines"]:
        told = program.found(f"/deadlines/{deadline['deadline_id']}/explanation")
        assert told["deadline"] == deadline


def test_what_is_for_named_persons_only_is_not_there(desk: Desk, program: Program):
    """A person at this body sent it and may read it with a reason; a program never learns of it."""
    listed = [one["letter_id"] for page in pages(program, "/letters") for one in page["items"]]
    matters = [one["opening_letter_id"] for page in pages(program, "/matters") for one in page["items"]]
    tasks = [one["letter_kind"] for page in pages(program, "/tasks") for one in page["items"]]

    assert desk.closed_letter_id not in {*listed, *matters}
    assert "new_info.notice" not in tasks
    assert program.get(f"/letters/{desk.closed_letter_id}").status_code == 404
    opened = program.post(f"/letters/{desk.closed_letter_id}/open", idempotency_key="closed")
    assert opened.status_code in {403, 404}
    assert "lines" not in opened.json()


def test_a_ledger_for_named_persons_only_is_closed_to_programs(program: Program):
    ledgers = program.found("/ledgers")["items"]
    (closed,) = [one["name"] for one in ledgers if one["named_persons_only"]]

    rows = program.get(f"/ledgers/{closed}/rows")
    checked = program.post(f"/ledgers/{closed}/import-check", b"a,b\n", content_type="text/csv")
    imported = program.post(f"/ledgers/{closed}/import", b"a,b\n", content_type="text/csv", idempotency_key="c1")

    exported = program.get(f"/ledgers/{closed}/export")

    assert {answer.json()["reason"] for answer in (rows, checked, imported)} == {"IN_PERSON_ONLY"}
    assert exported.json()["reason"] == "DISCLOSURE_NEEDED"


def test_a_list_that_did_not_change_is_not_sent_again(program: Program):
    first = program.get("/ledgers")

    again = program.get("/ledgers", if_none_match=first.headers["etag"])

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]


def test_the_owner_of_the_token_is_told(program: Program):
    me = program.found("/me")

    assert (me["body"], me["login"], me["roles"]) == (BODY, "program", ["clerk"])
