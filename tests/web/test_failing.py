"""What goes wrong beyond anybody's fault still ends in an answer that people and programs can use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from gateway.app import create_app
from gateway.config import GatewayConfig, NodeAddress, WebConfig


@pytest.fixture
def client(tmp_path: Path) -> httpx2.AsyncClient:
    """Somebody at a gateway whose node was never connected: a mistake of ours."""
    config = GatewayConfig(
        body="audit",
        county_name="青禾县",
        node=NodeAddress(port=1, authority=tmp_path / "ca.crt"),
        web=WebConfig(port=0),
        secret=tmp_path / "gateway.key",
    )
    transport = httpx2.ASGITransport(app=create_app(config))
    return httpx2.AsyncClient(transport=transport, base_url="http://desk")


async def test_a_mistake_of_ours_is_a_page_that_names_the_incident(client: httpx2.AsyncClient):
    answer = await client.get("/account", headers={"cookie": "guantong-session-audit=a.b"})

    assert answer.status_code == 500
    assert "网关内部出错" in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_mistake_of_ours_is_a_problem_document_for_a_program(client: httpx2.AsyncClient):
    answer = await client.get("/api/v1/me", headers={"authorization": "Bearer gtp.x"})

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "incident" in answer.json()["facts"]


@pytest.mark.parametrize("cookie", ["a.é", "a.\x01b", "a.b\tc", "a.b c", f"a.{'x' * 30_000}", "a", ".b", "a."])
async def test_a_session_that_no_node_can_have_made_is_none(client: httpx2.AsyncClient, cookie: str):
    headers = {b"cookie": f"guantong-session-audit={cookie}".encode("latin-1")}

    assert (await client.get("/account", headers=headers)).status_code == 401


async def test_a_token_that_no_node_can_have_made_is_none(client: httpx2.AsyncClient):
    answer = await client.get("/api/v1/me", headers={b"authorization": b"Bearer gtp.a\x01b"})

    assert answer.json()["reason"] == "TOKEN_MISSING"


async def test_a_form_of_too_many_fields_says_so(client: httpx2.AsyncClient):
    answer = await client.post("/sign-in", data={f"f{number}": "1" for number in range(5_001)})

    assert answer.status_code == 422
    assert "FORM_UNREADABLE" in answer.text


async def test_a_form_that_can_carry_no_file_is_not_read_for_minutes(client: httpx2.AsyncClient):
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b"&" * 2**20

    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = await client.post("/sign-in", content=endless(), headers=kind)

    assert answer.status_code == 413
    assert "8 MiB" in answer.text
