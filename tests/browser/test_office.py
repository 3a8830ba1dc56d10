"""The inspection office's round in the browser: plan, decisions, targets, letters, matrix, reply accepted, briefing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from services.chassis.clock import BEIJING
from tests.browser.conftest import Sit
from tests.browser.county import Town
from tests.browser.days import finish_draft, sign_waiting, take_on
from tests.browser.desks import Desk
from tests.browser.scenes import next_seq

UNITS = ("U01", "U02")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Hub:
    """The office's people at their desks, and the paper that a decision was taken on."""

    clerk: Desk
    deputy: Desk
    reviewer: Desk
    leader: Desk
    scan: Path
    today: str


@pytest.fixture
def hub(sit: Sit, town: Town, tmp_path: Path) -> Hub:
    scan = tmp_path / "minutes.pdf"
    scan.write_bytes(b"%PDF-1.7 minutes")
    today = town.story.clock.now().astimezone(BEIJING).date().isoformat()
    clerk, deputy, reviewer, leader = (sit("inspection", who) for who in ("clerk", "deputy", "reviewer", "leader"))
    return Hub(clerk, deputy, reviewer, leader, scan, today)


def plan(hub: Hub, town: Town) -> str:
    """A round with two units, as far as its agreed plan; its address. Numbers are typed full-width, as some do."""
    desk, day = hub.clerk, town.story.clock.now().astimezone(BEIJING).date()
    desk.open("/rounds/new")
    seq = str(next_seq(town)).translate(FULL_WIDTH)
    for name, typed in (("name", "由浏览器拟定的一轮"), ("term_no", "１５"), ("year", "２０２６"), ("seq", seq)):
        desk.page.locator(f"[name={name}]").fill(typed)
    desk.page.locator("[name=site_from_date]").fill((day + timedelta(days=14)).isoformat())
    desk.page.locator("[name=site_to_date]").fill((day + timedelta(days=60)).isoformat())
    desk.press("新建")
    path = desk.path
    desk.open(f"{path}/units")
    for unit in UNITS:
        desk.page.locator(f"[name=unit][value={unit}]").check()
    desk.press("列入所选")
    desk.open(path)
    forward(desk)
    decide(hub, path, "plan.agree")
    desk.open(path)
    forward(desk)
    return path


def decide(hub: Hub, path: str, act: str) -> None:
    """One clerk enters what was decided, another compares it with the paper and confirms."""
    desk = hub.clerk
    desk.open(f"/decisions/new?act={act}&round={path.removeprefix('/rounds/')}")
    desk.page.locator("[name=number]").fill(f"会纪〔2026〕{act}")
    desk.page.locator("[name=decided_date]").fill(hub.today)
    desk.page.locator("[name=participants]").fill("组长、副组长")
    for box in desk.page.locator("[name=unit]").all():
        box.check()
    desk.page.locator("[name=scan]").set_input_files(hub.scan)
    desk.press("登记")
    hub.deputy.open(desk.path)
    hub.deputy.press("核对无误, 确认")


def forward(desk: Desk) -> None:
    """The round's next step."""
    desk.page.locator("#next button.primary").first.click()
    assert not desk.refusal(), desk.refusal()


@pytest.mark.article("A1.2b")
def test_a_round_from_its_plan_to_an_accepted_reply(sit: Sit, town: Town, hub: Hub):
    asked = len(town.office("audit").received("info.request"))
    answered = len(town.office("inspection").received("info.reply"))
    path = plan(hub, town)
    decide(hub, path, "targets.fix")
    hub.clerk.open(path)
    hub.clerk.press("确定巡察对象")

    hub.clerk.open(f"{path}/letters")
    hub.clerk.page.locator("#f-contact2").fill("巡察办综合股")
    hub.clerk.press("一次拟好, 每单位一份")
    hub.clerk.open(f"{path}/letters")
    hub.clerk.press("所选送核稿")
    hub.reviewer.open(f"{path}/letters")
    hub.reviewer.press("所选核稿通过, 送签")
    sign_waiting(hub.leader)
    town.story.wait("a letter at audit", lambda: len(town.office("audit").received("info.request")) > asked)

    clerk, reviewer, leader = (sit("audit", who) for who in ("clerk", "reviewer", "leader"))
    matter_id = take_on(clerk)
    town.name("audit", "clerk", matter_id)
    draft = finish_draft(clerk, matter_id)
    reviewer.open(draft)
    reviewer.press("核稿通过, 送签")
    sign_waiting(leader)
    town.story.wait("the reply", lambda: len(town.office("inspection").received("info.reply")) > answered)

    hub.clerk.open(f"{path}/matrix")
    hub.clerk.picture("office-matrix")
    row = hub.clerk.page.locator("#matrix tbody tr", has_text="县审计局")
    row.get_by_role("link", name="审看答复").click()
    hub.clerk.press("接受答复, 办结")
    hub.clerk.open(f"{path}/matrix")
    expect(row).to_contain_text("已办结")


def test_a_team_leader_takes_the_briefing_and_its_leads(sit: Sit):
    desk = sit("inspection", "team1")
    desk.open("/team")
    desk.picture("team-corner")
    desk.page.locator("#units a[href*='/briefings/']").first.click()
    desk.press("看材料齐全情况")
    expect(desk.page.locator("main table tbody tr").first).to_be_visible()

    with desk.page.expect_download() as briefing:
        desk.button("下载汇编 DOCX").click()
    desk.page.locator("[name=reason]").fill("进驻前准备")
    with desk.page.expect_download() as leads:
        desk.button("下载线索另册 DOCX").click()

    assert briefing.value.suggested_filename.endswith(".docx")
    assert leads.value.suggested_filename.endswith(".docx")
