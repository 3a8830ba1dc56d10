"""Words typed when a session ended go back to whoever typed them, whatever the next person's browser claims to be."""

from __future__ import annotations

import re

import httpx2

from tests.web.browsing import Browser
from tests.web.desk.conftest import Desk

_KEPT = re.compile(r'name="kept" value="([^"]+)"')
_COOKIE = "guantong-session-audit"
WORDS = "请说明所需账目的年度"


async def left_behind(desk: Desk) -> tuple[str, str]:
    """The clerk's words in the sign-in page that answered them, and the clerk's account."""
    clerk = await desk.at()
    account, _, _ = clerk.client.cookies[_COOKIE].partition(".")
    page = await clerk.page(desk.letter)
    mark = re.search(r'name="form_mark" value="([^"]+)"', page)
    assert mark is not None
    other = await desk.at()
    await other.sends("/account", "/account/sessions/end")
    answer = await clerk.client.post(f"{desk.letter}/ask", data={"form_mark": mark[1], "question": WORDS})
    assert answer.status_code == 401
    found = _KEPT.search(answer.text)
    assert found is not None
    return found[1], account


async def given(browser: Browser, kept: str) -> httpx2.Response:
    """What going on after the second factor gives back."""
    return await browser.sends("/account", "/second-factor/finish", kept=kept, after="/")


async def test_the_same_person_gets_the_words_back(desk: Desk):
    kept, _ = await left_behind(desk)

    assert WORDS in (await given(await desk.at(), kept)).text


async def test_a_cookie_that_names_their_account_does_not_give_another_person_the_words(desk: Desk):
    kept, account = await left_behind(desk)
    leader = await desk.at("leader")
    _, _, token = leader.client.cookies[_COOKIE].partition(".")
    leader.client.cookies.clear()
    leader.client.cookies.set(_COOKIE, f"{account}.{token}")

    assert WORDS not in (await given(leader, kept)).text
