"""Summaries over the node's own API: one person writes, another confirms, and what leads to a person is not kept."""

from __future__ import annotations

from typing import Any

import pytest

from guantong.node.v1 import ledgers_service_pb2 as ledgers
from guantong.node.v1 import summaries_service_pb2 as pb
from services.chassis.briefing.reading import LedgerReader
from tests.integration.ledgers.ledgers_for_tests import ISSUES, PETITIONS, csv_bytes
from tests.integration.ledgers.serving_for_tests import PETITION_HEADER, Served
from tests.integration.ledgers.test_unsealing import everything, refused

DEMAND = "村主任把修路的沙石款十二万元打进了他小舅子的账户"
GOOD = "反映村干部将工程款转入亲属账户"
SERVICE = "Summaries"


@pytest.fixture
async def row_ids(served: Served) -> list[str]:
    rows = [f"X-{n},2026-01-0{n},云岭镇,村组,{DEMAND},张大山,13800138000" for n in (1, 2, 3)]
    await served.put(csv_bytes(PETITION_HEADER, *rows), "import", ledger=PETITIONS.name)
    listed = await served.call("Ledgers", ledgers.ListRowsRequest(ledger=PETITIONS.name, read_reason="撰写摘要"))
    return [row.row_id for row in listed.rows]


async def write(served: Served, row_id: str, text: str = GOOD, who: str = "clerk", request_id: str = "write") -> Any:
    request = pb.WriteSummaryRequest(request_id=request_id, ledger=PETITIONS.name, row_id=row_id, text=text)
    return (await served.call(SERVICE, request, who)).summary


async def confirm(served: Served, summary_id: str, who: str = "clerk-2", request_id: str = "confirm") -> None:
    request = pb.ConfirmSummaryRequest(request_id=request_id, ledger=PETITIONS.name, summary_id=summary_id)
    await served.call(SERVICE, request, who)


async def listed(served: Served, *states: pb.SummaryState.ValueType, who: str = "reviewer") -> Any:
    return await served.call(SERVICE, pb.ListSummariesRequest(ledger=PETITIONS.name, states=states), who)


def told(served: Served) -> list[str]:
    """What a draft compiled now could say of single petitions."""

    def read(connection: Any) -> list[str]:
        reader = LedgerReader(connection)
        return [str(one.value) for one in reader.summaries(PETITIONS, reader.rows(PETITIONS)).values()]

    return served.database.reader.read_sync(read)


@pytest.mark.article("A3.2e")
async def test_a_draft_tells_only_what_one_wrote_and_another_confirmed(served: Served, row_ids: list[str]):
    summary = await write(served, row_ids[0])
    assert told(served) == []
    looked_at = len(served.changes)

    await confirm(served, summary.summary_id)
    assert told(served) == [GOOD]
    assert len(served.changes) == looked_at + 1  # open drafts were looked at
    assert [one["by"] for one in served.entries("ledger.summary_confirmed")] == ["clerk-2"]


async def test_nobody_confirms_their_own_words(served: Served, row_ids: list[str]):
    summary = await write(served, row_ids[0], who="reviewer")

    assert await refused(confirm(served, summary.summary_id, "reviewer")) == "SUMMARY_SAME_PERSON"
    assert told(served) == []
    assert [one.reason for one in served.refusals] == ["SUMMARY_SAME_PERSON"]


@pytest.mark.parametrize(
    "text",
    [
        "反映人电话13800138000",
        "身份证１１０１０１１９９００３０７７２１Ｘ反映村务问题",
        "信访人张大山反映工程款问题",
        "村民张大山反映工程款问题",
        f"信中称{DEMAND}",
    ],
)
async def test_what_leads_to_the_petitioner_is_refused_and_kept_nowhere(served: Served, row_ids: list[str], text: str):
    assert await refused(write(served, row_ids[0], text)) == "SUMMARY_IDENTIFIES"
    assert text not in everything(served.database)
    assert len((await listed(served, pb.SUMMARY_STATE_MISSING)).rows) == 3


async def test_words_of_another_petition_are_no_summary_either(served: Served, row_ids: list[str]):
    other = "镇卫生院把过期药卖给了老人还不肯退钱"
    await served.put(
        csv_bytes(PETITION_HEADER, f"X-9,2026-02-01,云岭镇,村组,{other},,"), "import-2", ledger=PETITIONS.name
    )
    assert await refused(write(served, row_ids[0], f"反映{other}")) == "SUMMARY_IDENTIFIES"


async def test_a_repeated_request_writes_one_summary_and_no_other(served: Served, row_ids: list[str]):
    first, again = await write(served, row_ids[0]), await write(served, row_ids[0])
    assert first == again

    assert await refused(write(served, row_ids[0], "反映村务不公开")) == "REQUEST_ID_REUSED"
    for _ in range(2):
        await confirm(served, first.summary_id)
    assert len(served.entries("ledger.summary_confirmed")) == 1


async def test_what_is_left_to_do_is_listed_by_state(served: Served, row_ids: list[str]):
    await confirm(served, (await write(served, row_ids[0])).summary_id)
    await write(served, row_ids[1], "反映清水村三组路面质量差", request_id="write-2")

    found = {row.row_id: row for row in (await listed(served)).rows}
    assert [found[row_id].state for row_id in row_ids] == [
        pb.SUMMARY_STATE_CONFIRMED,
        pb.SUMMARY_STATE_WRITTEN,
        pb.SUMMARY_STATE_MISSING,
    ]
    (warning,) = found[row_ids[1]].summary.warnings
    assert (warning.code, warning.message_zh) == ("ADDRESS", "详细住址")
    assert [row.row_id for row in (await listed(served, pb.SUMMARY_STATE_MISSING)).rows] == [row_ids[2]]
    assert DEMAND.encode() not in b"".join(row.SerializeToString() for row in found.values())


async def test_pages_follow_one_another_whatever_the_filter(served: Served, row_ids: list[str]):
    request = pb.ListSummariesRequest(ledger=PETITIONS.name, page_size=2)
    first = await served.call(SERVICE, request)
    request.page_token = first.next_page_token
    second = await served.call(SERVICE, request)
    assert [row.row_id for row in (*first.rows, *second.rows)] == row_ids


async def test_people_without_the_right_neither_write_nor_confirm_nor_read(served: Served, row_ids: list[str]):
    summary = await write(served, row_ids[0])
    for who in ("leader", "liaison", "audit_admin", "clerk@room"):
        assert await refused(write(served, row_ids[0], who=who)) == "ROLE_MISSING"
    for who in ("liaison", "security_admin", "clerk@room"):
        assert await refused(confirm(served, summary.summary_id, who)) == "ROLE_MISSING"
        assert await refused(listed(served, who=who)) == "ROLE_MISSING"


async def test_a_ledger_without_petitions_has_no_summaries(served: Served):
    request = pb.ListSummariesRequest(ledger=ISSUES.name)
    assert await refused(served.call(SERVICE, request)) == "LEDGER_UNKNOWN"
