"""Ledgers over the node's own API: clerks import and withdraw, a repeated request is one import."""

from __future__ import annotations

import grpc
import pytest

from guantong.node.v1 import ledgers_service_pb2 as pb
from services.chassis.errors import GuantongError
from tests.integration.ledgers.ledgers_for_tests import ISSUES, PETITIONS, csv_bytes
from tests.integration.ledgers.serving_for_tests import PETITION_HEADER, Served

HEADER = "编号,单位名称,责任人,发现日期,上报月份,问题数,得分,金额,整改情况,类别,是否公开"
GOOD = csv_bytes(HEADER, "S-1,县水务局,,2026-03-02,,,,1,,,")
WHY = "核对台账"
BAD = csv_bytes(HEADER, "S-1,县水务局,,昨天,,,,1,,,")


async def test_a_clerk_checks_a_file_first_and_then_imports_it(served: Served):
    checked = await served.put(GOOD, "r-1", dry_run=True)
    assert (checked.imported, checked.added_count, served.changes) == (False, 1, [])

    imported = await served.put(GOOD, "r-2")
    assert (imported.imported, imported.added_count, len(served.changes)) == (True, 1, 1)
    assert served.entries("ledger.imported")[0]["by"] == "clerk"

    listed = await served.call("Ledgers", pb.ListLedgersRequest(), "reviewer")
    assert [(one.name, one.row_count) for one in listed.ledgers] == [("test_issues", 1), ("test_petitions", 0)]
    assert "金额（元）" in listed.ledgers[0].headers


async def test_a_repeated_request_is_one_import(served: Served):
    first, again = await served.put(GOOD, "r-1"), await served.put(GOOD, "r-1")

    assert first == again
    assert len(served.entries("ledger.imported")) == len(served.changes) == 1


async def test_a_bad_row_is_named_by_number_and_reason(served: Served):
    answer = await served.put(BAD, "r-1")

    assert not answer.imported
    (problem,) = answer.problems
    assert (problem.row, problem.column, problem.reason) == (2, "发现日期", "NOT_A_DATE")
    assert problem.message_zh.startswith("第 2 行“发现日期”：")
    assert served.changes == []


async def test_what_is_no_spreadsheet_or_no_ledger_is_refused_with_a_reason(served: Served):
    for data, ledger, reason in (
        (b"\xd0\xcf\x11\xe0", ISSUES.name, "SPREADSHEET_UNREADABLE"),
        (GOOD, "nothing", "LEDGER_UNKNOWN"),
    ):
        with pytest.raises(GuantongError) as refused:
            await served.put(data, "r-1", ledger=ledger)
        assert refused.value.reason == reason


async def test_rows_come_in_pages_and_by_name_without_a_petitions_words(served: Served):
    lines = [f"X-{number},2026-01-05,云岭镇,村组,原话{number},张大山,13800138000" for number in range(5)]
    await served.put(csv_bytes(PETITION_HEADER, *lines), "r-1", ledger=PETITIONS.name)

    pages: list[pb.ListRowsResponse] = []
    token = ""
    while token or not pages:
        request = pb.ListRowsRequest(ledger=PETITIONS.name, page_size=2, page_token=token, read_reason=WHY)
        pages.append(await served.call("Ledgers", request))
        token = pages[-1].next_page_token
    rows = [row for page in pages for row in page.rows]
    assert [len(page.rows) for page in pages] == [2, 2, 1]
    assert list(pages[0].headers) == ["编号", "受理日期", "单位名称", "管理权限"]
    assert [row.cells[0] for row in rows] == [f"X-{number}" for number in range(5)]
    told = b"".join(page.SerializeToString() for page in pages)
    assert not any(word.encode() in told for word in ("原话", "张大山", "13800138000"))

    asked = pb.ListRowsRequest(ledger=PETITIONS.name, row_ids=[rows[3].row_id], read_reason=WHY)
    assert [row.cells[0] for row in (await served.call("Ledgers", asked, "leader")).rows] == ["X-3"]
    with pytest.raises(GuantongError):
        await served.call("Ledgers", asked, "liaison")


async def test_rows_for_named_persons_only_are_listed_for_a_reason_that_is_kept(served: Served):
    line = "X-1,2026-01-05,云岭镇,村组,原话,张大山,13800138000"
    await served.put(csv_bytes(PETITION_HEADER, line), "r-1", ledger=PETITIONS.name)

    with pytest.raises(GuantongError) as refused:
        await served.call("Ledgers", pb.ListRowsRequest(ledger=PETITIONS.name), "leader")
    assert refused.value.reason == "READ_REASON_REQUIRED"
    assert served.entries("ledger.read") == []

    asked = pb.ListRowsRequest(ledger=PETITIONS.name, read_reason=WHY)
    (row,) = (await served.call("Ledgers", asked, "leader")).rows
    (read,) = served.entries("ledger.read")
    assert (read["ledger"], read["by"], read["rows"], read["first"]) == (PETITIONS.name, "leader", 1, row.row_id)
    assert WHY not in str(read)
    ledgers = (await served.call("Ledgers", pb.ListLedgersRequest())).ledgers
    assert [one.named_persons_only for one in ledgers] == [False, True]


async def test_a_withdrawn_row_is_gone_once_and_the_drafts_are_looked_at(served: Served):
    await served.put(GOOD, "r-1")
    listing = pb.ListRowsRequest(ledger=ISSUES.name)
    (row,) = (await served.call("Ledgers", listing)).rows
    request = pb.RetireRowRequest(ledger=ISSUES.name, row_id=row.row_id, request_id="r-2")
    for _ in range(2):
        await served.call("Ledgers", request)

    assert len((await served.call("Ledgers", listing)).rows) == 0
    assert [entry["row"] for entry in served.entries("ledger.row_retired")] == [row.row_id]
    assert len(served.changes) == 2
    request.request_id = "r-3"
    with pytest.raises(GuantongError) as refused:
        await served.call("Ledgers", request)
    assert refused.value.reason == "LEDGER_ROW_UNKNOWN"


async def test_administrators_see_no_ledger(served: Served):
    for role in ("system_admin", "security_admin", "audit_admin"):
        with pytest.raises((GuantongError, grpc.RpcError)):
            await served.call("Ledgers", pb.ListLedgersRequest(), role)
