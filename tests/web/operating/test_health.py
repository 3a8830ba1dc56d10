"""The health page: how the node stands, what waits for a decision, and the decision taken in the browser."""

from __future__ import annotations

import re

from services.chassis.exchange.model import LetterDraft
from services.chassis.journal import store as journal
from services.chassis.operations.alarms import Cause
from services.chassis.operations.keeping import raise_alarms
from tests.web.operating.conftest import Desk

WHY = "已电话核实, 由信息中心排除"


def plain(page: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


async def parks(desk: Desk) -> str:
    """A letter of a kind that the office does not know stands still there; its id."""
    draft = LetterDraft(("inspection",), "newer.kind", b"words")
    sent = desk.audit.do(lambda tx: desk.audit.node.exchange.send(tx, draft))
    await desk.county.deliver()
    return sent.letter_id


async def test_an_operator_sees_how_the_node_stands_and_verifies_its_journal(desk: Desk):
    browser = await desk.at("system")
    before = plain(await browser.page("/health"))
    assert "总线 ✓ 已连接" in before
    assert "日志核验 – 尚未核验" in before
    assert "最近备份 ◔ 没有备份" in before
    assert re.search(r"县审计局 ✓ 正常 1 1 0", before), before

    after = await browser.sends("/health", "/health/verify")

    assert after.status_code == 200
    assert re.search(r"日志核验完好, 共 \d+ 条", plain(after.text))
    assert "日志核验 ✓ 完好" in plain(after.text)


async def test_an_alarm_is_closed_with_what_was_found_and_without_it_not(desk: Desk):
    desk.office.do(lambda tx: raise_alarms(tx, {Cause("bus_denied", "audit"): 2}))
    browser = await desk.at("system")
    (path,) = re.findall(r'formaction="(/health/alarms/[^"]+)"', await browser.page("/health"))

    refused = await browser.sends("/health", path, reason="")
    assert refused.status_code == 422
    assert "总线拒绝了本节点的一次操作" in refused.text
    closed = await browser.sends("/health", path, reason=WHY)
    assert "没有未关闭的告警。" in closed.text
    assert [one.kind for one in desk.office.ask(journal.read)].count("alarm.closed") == 1


async def test_a_parked_letter_is_tried_again_and_set_aside(desk: Desk):
    letter_id = await parks(desk)
    browser = await desk.at("system")
    page = await browser.page("/health")
    assert "CONTENT_UNREADABLE" in page
    assert f"/traces?q={letter_id}" in page

    tried = await browser.sends("/health", f"/health/parked/{letter_id}/retry", reason=WHY)
    assert "仍未能处理: parked" in tried.text
    aside = await browser.sends("/health", f"/health/parked/{letter_id}/set-aside", reason=WHY)
    assert "没有挂起的函件。" in aside.text


async def test_a_frame_that_was_not_believed_is_set_aside(desk: Desk):
    await desk.office.node.exchange.inbox.take_again(b"no frame at all", "audit")
    browser = await desk.at("system")
    (path,) = re.findall(r'formaction="(/health/quarantine/[^"]+/set-aside)"', await browser.page("/health"))

    assert "没有隔离的来件。" in (await browser.sends("/health", path, reason=WHY)).text


async def test_the_nodes_of_the_county_stand_on_the_offices_page_and_nothing_is_well_unseen(desk: Desk):
    words = plain(await (await desk.at("system")).page("/health"))

    assert "全县节点" in words
    assert re.search(r"县审计局 ! 从未收到 – – 不详 – 不详 –", words), words[-600:]


async def test_a_clerk_is_told_whose_page_it_is(desk: Desk):
    browser = await desk.at("clerk")

    assert "ROLE_MISSING" in await browser.page("/health", 403)
    assert "/health" not in (await browser.page("/"))
