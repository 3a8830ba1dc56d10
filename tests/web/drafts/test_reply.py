"""A drafted reply in the browser: written by two at once, checked, returned, signed as shown, and not twice."""

from __future__ import annotations

import re

import pytest

from tests.integration.people.people_for_tests import PASSWORD
from tests.web.browsing import Browser
from tests.web.drafts.conftest import Replying

STATE, TEXT = "v:units.0.sections.0.state", "v:units.0.sections.0.text"
_HIDDEN = re.compile(r'name="((?:revision|digest):[^"]+)" value="([^"]*)"')


async def writes(browser: Browser, replying: Replying, text: str, revision: int, **more: str) -> str:
    """What the editor answers once `text` is typed on that revision."""
    page = f"{replying.page}/edit?unit=U01"
    typed = {"revision": str(revision), "unit": "U01", STATE: "1", TEXT: text, **more}
    return (await browser.sends(page, f"{replying.page}/edit", **typed)).text


async def handed_on(replying: Replying, text: str = "经查阅台账，情况如下。") -> None:
    """Written, submitted and approved."""
    clerk, reviewer = await replying.at("clerk"), await replying.at("reviewer")
    assert "已存为第 2 稿" in await writes(clerk, replying, text, 1)
    sent = await clerk.sends(replying.page, f"{replying.page}/submit", revision="2", to="review")
    assert "已送出, 现为: 核稿" in sent.text
    approved = await reviewer.sends(replying.page, f"{replying.page}/approve", revision="2")
    assert "核稿通过, 已送签" in approved.text


async def signing_form(leader: Browser, replying: Replying) -> dict[str, str]:
    """What the signing page sends back of what it showed."""
    return dict(_HIDDEN.findall(await leader.page(f"{replying.page}/sign")))


@pytest.mark.article("A3.2h")
async def test_the_draft_shows_each_section_with_unit_and_state(replying: Replying):
    page = await (await replying.at("clerk")).page(replying.page)

    assert "县水务局" in page
    assert "近三年审计情况" in page
    assert "此类函件签发前须核稿" in page


async def test_two_clerks_at_once_see_both_versions_and_nobodys_words_are_lost(replying: Replying):
    one, two = await replying.at("clerk"), await replying.at("second")
    assert "已存为第 2 稿" in await writes(one, replying, "甲写的：共４个。", 1)

    both = await writes(two, replying, "乙写的。", 1)
    assert "两人同时修改" in both
    assert "甲写的：共4个。" in both
    assert "乙写的。" in both

    assert "已存为第 3 稿" in await writes(two, replying, "乙写的, 并入甲的。", 2)
    newest = await one.page(replying.page)
    assert "乙写的, 并入甲的。" in newest
    changes = await one.page(f"{replying.page}/changes?since=2&to=3")
    assert "<del>甲写的：共4个。</del>" in changes


async def test_theirs_can_be_taken_instead_of_ones_own(replying: Replying):
    one, two = await replying.at("clerk"), await replying.at("second")
    await writes(one, replying, "甲写的。", 1)
    said = await writes(two, replying, "乙写的。", 2, **{"c:units.0.sections.0.text": "theirs", "remarks": ""})

    assert "甲写的。" in said
    assert "乙写的。" not in said


@pytest.mark.article("A3.2h")
async def test_a_leader_signs_what_was_shown_once_however_often_it_is_sent(replying: Replying):
    await handed_on(replying)
    leader = await replying.at("leader")
    shown = await signing_form(leader, replying)

    wrong = await leader.sends(f"{replying.page}/sign", f"{replying.page}/sign", password="wrong", **shown)
    assert "密码不正确" in wrong.text
    same = {**shown, "password": PASSWORD, "request_id": "the-same"}
    first = await leader.sends(f"{replying.page}/sign", f"{replying.page}/sign", **same)
    again = await leader.sends(replying.page, f"{replying.page}/sign", **same)

    assert "函件已发出" in first.text
    assert "函件已发出" in again.text
    await replying.county.deliver()
    opened = replying.county.offices["inspection"].matter(replying.letter_id)
    assert [act.event.value for act in opened.acts].count("answered") == 1


async def test_what_was_not_shown_is_not_signed(replying: Replying):
    await handed_on(replying)
    leader = await replying.at("leader")
    shown = await signing_form(leader, replying)
    shown[f"digest:{replying.draft_id}"] = "00" * 32

    answer = await leader.sends(f"{replying.page}/sign", f"{replying.page}/sign", password=PASSWORD, **shown)

    assert "NOT_WHAT_WAS_SHOWN" in answer.text


async def test_a_returned_draft_shows_its_remarks_and_next_time_what_changed(replying: Replying):
    await handed_on(replying, "第一次的文字。")
    leader, clerk = await replying.at("leader"), await replying.at("clerk")
    shown = await signing_form(leader, replying)
    path = f"{replying.page}/sign"
    empty = await leader.sends(path, f"{path}/return", remarks="", **shown)
    assert "REMARKS_MISSING" in empty.text
    returned = await leader.sends(path, f"{path}/return", remarks="请核实整改情况", **shown)
    assert "已退回修改" in returned.text
    assert "请核实整改情况" in await clerk.page(replying.page)

    await writes(clerk, replying, "第二次的文字。", 2)
    await clerk.sends(replying.page, f"{replying.page}/submit", revision="3", to="review")
    reviewer = await replying.at("reviewer")
    await reviewer.sends(replying.page, f"{replying.page}/approve", revision="3")

    page = await leader.page(path)
    assert "<del>第一次的文字。</del>" in page
    assert "<ins>第二次的文字。</ins>" in page


async def test_several_are_signed_at_once_and_a_refused_one_is_told_by_itself(replying: Replying):
    await handed_on(replying)
    leader = await replying.at("leader")
    shown = await signing_form(leader, replying)
    wanted = {**shown, "draft": replying.draft_id, "listed": replying.draft_id, "password": PASSWORD}

    nothing = await leader.sends("/drafts/sign", "/drafts/sign", **{**wanted, "draft": ""})
    assert "NOTHING_TICKED" in nothing.text
    done = await leader.sends("/drafts/sign", "/drafts/sign", **wanted)
    assert "已签发 1 份, 未签发 0 份" in done.text
    refused = await leader.sends("/drafts", "/drafts/sign", **wanted)
    assert "未签发 1 份" in refused.text


async def test_a_discarded_draft_keeps_its_reason_and_loses_its_words(replying: Replying):
    clerk = await replying.at("clerk")
    await writes(clerk, replying, "不该留下的文字。", 1)
    await clerk.sends(replying.page, f"{replying.page}/discard", revision="2", reason="另起一稿")

    page = await clerk.page(replying.page)
    assert "另起一稿" in page
    assert "不该留下的文字" not in page


async def test_a_file_is_added_listed_fetched_and_taken_out(replying: Replying):
    clerk = await replying.at("clerk")
    added = await clerk.uploads(replying.page, f"{replying.page}/files", ("..\\照片 1.txt", b"text"), revision="1")
    assert "已添加附件" in added.text
    fetched = await clerk.client.get(f"{replying.page}/files", params={"name": "照片 1.txt"})
    assert fetched.content == b"text"
    assert fetched.headers["content-disposition"].startswith("attachment")
    gone = await clerk.sends(replying.page, f"{replying.page}/files/remove", revision="2", file_name="照片 1.txt")
    assert "已移除附件" in gone.text
    missing = await clerk.sends(replying.page, f"{replying.page}/files", revision="3")
    assert "FILE_MISSING" in missing.text
