"""A person at a desk: one browser window, signed in at one gateway, that fails when a page does anything wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, Route, expect

from deploy.demo.offices import PASSWORD
from gateway.language.words import words

SCREENS = Path("build/screens")
_SIZE = {"width": 1366, "height": 768}
_AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
_ABORTED = "net::ERR_ABORTED"


@dataclass
class Wrongs:
    """What a browser noticed that no page of ours may do."""

    found: list[str] = field(default_factory=list)
    absent: bool = False
    """Whether the gateway is going to be away, so that requests may fail."""

    def watch(self, page: Page, home: str) -> None:
        """Note failed requests, errors in scripts and on the console, and answers that say the server broke."""
        own = urlsplit(home).netloc

        def failed(request: Request) -> None:
            # A page that is left in the middle gives up its stream and its downloads.
            if request.failure != _ABORTED and not self.absent:
                self.found.append(f"{request.url}: {request.failure}")

        def answered(response: Response) -> None:
            if response.status >= 500:
                self.found.append(f"{urlsplit(response.url).path}: {response.status}")

        def said(message: ConsoleMessage) -> None:
            # The browser tells of every refused form on its console; the page tells it better.
            if (
                message.type == "error"
                and not self.absent
                and "the server responded with a status of 4" not in message.text
            ):
                self.found.append(f"{urlsplit(page.url).path}: {message.text}")

        def routed(route: Route) -> None:
            if urlsplit(route.request.url).netloc == own:
                route.continue_()
            else:
                self.found.append(f"foreign: {route.request.url}")
                route.abort()

        page.route(lambda url: urlsplit(url).netloc != own and not url.startswith(("data:", "blob:")), routed)
        page.on("requestfailed", failed)
        page.on("response", answered)
        page.on("console", said)
        page.on("pageerror", lambda error: self.found.append(f"{urlsplit(page.url).path}: {error}"))


@dataclass
class Desk:
    """One person's window."""

    page: Page
    home: str
    wrongs: Wrongs
    language: str = "zh"
    scripts: bool = True

    def open(self, path: str) -> int:
        """Go there; the status of the answer."""
        answer = self.page.goto(self.home.rstrip("/") + path)
        assert answer is not None
        return answer.status

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        """Through the sign-in page."""
        if self.language != "zh":
            self.open(f"/language/{self.language}")
        self.open("/sign-in")
        self.page.locator("[name=login]").fill(login)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("main form button").click()
        expect(self.page.locator(".top .menu summary")).to_be_visible()

    @property
    def path(self) -> str:
        """Where the window is."""
        return urlsplit(self.page.url).path

    def word(self, chinese: str) -> str:
        """The same words in the window's language."""
        return words(self.language).gettext(chinese)

    def button(self, chinese: str) -> Locator:
        """The first button of the page's main part with that name."""
        return self.page.locator("main").get_by_role("button", name=self.word(chinese)).first

    def press(self, chinese: str) -> None:
        """Press it, and see that the page does not refuse."""
        self.button(chinese).click()
        assert not self.refusal(), self.refusal()

    def follow(self, chinese: str) -> None:
        """Follow the first link with that name."""
        self.page.get_by_role("link", name=self.word(chinese)).first.click()

    def expect_absence(self) -> None:
        """From now on the gateway may be away."""
        self.wrongs.absent = True

    def open_newest(self, which: str) -> None:
        """The newest of those letters, by the query of the list of letters."""
        self.open(f"/letters?{which}")
        self.page.locator("#letters tbody a").first.click()
        self.page.wait_for_url("**/letters/*")

    def refusal(self) -> str:
        """What the page says went wrong; empty when nothing did."""
        found = self.page.locator("main .problem")
        return found.first.inner_text() if found.count() else ""

    def accessible(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA on the page as it stands."""
        # By the debugger's door: the page's own policy keeps it from loading anything like it.
        self.page.evaluate(_axe())
        found = self.page.evaluate(f"axe.run(document, {json.dumps(_AXE)})")
        return [
            f"{urlsplit(self.page.url).path}: {one['id']} {node['target']} {node['html'][:120]}"
            for one in found["violations"]
            for node in one["nodes"][:3]
        ]

    def too_wide(self) -> list[str]:
        """Whether the page as a whole has to be moved sideways on a small office screen."""
        over = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return [f"{self.path}: {over} px wider than the window"] if over > 0 else []

    def picture(self, name: str) -> None:
        """Keep how the page looks."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{re.sub(r'[^A-Za-z0-9_.-]+', '_', name).strip('_')}.png")


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@contextmanager
def at_desk(browser: Browser, home: str, *, scripts: bool = True, language: str = "zh") -> Iterator[Desk]:
    """A fresh window at the gateway `home`; nothing may have gone wrong in it by the end."""
    context = browser.new_context(
        viewport=_SIZE,  # type: ignore[arg-type]  # the size as plain data is what it takes
        java_script_enabled=scripts,
        locale="zh-CN" if language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        accept_downloads=True,
    )
    context.set_default_timeout(15_000)
    wrongs = Wrongs()
    context.on("page", lambda page: wrongs.watch(page, home))
    try:
        yield Desk(context.new_page(), home, wrongs, language, scripts)
    finally:
        context.close()
    assert wrongs.found == []
