"""Ledgers are looked through by what is shown of them, checked before they are imported, and taken away on record."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import Any

import pytest

from guantong.node.v1 import ledgers_service_pb2 as pb
from guantong.node.v1 import ledgers_service_pb2_grpc as rpc
from services.chassis.destruction.exports import handed_out
from services.chassis.errors import GuantongError
from services.chassis.ledgers.export import Format
from services.chassis.rpc.client import connect
from tests.integration.ledgers.ledgers_for_tests import ISSUES, PETITIONS, csv_bytes
from tests.integration.ledgers.serving_for_tests import PETITION_HEADER, Served

HEADER = "编号,单位名称,责任人,发现日期,上报月份,问题数,得分,金额,整改情况,类别,是否公开"
FILE = csv_bytes(
    HEADER,
    "S-1,县水务局,甲某,2026-03-02,2026-03,3,,12.50,已整改,财务、工程,是",
    "S-2,云岭镇,,2026-03-05,,0,,1,未整改,,否",
    "s-3,县水务局,,2026-04-01,,12,,,,其他,",
)


async def found(served: Served, text: str = "", **columns: str) -> list[str]:
    filters = [pb.ColumnFilter(header=header, text=words) for header, words in columns.items()]
    answer = await served.call("Ledgers", pb.ListRowsRequest(ledger=ISSUES.name, text=text, filters=filters), "leader")
    return [row.cells[0] for row in answer.rows]


async def refusal(call: Any) -> str:
    with pytest.raises(GuantongError) as refused:
        await call
    return refused.value.reason


async def exported(served: Served, ledger: str, form: str, who: str = "clerk") -> bytes:
    def take() -> bytes:
        with connect(served.address, served.pki.client, who) as channel:
            request = pb.ExportLedgerRequest(ledger=ledger, format=form, note="内部光盘")
            return b"".join(one.piece for one in rpc.LedgersServiceStub(channel).ExportLedger(request))

    return await asyncio.to_thread(take)


async def test_rows_are_found_by_words_in_any_or_in_certain_columns(served: Served):
    await served.put(FILE, "r-1")

    assert await found(served, "水务") == ["S-1", "s-3"]
    assert await found(served, "S-") == ["S-1", "S-2", "s-3"]
    assert await found(served, "2026-03") == ["S-1", "S-2"]
    assert await found(served, "12.50") == await found(served, "甲某") == ["S-1"]
    assert await found(served, "%") == await found(served, "12.5%") == []
    assert await found(served, 单位名称="水务", 发现日期="2026-04") == ["s-3"]
    assert await found(served, "水务", 类别="工程") == ["S-1"]
    assert await found(served, 问题数="0") == ["S-2"]
    assert await found(served, 是否公开="否") == ["S-2"]
    assert await refusal(found(served, "长" * 101)) == "FIELD_INVALID"


async def test_nothing_is_found_by_what_is_not_shown(served: Served):
    data = csv_bytes(PETITION_HEADER, "X-1,2026-01-05,云岭镇,村组,原话,张大山,13800138000")
    await served.put(data, "r-1", ledger=PETITIONS.name)

    def asking(**more: Any) -> Any:
        request = pb.ListRowsRequest(ledger=PETITIONS.name, read_reason="核对台账", **more)
        return served.call("Ledgers", request, "leader")

    assert len((await asking(text="云岭")).rows) == 1
    for words in ("原话", "张大山", "13800138000"):
        assert list((await asking(text=words)).rows) == []
    for header in ("诉求", "信访人", "联系电话"):
        assert await refusal(asking(filters=[pb.ColumnFilter(header=header, text="张")])) == "FIELD_INVALID"


async def test_a_dry_run_shows_good_and_bad_rows_apart(served: Served):
    await served.put(FILE, "r-1")
    again = csv_bytes(
        HEADER,
        "S-1,县水务局,甲某,2026-03-02,2026-03,3,,12.50,已整改,财务、工程,是",
        "S-2,云岭镇,,2026-03-05,,1,,1,未整改,,否",
        "S-4,云岭镇,,昨天,,许多,,,,,",
        "S-5,云岭镇,,2026-03-06,,,,,,,",
    )

    told = await served.put(again, "r-2", dry_run=True)

    assert (told.row_count, told.bad_row_count, told.problem_count, told.imported) == (4, 1, 2, False)
    assert {(one.row, one.column, one.reason) for one in told.problems} == {
        (4, "发现日期", "NOT_A_DATE"),
        (4, "问题数", "NOT_A_WHOLE_NUMBER"),
    }
    assert [(one.row, pb.PreviewEffect.Name(one.effect), one.cells[0]) for one in told.preview_rows] == [
        (2, "PREVIEW_EFFECT_UNCHANGED", "S-1"),
        (3, "PREVIEW_EFFECT_CHANGED", "S-2"),
        (5, "PREVIEW_EFFECT_ADDED", "S-5"),
    ]
    assert told.preview_headers[:2] == ["编号", "单位名称"]
    assert (await served.put(FILE, "r-3")).preview_rows == []


async def test_a_dry_run_shows_nothing_of_what_is_for_named_persons(served: Served):
    data = csv_bytes(PETITION_HEADER, "X-1,2026-01-05,云岭镇,村组,原话,张大山,13800138000")
    told = await served.put(data, "r-1", ledger=PETITIONS.name, dry_run=True)
    assert [(one.row, list(one.cells)) for one in told.preview_rows] == [(2, [])]
    assert told.preview_headers == []
    assert "云岭镇" not in str(told)


async def test_a_ledger_leaves_as_a_file_that_can_be_imported_again_and_is_registered(served: Served):
    await served.put(FILE, "r-1")

    file = await exported(served, ISSUES.name, "csv")

    again = await served.put(file, "r-2")
    assert (again.unchanged_count, again.added_count) == (3, 0)
    (registered,) = served.database.reader.read_sync(handed_out)
    assert (registered.ledger, registered.digest, registered.note) == (ISSUES.name, sha256(file).digest(), "内部光盘")
    assert (await exported(served, ISSUES.name, Format.XLSX.value, "leader")).startswith(b"PK")
    assert await refusal(exported(served, ISSUES.name, "doc")) == "FIELD_INVALID"


async def test_a_ledger_for_named_persons_leaves_only_by_two_persons(served: Served):
    assert await refusal(exported(served, PETITIONS.name, "csv")) == "DISCLOSURE_NEEDED"
    assert await refusal(exported(served, ISSUES.name, "csv", "liaison")) == "ROLE_MISSING"
    assert served.database.reader.read_sync(handed_out) == ()
