"""The interface describes itself: in both languages, with examples, on a page that needs nothing from elsewhere."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from gateway.api.docs import groups, shapes
from tests.web.api.conftest import Desk, Program


@pytest.fixture
def described(program: Program) -> dict[str, Any]:
    found: dict[str, Any] = program.found("/openapi.json")
    return found


def operations(described: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for methods in described["paths"].values() for one in methods.values()]


def in_both(text: str, between: str) -> bool:
    zh, found, en = text.partition(between)
    return bool(found) and re.search("[一-鿿]", zh + "：") is not None and not re.search("[一-鿿]", en)


def test_it_is_openapi_and_every_operation_is_told_in_both_languages(described: dict[str, Any]):
    assert described["openapi"].startswith("3.1")
    for one in operations(described):
        assert in_both(one["summary"], " · "), one["operationId"]
        assert in_both(one["description"], "\n\n"), one["operationId"]
        assert one["security"], one["operationId"]


def test_every_field_is_told_in_both_languages_or_is_made_of_what_is(described: dict[str, Any]):
    untold = [
        f"{name}.{key}"
        for name, schema in described["components"]["schemas"].items()
        for key, one in schema.get("properties", {}).items()
        if "$ref" not in one and "\n\n" not in one.get("description", "") and "$ref" not in str(one.get("items"))
    ]

    assert untold == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_every_operation_and_model_and_loads_nothing_foreign(
    desk: Desk, described: dict[str, Any], language: str
):
    cookie = f"guantong-language-organization={language}"

    page = httpx2.get(f"{desk.address}/api/docs", headers={"cookie": cookie}, timeout=30)

    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for one in operations(described):
        assert f'id="{one["operationId"]}"' in page.text
    for shape in shapes(described, language):
        assert f'id="{shape.name}"' in page.text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
    assert not re.search(r"<script(?! src)|<style| style=| on\w+=", page.text)


def test_an_example_can_be_tried_as_it_stands(described: dict[str, Any]):
    found = {one.id: one.curl for group in groups(described, "en", "https://desk") for one in group.operations}

    assert found["listLedgers"] == "curl -H 'Authorization: Bearer gtp.…' 'https://desk/api/v1/ledgers'"
    assert found["importLedger"].startswith(
        "curl -X POST -H 'Authorization: Bearer gtp.…' -H 'Idempotency-Key: import-"
    )
    assert found["importLedger"].endswith("--data-binary @ledger.csv 'https://desk/api/v1/ledgers/audit_issues/import'")
