"""The side that opened a matter reminds, moves and stops its dates, and records what came by telephone or on paper."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty
from tests.integration.correspondence.letters_for_tests import request, signed_for
from tests.integration.people.people_for_tests import Office as People
from tests.web.browsing import Browser, gateway_before

_DATE = re.compile(r'href="(/matters/[^"]+/dates/[^"]+)"')
BECAUSE = {"explanation": "材料较多", "approver": "分管副主任"}


@pytest.fixture
async def opener(office_county: OfficeCounty, tmp_path: Path) -> AsyncIterator[tuple[Browser, str, str]]:
    """A clerk of the office, the matter that audit has signed for, and one that nobody has."""
    office, _audit, dated = await signed_for(office_county)
    waiting = office.sends("info.request", "audit", request(office_county.book, "audit")).letter_id
    await office_county.deliver()
    staff = await People(office.node.database, office_county.clock).found()
    await staff.hire("clerk", Role.CLERK)
    async with gateway_before(office, office_county.clock, tmp_path) as gateways:
        yield await gateways.at("clerk"), f"/matters/{dated}", f"/matters/{waiting}"


async def date_of(clerk: Browser, matter: str) -> str:
    """The address of the matter's one date."""
    found = _DATE.search(await clerk.page(matter))
    assert found is not None
    return found[1]


@pytest.mark.article("A3.2h")
async def test_a_date_moves_with_a_reason_and_the_first_one_stays_in_sight(opener: tuple[Browser, str, str]):
    clerk, matter, _ = opener
    date = await date_of(clerk, matter)
    refused = await clerk.sends(date, f"{date}/extend", amount="３", explanation="", approver="分管副主任")
    assert refused.status_code >= 400
    assert 'value="分管副主任"' in refused.text

    moved = await clerk.sends(date, f"{date}/extend", amount="３", **BECAUSE)
    assert "已延期至 2026年3月12日 周四。" in moved.text
    assert "原定 2026年3月9日 周一" in moved.text


async def test_a_clock_stops_and_runs_again(opener: tuple[Browser, str, str]):
    clerk, matter, _ = opener
    date = await date_of(clerk, matter)
    stopped = await clerk.sends(date, f"{date}/suspend", **BECAUSE)
    assert "– 已中止" in " ".join(re.sub(r"<[^>]*>", " ", stopped.text).split())

    running = await clerk.sends(date, f"{date}/resume", **BECAUSE)
    assert "期限已恢复" in running.text


async def test_a_telephone_call_that_came_too_early_is_refused_and_what_was_typed_stays(
    opener: tuple[Browser, str, str],
):
    clerk, _, waiting = opener
    bad = await clerk.sends(waiting, f"{waiting}/deem", telephoned_post="办公室主任", at="昨天")
    assert bad.status_code == 422
    early = await clerk.sends(waiting, f"{waiting}/deem", telephoned_post="办公室主任", at="2026-03-02T08:59")
    assert "DEEMED_TOO_EARLY" in early.text
    assert 'value="办公室主任"' in early.text


async def test_a_slip_signed_on_paper_starts_the_date_and_only_its_digest_is_taken(opener: tuple[Browser, str, str]):
    clerk, _, waiting = opener
    signed = await clerk.uploads(
        waiting,
        f"{waiting}/paper",
        ("slip.jpg", b"a scan"),
        step="signed_for",
        at="2026-03-02T09:00",
        signed_for_by="丙",
    )
    assert "已登记纸质送达。" in signed.text
    assert "(纸质)" in signed.text
    assert "2026年3月9日" in signed.text


async def test_a_reminder_goes_out_and_stands_in_the_history(opener: tuple[Browser, str, str]):
    clerk, matter, _ = opener
    reminded = await clerk.sends(matter, f"{matter}/remind", text="请按期函复")
    assert "已发出催办。" in reminded.text
