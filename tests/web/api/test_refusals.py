"""What is refused, and how programs and people are told: problem documents in the language that was asked for."""

from __future__ import annotations

import httpx2
import pytest

from gateway.api.errors import TooManyRequestsError
from gateway.api.languages import preferred_language
from gateway.api.limits import Limits
from guantong.node.v1 import tokens_service_pb2 as tokens
from tests.web.api.conftest import Desk, Program

OPERATIONS = [
    ("GET", "/tasks"),
    ("GET", "/letters"),
    ("GET", "/letters/x"),
    ("POST", "/letters/x/open"),
    ("GET", "/matters"),
    ("GET", "/matters/x"),
    ("GET", "/deadlines/x/explanation"),
    ("GET", "/status"),
    ("GET", "/me"),
    ("GET", "/ledgers"),
    ("GET", "/ledgers/x/rows"),
    ("POST", "/ledgers/x/import-check"),
    ("POST", "/ledgers/x/import"),
    ("GET", "/ledgers/x/export"),
    ("DELETE", "/ledgers/x/rows/x"),
]


def refused(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"].endswith(problem["reason"])
    assert problem["title"]
    assert problem["detail"]
    return problem["status"], problem["reason"]


def test_every_operation_is_tried_here(program: Program):
    described = program.found("/openapi.json")["paths"]

    assert sum(len(methods) for methods in described.values()) == len(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_nothing_is_told_without_a_token(desk: Desk, method: str, path: str):
    answer = Program(desk.address).asks(method, path, idempotency_key="k")

    assert refused(answer) == (401, "TOKEN_MISSING")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_browsers_session_does_not_count(desk: Desk):
    """Neither as a cookie, which a foreign page could make a browser send, nor as a token: it could do too much."""
    session = desk.session("program")

    assert refused(Program(desk.address, session).get("/tasks")) == (401, "TOKEN_MISSING")
    by_cookie = Program(desk.address).get("/tasks", cookie=f"guantong-session-organization=a.{session}")
    assert refused(by_cookie) == (401, "TOKEN_MISSING")


def test_a_token_that_never_was_is_not_taken(desk: Desk):
    assert refused(Program(desk.address, "gtp.never-made").get("/tasks")) == (401, "NOT_SIGNED_IN")


def test_a_token_for_reading_writes_nothing(desk: Desk):
    reader = desk.program("program", tokens.TOKEN_SCOPE_READ)

    answer = reader.post("/ledgers/cadres/import", b"a", content_type="text/csv", idempotency_key="k")

    assert refused(answer) == (403, "TOKEN_REFUSED")


def test_a_foreign_page_gets_no_leave_to_read(program: Program):
    answer = program.get("/tasks", origin="https://elsewhere.example")

    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("wanted", "language", "title"), [("en", "en", "Something"), ("zh-CN,en;q=0.5", "zh-CN", "内容")]
)
def test_people_are_told_in_their_language(program: Program, wanted: str, language: str, title: str):
    answer = program.get("/letters?page_size=0", accept_language=wanted)

    assert refused(answer) == (422, "INPUT_INVALID")
    assert answer.headers["content-language"] == language
    assert answer.json()["title"].startswith(title)
    assert answer.json()["fields"] == [{"where": "query.page_size", "code": "greater_than_equal"}]


def test_a_word_that_the_contract_does_not_know_is_refused(program: Program):
    """A filter written wrongly would give more than was asked for."""
    assert refused(program.get("/letters?sender=audit"))[0] == 422


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nothing", (404, "PAGE_NOT_FOUND")),
        ("PUT", "/tasks", (405, "METHOD_NOT_ALLOWED")),
        ("GET", "/matters/none", (404, "MATTER_NOT_FOUND")),
        ("GET", "/letters/nothing-of-that-id", (404, "LETTER_UNKNOWN")),
        ("GET", "/status", (403, "ROLE_MISSING")),
    ],
)
def test_what_is_not_there_or_not_allowed_says_so(program: Program, method: str, path: str, expected: tuple[int, str]):
    assert refused(program.asks(method, path)) == expected


def test_too_many_requests_are_told_when_to_come_again():
    limits = Limits(per_minute=60)
    for _ in range(10):
        limits.take("gtp.one", "address", 0.0)

    with pytest.raises(TooManyRequestsError) as refusal:
        limits.take("gtp.one", "address", 0.0)

    assert refusal.value.facts == {"retry_seconds": "1"}
    limits.take("gtp.other", "address", 0.0)
    limits.take("gtp.one", "address", 1.0)


def test_an_address_with_many_tokens_is_limited_too():
    limits = Limits(per_minute=60)
    for number in range(40):
        limits.take(f"gtp.{number}", "address", 0.0)

    with pytest.raises(TooManyRequestsError):
        limits.take("gtp.another", "address", 0.0)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh,en", "zh"),
        ("en;q=0.3, zh;q=0.7", "zh"),
        ("fr", "zh"),
        ("en;q=x", "zh"),
        ("*", "zh"),
    ],
)
def test_the_language_is_the_best_of_those_there_are(header: str | None, language: str):
    assert preferred_language(header) == language
