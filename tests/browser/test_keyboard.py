"""Whoever uses no mouse signs in, skips to what matters, and finds every step of the main way by the tab key."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from deploy.demo.offices import PASSWORD
from tests.browser.conftest import Sit
from tests.browser.desks import Desk

FAR = 60


def tab_to(desk: Desk, selector: str) -> None:
    """Press tab until that is in focus, which every step of the way shows."""
    for _ in range(FAR):
        desk.page.keyboard.press("Tab")
        focused = desk.page.evaluate(
            "selector => { const one = document.activeElement; const shown = getComputedStyle(one);"
            # The day, month and year of a date show it by themselves.
            " const byItself = one === document.body || one.type === 'date';"
            " return [one.matches(selector), byItself || shown.outlineStyle !== 'none']; }",
            selector,
        )
        assert focused[1], f"no sign of focus at {desk.page.evaluate('document.activeElement.outerHTML')[:200]}"
        if focused[0]:
            return
    raise AssertionError(f"{selector} is not within {FAR} tabs of the start of {desk.path}")


def test_signing_in(sit: Sit):
    desk = sit("audit")
    desk.open("/sign-in")
    expect(desk.page.locator("[name=login]")).to_be_focused()

    desk.page.keyboard.type("clerk")
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.type(PASSWORD)
    desk.page.keyboard.press("Enter")

    expect(desk.page.locator(".top .menu summary")).to_be_visible()


def test_the_first_tab_leads_past_the_navigation(sit: Sit):
    desk = sit("audit", "clerk")

    desk.page.keyboard.press("Tab")
    expect(desk.page.locator(".skip")).to_be_focused()
    desk.page.keyboard.press("Enter")

    expect(desk.page.locator("#main")).to_be_focused()


@pytest.mark.usefixtures("open_work")
def test_a_letter_is_found_and_signed_for(sit: Sit):
    desk = sit("publicity", "clerk")
    tab_to(desk, "a[href='/letters']")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/letters")
    tab_to(desk, "#letters tbody a")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/letters/*")
    tab_to(desk, "form[action$='/sign-for'] button")
    desk.page.keyboard.press("Enter")

    expect(desk.page.locator("#progress li.done", has_text="签收")).to_have_count(1)


def test_the_menu_opens_and_closes(sit: Sit):
    desk = sit("audit", "clerk")
    tab_to(desk, ".menu summary")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".menu a[href='/password']")).to_be_visible()

    desk.page.keyboard.press("Escape")

    expect(desk.page.locator(".menu a[href='/password']")).not_to_be_visible()
    expect(desk.page.locator(".menu summary")).to_be_focused()
