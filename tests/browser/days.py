"""What people do at their desks, step by step, whatever the language and whether scripts are on."""

from __future__ import annotations

from playwright.sync_api import expect

from deploy.demo.offices import PASSWORD
from guantong.exchange.v1 import content_pb2 as content
from tests.browser.desks import Desk


def take_on(clerk: Desk) -> str:
    """The newest letter that came: signed for and taken on; the id of its matter."""
    clerk.open_newest("direction=in&kind=info.request")
    clerk.picture(f"day-{clerk.language}-letter")
    clerk.press("签收")
    clerk.press("受理")
    expect(clerk.page.locator("#dates")).to_contain_text("A3.2h")
    link = clerk.page.locator("main a[href^='/matters/']").first.get_attribute("href")
    assert link
    return link.removeprefix("/matters/")


def finish_draft(clerk: Desk, matter_id: str) -> str:
    """The drafted reply: every open section is answered, unit by unit, then it is handed up; where it is."""
    clerk.open(f"/matters/{matter_id}")
    clerk.picture(f"day-{clerk.language}-matter")
    clerk.page.locator("main a[href^='/drafts/']").first.click()
    clerk.picture(f"day-{clerk.language}-draft")
    clerk.follow("编辑")
    while True:
        answer_open_sections(clerk)
        onward = clerk.button("保存并看下一对象")
        if not onward.count():
            break
        clerk.press("保存并看下一对象")
    clerk.press("保存并返回文稿")
    clerk.press("送核稿")
    return clerk.path


def answer_open_sections(clerk: Desk) -> None:
    """What nobody has answered is not held here."""
    for choice in clerk.page.locator("main select[name$='.state']").all():
        if choice.input_value() == str(content.SECTION_STATE_UNSPECIFIED):
            choice.select_option(str(content.SECTION_STATE_NOT_HELD))


def sign_waiting(leader: Desk) -> None:
    """Everything that waits to be signed, with the password once more."""
    leader.open("/drafts/sign")
    for box in leader.page.locator("main input[type=checkbox]").all():
        box.check()
    leader.picture(f"day-{leader.language}-sign")
    leader.page.locator("main input[name=password]").fill(PASSWORD)
    leader.press("签发所勾选的")
    expect(leader.page.locator("main tr.attention")).to_have_count(0)
