"""One whole county with its gateways, and a real browser to look at it, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from deploy.demo.gateways import addresses
from deploy.demo.story import Story
from tests.browser.county import Town, attached
from tests.browser.desks import Desk, at_desk
from tests.browser.scenes import open_round
from tests.county.lived import Lived

_SECONDS = 600
_PROGRAMS = (Path("/usr/bin/chromium"), Path("/usr/bin/chromium-browser"), Path("/usr/bin/google-chrome"))
Sit = Callable[..., Desk]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first waits for the county's whole round."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(_SECONDS))


@pytest.fixture(scope="session")
def town(request: pytest.FixtureRequest) -> Town:
    """The county after its round, its nodes and gateways running."""
    running = attached()
    if running is not None:
        return running
    lived: Lived = request.getfixturevalue("lived")
    assert lived.passed, lived.printed
    demo = lived.demo
    assert demo.story is not None
    return Town(addresses(demo.county), demo.story, demo.county, demo.processes)


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """A headless browser of this machine's own."""
    program = next((one for one in _PROGRAMS if one.is_file()), None)
    assert program is not None, "no browser on this machine: run `make browser-setup`"
    expect.set_options(timeout=15_000)
    # Whatever proxy this machine uses for the world outside, its own gateways are not behind it.
    browser = playwright.chromium.launch(
        executable_path=program, args=["--no-sandbox", "--no-proxy-server", "--disable-dev-shm-usage"]
    )
    try:
        yield browser
    finally:
        browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one file: as long as it runs, no other kind of test can use an event loop here."""
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture
def sit(browser: Browser, town: Town) -> Iterator[Sit]:
    """Sits somebody down: `sit("audit", "clerk")` gives a window that is signed in there."""
    with ExitStack() as windows:

        def seated(body: str, login: str = "", *, scripts: bool = True, language: str = "zh") -> Desk:
            desk = windows.enter_context(at_desk(browser, town.gateways[body], scripts=scripts, language=language))
            if login:
                desk.sign_in(login)
            return desk

        yield seated


@pytest.fixture(scope="session")
def open_work(town: Town) -> Story:
    """A round whose letters wait to be signed for."""
    return open_round(town)
