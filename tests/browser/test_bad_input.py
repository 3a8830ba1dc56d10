"""Input as in life: nobody's words are lost, nothing is done twice, and what is refused says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from deploy.demo.offices import PASSWORD
from deploy.demo.story import Story
from guantong.node.v1 import sessions_service_pb2 as sessions
from guantong.node.v1 import sessions_service_pb2_grpc as sessions_rpc
from tests.browser.conftest import Sit
from tests.browser.county import Town
from tests.browser.desks import Desk

BODY = "organization"
FROM_WORD = (
    "一、“十四五”期间\u00a0完成\u200b情况\r\n\uf0b7\t新建项目 12\u202f个\x0b（含续建）\u00ad；\r\n\r\n二、其他。"
)
TOO_LARGE = 202 * 2**20


@pytest.fixture(scope="module")
def draft(town: Town, open_work: Story) -> str:
    """The address of a drafted reply that both of the body's clerks may work on."""
    assert open_work
    office = town.office(BODY)
    (found,) = office.open_drafts("info.reply")[:1]
    for login in ("clerk", "deputy"):
        town.name(BODY, login, found.address.matter_id)
    return f"/drafts/{found.draft_id}"


def writing(desk: Desk, draft: str) -> Locator:
    """The draft is open to be written in; its first long text."""
    desk.open(f"{draft}/edit")
    return desk.page.locator("main textarea").first


def revisions(desk: Desk, draft: str) -> int:
    """How often the draft was stored."""
    desk.open(draft)
    return desk.page.locator("#history li").count()


def test_text_pasted_from_word_is_kept_without_what_nobody_sees(sit: Sit, draft: str):
    desk = sit(BODY, "clerk")
    field = writing(desk, draft)

    field.fill(FROM_WORD)
    desk.press("保存")

    kept = writing(desk, draft).input_value()
    assert "“十四五”期间" in kept
    assert "二、其他。" in kept
    assert not set(kept) & set("\u200b\x0b\u00ad\r")


def test_a_double_click_stores_once(sit: Sit, draft: str):
    desk = sit(BODY, "clerk")
    before = revisions(desk, draft)
    writing(desk, draft).fill("双击保存的文字。")

    desk.button("保存").dblclick()
    desk.page.wait_for_load_state("networkidle")

    assert revisions(desk, draft) == before + 1


def test_whoever_goes_back_and_stores_again_keeps_the_new_words(sit: Sit, draft: str):
    desk = sit(BODY, "clerk")
    writing(desk, draft).fill("第一次的文字。")
    desk.press("保存并返回文稿")
    desk.page.go_back()

    desk.page.locator("main textarea").first.fill("退回后改写的文字。")
    desk.button("保存").click()
    desk.page.wait_for_load_state()

    assert "退回后改写的文字。" in desk.page.locator("main").inner_text() + "".join(
        one.input_value() for one in desk.page.locator("main textarea").all()
    )


def test_two_clerks_on_one_draft_both_find_their_words(sit: Sit, draft: str):
    one, other = sit(BODY, "clerk"), sit(BODY, "deputy")
    first, second = writing(one, draft), writing(other, draft)
    first.fill("经办人写的文字。")
    one.press("保存")

    second.fill("复核人写的文字。")
    other.button("保存").click()

    expect(other.page.locator("main")).to_contain_text("经办人写的文字。")
    assert other.page.locator("main fieldset textarea").first.input_value() == "复核人写的文字。"
    other.picture("two-clerks-on-one-draft")
    assert other.accessible() == []
    other.press("合并后保存")
    assert writing(one, draft).input_value() == "复核人写的文字。"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_session_that_ended_while_typing_costs_no_words(sit: Sit, town: Town, draft: str, *, scripts: bool):
    desk = sit(BODY, "clerk", scripts=scripts)
    words = f"会话结束前写的文字{scripts}。"
    writing(desk, draft).fill(words)
    channel = town.office(BODY).clerk.channel
    sessions_rpc.SessionsServiceStub(channel).EndOtherSessions(sessions.EndOtherSessionsRequest())

    desk.button("保存").click()
    expect(desk.page.locator("main .notice")).to_contain_text("已保留")
    desk.page.locator("[name=login]").fill("clerk")
    desk.page.locator("[name=password]").fill(PASSWORD)
    desk.press("登录")
    desk.picture("kept-words")
    desk.press("继续提交")

    assert writing(desk, draft).input_value() == words


def test_a_file_that_is_too_large_is_refused_in_words(sit: Sit, draft: str, tmp_path: Path):
    file = tmp_path / "photos.zip"
    with file.open("wb") as out:
        out.truncate(TOO_LARGE)
    desk = sit(BODY, "clerk")
    desk.open(draft)

    desk.page.locator("input[type=file]").set_input_files(file)
    desk.button("上传").click()

    expect(desk.page.locator("main .problem")).to_contain_text("200")
    assert desk.accessible() == []
