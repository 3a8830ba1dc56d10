"""Walks every page that a person can reach by links, a page of each kind, and says what is wrong with any."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

from playwright.sync_api import Error

from tests.browser.desks import Desk

_ID = re.compile(r"^(?=.*\d)[0-9A-Za-z~_.:-]{6,}$|^\d+$|^U\d+$")
_LEFT_OUT = ("/language/", "/static/", "/live", "/api/")
_MOST = 120


@dataclass
class Walk:
    """What a walk came by."""

    opened: dict[str, str] = field(default_factory=dict)
    """Kind of page to the address that was opened."""
    wrong: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def kind_of(path: str, query: str = "") -> str:
    """The address with ids taken out: pages of one kind are made by one function."""
    parts = ["*" if _ID.match(one) else one for one in path.split("/")]
    names = sorted({name for name, value in parse_qsl(query) if value})
    # Filters combine in too many ways to open them all: each alone, and one page with several.
    return "/".join(parts) + (f"?{names[0] if len(names) == 1 else 'several'}" if names else "")


def walk(desk: Desk, seen: set[str], picture: str) -> Walk:
    """Open a page of every kind, beginning at the home page. Kinds in `seen` were looked at by axe before."""
    walked, waiting = Walk(), ["/"]
    while waiting and len(walked.opened) < _MOST:
        address = waiting.pop(0)
        parts = urlsplit(address)
        kind = kind_of(parts.path, parts.query)
        if kind in walked.opened:
            continue
        walked.opened[kind] = address
        status = _opened(desk, address, walked)
        if status is None:
            continue
        if status >= 400:
            walked.wrong.append(f"{address}: {status} {desk.refusal()[:200]}")
            continue
        # Axe is a script: where scripts are off it would never come to its end.
        if desk.scripts and kind not in seen:
            seen.add(kind)
            walked.wrong += desk.accessible()
            walked.wrong += desk.too_wide()
        desk.picture(f"{picture}{kind}")
        waiting += [one for one in _links(desk) if not one.startswith(_LEFT_OUT)]
    return walked


def _opened(desk: Desk, address: str, walked: Walk) -> int | None:
    """The page's status; None for a file, which is fetched and not shown."""
    try:
        return desk.open(address)
    except Error as error:
        if "Download is starting" not in error.message and "ERR_ABORTED" not in error.message:
            raise
    answer = desk.page.request.get(urljoin(desk.home, address))
    walked.files.append(address)
    if answer.status >= 400 or "attachment" not in answer.headers.get("content-disposition", ""):
        walked.wrong.append(f"{address}: {answer.status} as a file")
    return None


def _links(desk: Desk) -> list[str]:
    found = desk.page.locator("a[href]").evaluate_all("all => all.map(one => one.href)")
    return [
        parts.path + (f"?{parts.query}" if parts.query else "")
        for one in dict.fromkeys(found)
        if (parts := urlsplit(one)).netloc == urlsplit(desk.home).netloc
    ]
