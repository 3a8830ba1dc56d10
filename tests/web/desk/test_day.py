"""A clerk's way with a letter that came: seen among what is to be done, opened, signed for, dated, accepted."""

from __future__ import annotations

import re

import pytest

from guantong.exchange.v1 import content_pb2 as content
from tests.integration.correspondence.letters_for_tests import new_info
from tests.web.desk.conftest import Desk

_DATE = re.compile(r'href="(/matters/[^"]+/dates/[^"]+)"')


def words(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


async def test_what_came_stands_first_among_what_is_to_be_done_with_the_next_step_as_a_verb(desk: Desk):
    page = await (await desk.at()).page("/")

    assert f'<a class="button next" href="{desk.letter}">签收</a>' in page
    assert "本单位应办 1" in words(page)
    assert "情况通报 1" in words(page)
    assert "等待对方 0" in words(page)


async def test_a_strand_that_holds_nothing_says_so(desk: Desk):
    assert "没有符合条件的事项" in await (await desk.at()).page("/?strand=staffing")


async def test_a_letter_is_unread_until_somebody_opens_it_and_its_signature_is_checked_then(desk: Desk):
    clerk = await desk.at()
    assert "未读" in words(await clerk.page("/letters?direction=in"))

    opened = words(await clerk.page(desk.letter))
    assert "签名有效" in opened
    assert "县水务局" in opened
    assert "暂无" not in opened
    assert "已发出" in opened
    assert "已发出 · 未到" not in opened, "what was stored here was sent, whenever that was"
    await desk.county.deliver()
    assert 'class="unread"' not in await clerk.page("/letters?direction=in")


@pytest.mark.article("A3.2h")
async def test_signing_for_it_starts_a_date_that_every_page_counts_down_and_explains(desk: Desk):
    clerk = await desk.at()
    signed = await clerk.sends(desk.letter, f"{desk.letter}/sign-for")

    assert "已签收; 期限 2026年3月9日 周一。" in signed.text
    todo = await clerk.page("/")
    assert "还有 5 个工作日" in todo
    found = _DATE.search(todo)
    assert found is not None
    why = await clerk.page(found[1])
    assert re.search(r'<td class="due"[^>]*>9<sup>5</sup>', why)
    assert re.search(r'<td class="rest"[^>]*>7<', why)
    assert "A3.2h" in why


async def test_what_is_accepted_can_no_longer_be_accepted_and_the_refusal_says_why(desk: Desk):
    clerk = await desk.at()
    await clerk.sends(desk.letter, f"{desk.letter}/sign-for")
    accepted = await clerk.sends(desk.letter, f"{desk.letter}/accept")
    assert "已受理。" in accepted.text

    again = await clerk.sends(desk.letter, f"{desk.letter}/accept")
    assert again.status_code == 409
    assert "已经受理" in again.text


async def test_a_late_date_is_said_with_a_sign_and_a_word(desk: Desk):
    clerk = await desk.at()
    await clerk.sends(desk.letter, f"{desk.letter}/sign-for")
    desk.county.clock.advance(days=9)
    clerk = await desk.at()

    page = await clerk.page("/")
    assert "! 已超期" in words(page)
    assert "没有符合条件的事项" not in await clerk.page("/?late=1")


async def test_declining_becomes_a_draft_and_an_empty_reason_keeps_the_page(desk: Desk):
    clerk = await desk.at()
    await clerk.sends(desk.letter, f"{desk.letter}/sign-for")
    refused = await clerk.sends(desk.letter, f"{desk.letter}/decline", explanation="")
    assert refused.status_code >= 400
    assert "函件正文" in refused.text

    drafted = await clerk.sends(desk.letter, f"{desk.letter}/decline", explanation="不属本单位职责")
    assert str(drafted.url).startswith("http://desk/drafts/")


async def test_a_matter_shows_its_way_and_what_lies_on_paper_for_the_day_tells_no_content(desk: Desk):
    clerk = await desk.at()
    matter = words(await clerk.page(desk.matter))
    assert "已存妥" in matter
    assert "县委巡察办" in matter

    printed = await clerk.page("/todo/print")
    assert "☐ 签收" in printed
    assert "县水务局" not in printed


async def test_what_is_for_named_persons_only_asks_why_first_and_stands_in_no_address(desk: Desk):
    closed = desk.audit.sends("new_info.notice", "inspection", new_info(content.NEW_INFO_SUBJECT_MEMBER)).letter_id
    leader = await desk.at("leader")
    before = words(await leader.page(f"/letters/{closed}"))
    assert "查看前请写明理由" in before
    assert "签证" not in before

    unexplained = await leader.sends(f"/letters/{closed}", f"/letters/{closed}/read", read_reason=" ")
    assert "签证" not in unexplained.text
    read = await leader.sends(f"/letters/{closed}", f"/letters/{closed}/read", read_reason="审核后续办理")
    assert "签证不规范" in read.text
    assert "read_reason" not in str(read.url)


async def test_a_page_that_refreshes_itself_reads_no_letter(desk: Desk):
    clerk = await desk.at()
    answer = await clerk.client.get(desk.letter, headers={"x-live": "1"})

    assert answer.status_code == 200
    assert "县水务局" not in answer.text
    assert "未读" in words(await clerk.page("/letters?direction=in"))


async def test_a_letter_that_is_not_there_is_not_there(desk: Desk):
    assert "没有" in await (await desk.at()).page("/letters/nothing-of-that-id", status=404)


@pytest.mark.parametrize("path", ["/", "/todo/print", "/letters", "/matters", "/ledgers", "/ledgers/names"])
async def test_every_list_reads_in_english(desk: Desk, path: str):
    clerk = await desk.at("clerk", "en")
    page = (await clerk.page(path)).split("<main", 1)[1].split("</main>")[0]
    known = re.sub(r"青巡办函〔\d+〕\d+号|人clerk", "", page)
    assert not re.search(r"[一-鿿]", words(known)), words(known)


async def test_administrators_see_what_they_have_to_look_at_instead(desk: Desk):
    page = await (await desk.at("system")).page("/")
    assert "待查看的告警" in page
    assert "本单位应办" not in page
