"""A gateway that is told to end says farewell to whoever has a page open, and pages find it again by themselves."""

from __future__ import annotations

from playwright.sync_api import expect

from services.chassis.county.processes import web
from tests.browser.conftest import Sit
from tests.browser.county import Town
from tests.browser.test_live import noted

BODY = "cppcc"
ENDED = '"event":"gateway_stopped"'


def test_open_pages_do_not_hold_an_ending_gateway_and_come_back_with_it(sit: Sit, town: Town):
    pages = [sit(BODY, who) for who in ("clerk", "leader")]
    for desk in pages:
        expect(desk.page.locator("[data-live-state]")).to_have_text("实时更新")
        desk.expect_absence()
    processes, name = town.processes, web(BODY)
    log = town.county.folder.gateway_config(BODY).parent / "log" / "gateway.jsonl"
    before = log.read_text(encoding="utf-8").count(ENDED)

    with noted("gateway_with_open_pages_ends_seconds"):
        processes.stop([name])

    # One that had to be killed would not have written its farewell.
    assert log.read_text(encoding="utf-8").count(ENDED) == before + 1
    for desk in pages:
        expect(desk.page.locator("[data-live-state]")).to_contain_text("中断")
    processes.start([name])
    processes.wait_ready([name], 60)
    for desk in pages:
        expect(desk.page.locator("[data-live-state]")).to_have_text("实时更新")
