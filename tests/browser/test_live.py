"""What happens at one desk shows at another, whoever has the page open, without reloading it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Sit
from tests.browser.desks import Desk

MEASURED = Path("build/browser.json")


@contextmanager
def noted(name: str) -> Iterator[None]:
    """Writes down how many seconds a thing took; how fast is fast enough is for the reader to say."""
    began = time.monotonic()
    yield
    found = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.is_file() else {}
    found[name] = round(time.monotonic() - began, 2)
    MEASURED.parent.mkdir(exist_ok=True)
    MEASURED.write_text(json.dumps(found, indent=2), encoding="utf-8")


@contextmanager
def left_standing(desk: Desk) -> Iterator[None]:
    """The page is open and listens before, and is the same page afterwards."""
    expect(desk.page.locator("[data-live-state]")).to_have_text(desk.word("实时更新"))
    desk.page.evaluate("document.body.dataset.untouched = 'yes'")
    yield
    expect(desk.page.locator("body")).to_have_attribute("data-untouched", "yes")


@pytest.mark.usefixtures("open_work")
def test_a_letter_signed_for_there_is_shown_as_signed_for_here(sit: Sit):
    office, department = sit("inspection", "clerk"), sit("petitions", "clerk")
    department.open_newest("direction=in&kind=info.request")
    office.open_newest("direction=out&kind=info.request&peer=petitions")
    signed_for = office.page.locator("#progress li.done", has_text="签收")
    expect(signed_for).to_have_count(0)

    with left_standing(office), noted("receipt_at_the_other_desk_seconds"):
        department.press("签收")
        expect(signed_for).to_have_count(1)


@pytest.mark.usefixtures("open_work")
def test_a_letter_that_arrives_is_in_the_list_without_reload(sit: Sit):
    office, department = sit("inspection", "clerk"), sit("petitions", "clerk")
    department.open_newest("direction=in&kind=info.request")
    if department.button("签收").count():
        department.press("签收")
    office.open("/letters?direction=in")
    newest = office.page.locator("#letters tbody a").first
    before = newest.get_attribute("href") or ""

    with left_standing(office), noted("letter_at_the_other_desk_seconds"):
        department.page.locator("summary", has_text="请对方说明").click()
        department.page.locator("[name=question]").fill("请说明材料范围。")
        department.page.locator("form[action$='/ask'] button").click()
        expect(newest).not_to_have_attribute("href", before)
    assert not department.refusal()
