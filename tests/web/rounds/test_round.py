"""A round before entry in the browser alone: planned, decided, its letters drafted and checked in one go, its team."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.web.browsing import Browser
from tests.web.rounds.conftest import Hub

SCAN = b"%PDF the minutes"
_DECISION = re.compile(r'<option value="([0-9a-f-]{36})"')
_DIGEST = re.compile(r'name="(digest|scan_digest)" value="([0-9a-f]+)"')
_DRAFT = re.compile(r'name="draft" value="([^"]+)"')


@dataclass
class Round:
    """A round at its page."""

    hub: Hub
    path: str

    @property
    def round_id(self) -> str:
        return self.path.rpartition("/")[2]

    async def moves(self, act: str, **typed: str) -> str:
        clerk = await self.hub.at("clerk")
        return (await clerk.sends(self.path, f"{self.path}/move", act=act, **typed)).text

    async def decides(self, act: str, *, persons: str = "") -> str:
        """The clerk records that the leading group decided this on the round's unit; the deputy confirms it."""
        clerk, deputy = await self.hub.at("clerk"), await self.hub.at("deputy")
        typed = {
            "round": self.round_id,
            "acts": act,
            "unit": "U01",
            "decided_by": "leading_group",
            "number": "会纪〔２０２６〕3号",
            "decided_date": "2026-03-02",
            "form": "1",
            "participants": "组长、副组长",
            "more_persons": persons,
        }
        page = f"/decisions/new?act={act}&round={self.round_id}"
        entered = await clerk.uploads(page, "/decisions/new", ("a.pdf", SCAN), **typed)
        assert "已登记, 待他人确认" in entered.text
        path = entered.url.path
        shown = dict(_DIGEST.findall(await deputy.page(path)))
        other = await deputy.uploads(path, f"{path}/confirm", ("b.pdf", b"another"), **shown)
        assert "SCAN_DIFFERS" in other.text
        confirmed = await deputy.uploads(path, f"{path}/confirm", ("a.pdf", SCAN), **shown)
        assert "会纪〔2026〕3号" in confirmed.text
        assert "已确认" in confirmed.text
        return path.rpartition("/")[2]


@pytest.fixture
async def planned(hub: Hub) -> Round:
    """A round with one unit whose plan is submitted."""
    clerk = await hub.at("clerk")
    made = await clerk.sends(
        "/rounds/new",
        "/rounds/new",
        name="十五届县委第八轮巡察",
        term_no="15",
        year="２０２６",
        seq="8",
        kind="routine",
        site_from_date="2026-03-16",
        site_to_date="2026-05-08",
    )
    current = Round(hub, made.url.path)
    units = await clerk.page(f"{current.path}/units")
    assert "县水务局" in units
    added = await clerk.sends(f"{current.path}/units", f"{current.path}/units", unit="U01")
    assert "已列入 1 个对象" in added.text
    assert "现为: 方案已报" in await current.moves("submit_plan")
    return current


async def fixed(current: Round) -> Browser:
    """Its plan agreed and its targets fixed, each by a recorded decision; the clerk who did it."""
    clerk = await current.hub.at("clerk")
    plan = await current.decides("plan.agree")
    assert "现为: 方案已定" in await current.moves("agree_plan", decision=plan)
    targets = await current.decides("targets.fix")
    done = await clerk.sends(current.path, f"{current.path}/fix", decision=targets)
    assert "对象已定" in done.text
    return clerk


@pytest.mark.article("A2.1c")
async def test_the_plan_is_not_agreed_without_a_confirmed_decision(planned: Round):
    assert "DECISION" in await planned.moves("agree_plan")


async def test_whoever_recorded_a_decision_cannot_confirm_it(planned: Round):
    await planned.decides("plan.agree")
    clerk = await planned.hub.at("clerk")

    missing = await clerk.sends("/decisions/new", "/decisions/new", number="会纪9号", participants="甲某、乙某")
    assert "SCAN_MISSING" in missing.text
    assert "甲某、乙某" in missing.text


@pytest.mark.article("A3.2a")
async def test_the_letters_are_drafted_in_one_go_and_checked_as_one_batch(planned: Round):
    clerk, reviewer = await fixed(planned), await planned.hub.at("reviewer")
    page = f"{planned.path}/letters"
    await clerk.sends(page, f"{planned.path}/opinions", reply_by_date="2026-03-06", contact="综合股")
    made = await clerk.sends(page, f"{planned.path}/requests", contact="综合股")
    assert "已拟 6 份函" in made.text

    drafts = _DRAFT.findall(made.text)
    assert len(drafts) == 8
    submitted = await _batch(clerk, page, "submit", drafts)
    assert "8 份已办理" in submitted
    approved = await _batch(reviewer, page, "approve", drafts)
    assert "8 份已办理" in approved
    again = await _batch(reviewer, page, "approve", drafts[:1])
    assert "有的未办成" in again

    leader = await planned.hub.at("leader")
    waiting = await leader.page("/drafts/sign")
    assert "8 份" in waiting
    assert "A1.2b" in waiting
    matrix = await clerk.page(f"{planned.path}/matrix")
    assert "县水务局" in matrix
    assert "未发" in matrix


@pytest.mark.article("A2.1e")
async def test_members_of_an_authorized_team_find_their_unit_and_nobody_else_does(planned: Round):
    clerk, leader = await fixed(planned), await planned.hub.at("leader")
    person = planned.hub.team_leader_person
    page = f"/team/teams?round={planned.round_id}"
    assert person in await leader.page(page)
    rows: dict[str, Any] = {
        "member_role": ["leader", "deputy"],
        "member_person": [person, "p2"],
        "member_name": ["", "庚某"],
        "member_body": ["discipline", "finance"],
        "member_unit": ["", ""],
    }
    formed = await leader.sends(page, "/team/teams", round=planned.round_id, team_no="1", unit="U01", **rows)
    assert "已组建" in formed.text
    team = re.search(r"/team/teams/([^/]+)/authorize", formed.text)
    assert team is not None
    decision = await planned.decides("team.authorize", persons=f"{person}、p2")
    dates = {"from_date": "2026-03-02", "to_date": "2026-05-08"}
    done = await clerk.sends(
        page, f"/team/teams/{team[1]}/authorize", round=planned.round_id, decision=decision, **dates
    )
    assert "已授权" in done.text

    guest = await planned.hub.at("guest")
    assert f"{planned.path}/briefings/U01" in await guest.page("/team")
    assert "您今日没有获授权的巡察对象" in await clerk.page("/team")
    sheet = await guest.sends(f"{planned.path}/briefings/U01", f"{planned.path}/briefings/U01", what="sheet")
    assert "材料齐全情况" in sheet.text
    leads = await guest.sends(f"{planned.path}/briefings/U01", f"{planned.path}/briefings/U01", what="leads")
    assert leads.status_code >= 400

    ended = await leader.sends(page, f"/team/teams/{team[1]}/revoke", round=planned.round_id, explanation="调整分工")
    assert "授权已终止" in ended.text
    assert "您今日没有获授权的巡察对象" in await guest.page("/team")


async def _batch(browser: Browser, page: str, act: str, drafts: list[str]) -> str:
    return (await browser.sends(page, page, act=act, draft=drafts)).text  # type: ignore[arg-type]  # several of one name
