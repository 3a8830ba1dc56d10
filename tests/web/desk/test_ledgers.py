"""A clerk's way with a ledger: an empty sheet, a preview that changes nothing, the very same file imported."""

from __future__ import annotations

import csv
import io
import re

from tests.web.desk.conftest import Desk

LEDGER = "/ledgers/audit_projects"
_HELD = re.compile(r'name="held" value="([^"]+)"')


async def sheet(desk: Desk, **cells: str) -> bytes:
    """A CSV with one row: what is given, and something that fits elsewhere."""
    empty = (await (await desk.at()).client.get(f"{LEDGER}/empty.csv")).content.decode("utf-8-sig")
    headers = next(csv.reader(io.StringIO(empty)))
    out = io.StringIO()
    csv.writer(out).writerows([headers, [cells.get(header, "") for header in headers]])
    return out.getvalue().encode()


GOOD = {
    "项目编号": "SJ2026-001",
    "项目年度": "２０２５",
    "项目名称": "县水务局财务收支审计",
    "项目类型": "预算执行",
    "被审计单位": "县水务局",
    "报告日期": "2026年2月10日",
}


async def test_a_preview_changes_nothing_and_the_very_same_file_is_then_imported(desk: Desk):
    clerk = await desk.at()
    file = ("项目.csv", await sheet(desk, **GOOD))
    told = await clerk.uploads(f"{LEDGER}/import", f"{LEDGER}/import", file)

    assert "检查无误" in told.text
    assert "本台账还没有内容" in await clerk.page(LEDGER)
    held = _HELD.search(told.text)
    assert held is not None
    done = await clerk.sends(f"{LEDGER}/import", f"{LEDGER}/import/confirm", held=held[1])
    assert "已导入: 新增 1 行" in done.text
    assert "县水务局财务收支审计" in done.text
    twice = await clerk.sends(f"{LEDGER}/import", f"{LEDGER}/import/confirm", held=held[1])
    assert "请先查看台账是否已有这些行" in twice.text


async def test_bad_rows_are_told_by_row_column_and_reason_and_nothing_can_be_confirmed(desk: Desk):
    clerk = await desk.at()
    file = ("项目.csv", await sheet(desk, **(GOOD | {"报告日期": "昨天"})))
    told = await clerk.uploads(f"{LEDGER}/import", f"{LEDGER}/import", file)

    assert re.search(r'<td class="number">2</td><td>报告日期', told.text)
    assert _HELD.search(told.text) is None


async def test_what_was_previewed_is_held_for_its_sender_alone_and_for_minutes(desk: Desk):
    clerk = await desk.at()
    file = ("项目.csv", await sheet(desk, **GOOD))
    held = _HELD.search((await clerk.uploads(f"{LEDGER}/import", f"{LEDGER}/import", file)).text)
    assert held is not None

    desk.county.clock.advance(minutes=16)
    late = await clerk.sends(f"{LEDGER}/import", f"{LEDGER}/import/confirm", held=held[1])
    assert late.status_code == 409
    assert "本台账还没有内容" in await clerk.page(LEDGER)


async def test_a_file_larger_than_a_ledger_may_be_is_refused_with_what_to_do(desk: Desk):
    clerk = await desk.at()
    file = ("大.csv", b"x" * (31 * 2**20))
    told = await clerk.uploads(f"{LEDGER}/import", f"{LEDGER}/import", file)

    assert "文件为 31 MiB, 台账文件不得超过 30 MiB" in told.text


async def test_no_file_is_no_mistake_of_ours(desk: Desk):
    clerk = await desk.at()
    told = await clerk.sends(f"{LEDGER}/import", f"{LEDGER}/import")
    assert "没有选择文件" in told.text


async def test_leaders_read_rows_and_are_offered_no_import(desk: Desk):
    page = await (await desk.at("leader")).page(LEDGER)
    assert f'href="{LEDGER}/import"' not in page
