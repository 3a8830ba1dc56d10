"""However many windows somebody leaves open, the next page still comes: only the one looked at keeps a line open."""

from __future__ import annotations

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import Sit

_LOOKED_AT = """seen => {
  Object.defineProperty(document, "hidden", { value: !seen, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def _is_line(request: Request) -> bool:
    return request.url.endswith("/live")


@pytest.mark.usefixtures("town")
def test_a_page_that_nobody_looks_at_keeps_no_line_open_and_catches_up_when_somebody_does(sit: Sit):
    desk = sit("audit", "clerk")
    state = desk.page.locator("[data-live-state]")
    expect(state).to_have_text(desk.word("实时更新"))

    with desk.page.expect_event("requestfailed", _is_line):
        desk.page.evaluate(_LOOKED_AT, arg=False)
    with desk.page.expect_request(_is_line), desk.page.expect_request(lambda one: "x-live" in one.headers):
        desk.page.evaluate(_LOOKED_AT, arg=True)
    expect(state).to_have_text(desk.word("实时更新"))
