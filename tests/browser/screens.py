"""Renews the pictures of the README: `make screens` runs the demonstration and looks at five of its pages."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from deploy.demo.gateways import addresses
from deploy.demo.run import Demo
from deploy.demo.telling import Voice
from tests.browser.conftest import launched
from tests.browser.county import Town, attached
from tests.browser.desks import Desk, at_desk
from tests.browser.scenes import open_round

FOLDER = Path("docs/screens")


def main() -> None:
    """Take the pictures, of the county that runs or of one made for it."""
    running = attached()
    if running is not None:
        _take(running)
        return
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder) / "demo", Voice())
        try:
            if not demo.run() or demo.story is None:
                sys.exit(1)
            _take(Town(addresses(demo.county), demo.story, demo.county, demo.processes))
        finally:
            demo.stop()


def _take(town: Town) -> None:
    open_round(town).sign_for_requests(["audit", "statistics"])
    for draft in town.office("audit").open_drafts("info.reply"):
        town.name("audit", "clerk", draft.address.matter_id)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, launched(playwright) as browser:
        _one(browser, town, ("audit", "clerk"), "todo", lambda desk: _open(desk, "/"))
        _one(browser, town, ("audit", "clerk"), "draft", _draft)
        _one(browser, town, ("inspection", "clerk"), "matrix", _matrix)
        _one(browser, town, ("inspection", "clerk"), "board", lambda desk: _open(desk, "/board"))
        _one(browser, town, ("inspection", "system"), "trace", _trace)


def _one(browser: Browser, town: Town, who: tuple[str, str], name: str, go: Callable[[Desk], None]) -> None:
    body, login = who
    with at_desk(browser, town.gateways[body]) as desk:
        desk.sign_in(login)
        go(desk)
        desk.page.screenshot(path=FOLDER / f"{name}.png")


def _open(desk: Desk, path: str) -> None:
    desk.open(path)


def _draft(desk: Desk) -> None:
    desk.open("/drafts?state=live")
    desk.page.locator("#drafts tbody a").first.click()
    desk.page.wait_for_url("**/drafts/*")
    desk.open(f"{desk.path}/edit")


def _matrix(desk: Desk) -> None:
    desk.open("/rounds")
    # The round that was told to its end has most to show.
    desk.page.locator("#rounds tbody tr").last.locator("a[href$='/matrix']").click()


def _trace(desk: Desk) -> None:
    desk.open("/traces")
    # A letter's way is longer than anything that stays within one node.
    rows = desk.page.locator("#trace-list tbody tr").all()
    longest = max(rows, key=lambda row: int(row.locator("td").nth(5).inner_text()))
    longest.locator("a").first.click()
    desk.page.wait_for_url("**/traces/*")


if __name__ == "__main__":
    main()
