"""The board as people see it: every body with what is known of it, charts with their tables, and what nobody knows."""

from __future__ import annotations

import re

from gateway.web.pages.board.view import CONCERNS, EVIDENCE
from guantong.node.v1 import board_service_pb2 as pb
from services.chassis.clock import SystemClock
from tests.integration.board.statuses_for_tests import Statuses, looks, tells
from tests.web.operating.conftest import Desk


def row_of(page: str, name: str) -> str:
    """The words of that body's row."""
    found = next(row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if f">{name}<" in row)
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


async def test_a_body_that_never_told_anything_is_shown_as_that_and_its_figures_as_unknown(desk: Desk):
    page = await (await desk.at("clerk")).page("/board")

    assert row_of(page, "县审计局") == "县审计局 ! 从未收到 – 不详"
    assert "✓ 在线" in row_of(page, "县委巡察办")


async def test_what_a_body_tells_stands_in_its_row_and_what_is_late_in_the_chart_and_its_table(desk: Desk):
    statuses = Statuses(SystemClock().now())
    desk.county.clock.advance(days=20)
    await tells(desk.audit, statuses)
    await looks(desk.office, statuses)
    browser = await desk.at("system")
    page = await browser.page("/board")

    assert "✓ 在线" in row_of(page, "县审计局")
    assert re.search(r"前 1 1 14 0", row_of(page, "县审计局")), row_of(page, "县审计局")
    assert 'class="chart drawn" aria-hidden="true"' in page
    late = page[page.index('id="late-articles"') :]
    assert re.search(r'<th scope="row">A3\.2\w*</th><td class="number">1</td>', late)
    assert not re.search(r"<style|<script[^>]*>[^<]|style=|onclick|xlink", page), "the policy of the page refuses them"


async def test_the_trend_has_a_table_that_says_the_same_and_goes_back_as_far_as_asked(desk: Desk):
    statuses = Statuses(SystemClock().now())
    for days in (0, 3):
        desk.county.clock.advance(days=days)
        await tells(desk.office, statuses)
        await tells(desk.audit, statuses)
        await looks(desk.office, statuses)
    browser = await desk.at("clerk")

    page = await browser.page("/board")
    assert "2026年3月2日" in page
    assert "2026年3月5日" in page
    assert "2026年3月2日" not in (await browser.page("/board?since=2026-03-04")).split("board-trend")[1]
    assert await browser.page("/board?since=nonsense")


async def test_the_board_reads_in_english(desk: Desk):
    page = await (await desk.at("clerk", "en")).page("/board")

    assert "Never heard" in page
    assert "Late, by article" in page


async def test_a_status_that_cannot_be_read_is_said_to_be_unreadable(desk: Desk):
    statuses = Statuses(SystemClock().now())
    statuses.put("audit", b"\xff\xff")
    await looks(desk.office, statuses)

    assert "! 状态无法读取" in row_of(await (await desk.at("clerk")).page("/board"), "县审计局")


def test_every_evidence_and_every_grade_has_its_word():
    assert set(EVIDENCE) == {*pb.Evidence.values()} - {pb.EVIDENCE_UNSPECIFIED}
    in_columns = {pb.CONCERN_NOT_HEARD, pb.CONCERN_PARKED, pb.CONCERN_QUARANTINED, pb.CONCERN_LATE, pb.CONCERN_ALARMS}
    assert set(CONCERNS) | in_columns == {*pb.Concern.values()} - {pb.CONCERN_UNSPECIFIED}
