"""The trace pages: found by number or time, drawn across bodies, with words for what the picture says."""

from __future__ import annotations

import re

from gateway.web.pages.traces.view import Asked, lasting
from services.chassis.telemetry.index import TraceFilter
from tests.web.operating.conftest import Desk
from tests.web.operating.test_health import plain


def carried(desk: Desk) -> None:
    """Audit's spans reach the office, as the bus would bring them."""
    desk.office.node.telemetry.flush()
    desk.audit.node.telemetry.flush()
    theirs = desk.audit.node.telemetry.index
    for line in theirs.find(TraceFilter(), None, 100):
        desk.office.node.telemetry.index.take(theirs.spans_of(line.trace_id))


async def test_a_letter_is_found_by_its_number_and_drawn_across_both_bodies(desk: Desk):
    carried(desk)
    number = desk.office.matter(desk.letter_id).header.document_number
    browser = await desk.at("system")

    by_number = await browser.page(f"/traces?q={number}")
    by_letter = await browser.page(f"/traces?q={desk.letter_id}")
    assert set(re.findall(r'"/traces/([0-9a-f]{32})"', by_letter)) <= set(
        re.findall(r'"/traces/([0-9a-f]{32})"', by_number)
    )
    (trace_id,) = re.findall(r'"/traces/([0-9a-f]{32})"', by_letter)
    page = await browser.page(f"/traces/{trace_id}")
    words = plain(page)
    assert "写入发件箱 · 县委巡察办" in words
    assert re.search(r"发往总线 县委巡察办 \+[\d.]+ ms [\d.]+ ms 对方: 县审计局", words), words
    assert re.search(r"收存 县审计局 \+", words)
    assert page.count("<svg") == page.count('<tr><th scope="row">')
    assert not re.search(r"style=|<style", page), "the policy of the page refuses them"


async def test_the_number_of_a_trace_leads_to_it_and_an_unknown_one_is_said_to_be(desk: Desk):
    browser = await desk.at("system")

    answer = await browser.client.get("/traces", params={"q": "0" * 32})
    assert (answer.status_code, answer.headers["location"]) == (303, "/traces/" + "0" * 32)
    assert "TRACE_UNKNOWN" in await browser.page("/traces/" + "0" * 32, 404)
    assert "FIELD_INVALID" in await browser.page("/traces/nonsense", 422)


async def test_times_are_read_as_beijing_and_what_is_no_time_is_said_on_the_form(desk: Desk):
    carried(desk)
    browser = await desk.at("system")

    assert "没有符合条件的踪迹" in await browser.page("/traces?since=2199-01-01T00:00")
    refused = await browser.page("/traces?since=gestern", 422)
    assert 'value="gestern"' in refused
    assert "没有符合条件的踪迹" not in await browser.page("/traces?since=2020-01-01T00:00&until=&everything=1")


async def test_pages_follow_each_other_and_keep_what_was_asked(desk: Desk):
    assert Asked("x", body="audit", failed=True).path(page="t") == "/traces?q=x&body=audit&failed=1&page=t"
    assert Asked().path() == "/traces"
    assert "ROLE_MISSING" in await (await desk.at("clerk")).page("/traces", 403)


def test_a_length_of_time_is_said_in_the_unit_that_reads_best():
    assert [lasting(number) for number in (0, 1_234_567, 87_000_000, 12_340_000_000, 1_200_000_000_000)] == [
        *("0.0 ms", "1.2 ms", "87 ms", "12.3 s", "20 min"),
    ]
