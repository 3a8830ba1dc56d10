"""Words typed when a session ended go back to whoever typed them, whatever the next person's browser claims to be."""

from __future__ import annotations

import re

import httpx2

from gateway.clients.channel import open_channel
from gateway.clients.node import NodeClient
from gateway.config import NodeAddress
from services.chassis.rpc.tracing import NoTracing
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


async def test_words_that_met_no_node_are_there_to_be_sent_again(desk: Desk):
    clerk = await desk.at()
    page = await clerk.page(desk.letter)
    mark = re.search(r'name="form_mark" value="([^"]+)"', page)
    assert mark is not None
    served = desk.gateways.gateway.gateway
    away = NodeAddress(port=1, authority=served.config.node.authority)
    channel = open_channel(away, NoTracing())
    there, served.node = served.node, NodeClient(channel)
    answer = await clerk.client.post(f"{desk.letter}/ask", data={"form_mark": mark[1], "question": WORDS})
    served.node = there
    await channel.close()

    assert answer.status_code == 503
    assert WORDS in answer.text
    sent = await clerk.client.post(f"{desk.letter}/ask", data=_hidden(answer.text) | {"question": WORDS})
    assert sent.status_code == 303


def _hidden(page: str) -> dict[str, str]:
    kept = page.partition("填写的内容如下")[2]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', kept))
