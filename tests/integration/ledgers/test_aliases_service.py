"""People say which unit a ledger's name stands for and when; the node counts what they said and guesses nothing."""

from __future__ import annotations

from typing import Any

import pytest

from guantong.node.v1 import aliases_service_pb2 as pb
from tests.integration.ledgers.ledgers_for_tests import ISSUES, csv_bytes
from tests.integration.ledgers.serving_for_tests import Served
from tests.integration.ledgers.test_unsealing import refused

HEADER = "编号,单位名称,责任人,发现日期,上报月份,问题数,得分,金额,整改情况,类别,是否公开"
SERVICE = "Aliases"


async def add(served: Served, held: str, request_id: str = "add", unit: str = "U-1", **dates: str) -> Any:
    request = pb.AddAliasRequest(request_id=request_id, unit_id=unit, held_name=held, **dates)
    return (await served.call(SERVICE, request)).alias


async def listed(served: Served, unit: str = "", who: str = "liaison") -> list[tuple[str, str, str, str]]:
    found = await served.call(SERVICE, pb.ListAliasesRequest(unit_id=unit), who)
    return [(one.unit_id, one.held_name, one.valid_from_date, one.valid_to_date) for one in found.aliases]


async def test_a_name_is_added_ended_and_on_record(served: Served):
    alias = await add(served, "青禾县 水务局", valid_from_date="2020-01-01")
    assert await listed(served) == [("U-1", "青禾县水务局", "2020-01-01", "")]

    end = pb.EndAliasRequest(request_id="end", alias_id=alias.alias_id, valid_to_date="2024-12-31")
    await served.call(SERVICE, end, "clerk-2")
    assert await listed(served, "U-1") == [("U-1", "青禾县水务局", "2020-01-01", "2024-12-31")]
    assert await listed(served, "U-2") == []
    assert [one["by"] for step in ("alias.added", "alias.ended") for one in served.entries(step)] == [
        "clerk",
        "clerk-2",
    ]
    assert len(served.changes) == 2  # open drafts were looked at each time


async def test_a_mistake_is_taken_back_and_counts_no_more(served: Served):
    alias = await add(served, "水务局")
    request = pb.WithdrawAliasRequest(request_id="oops", alias_id=alias.alias_id)
    for _ in range(2):
        await served.call(SERVICE, request)

    assert await listed(served) == []
    assert len(served.entries("alias.withdrawn")) == 1
    request.request_id = "oops-2"
    assert await refused(served.call(SERVICE, request)) == "ALIAS_UNKNOWN"


async def test_one_name_stands_for_one_unit_on_one_day(served: Served):
    await add(served, "水务局", valid_to_date="2024-12-31")
    assert await refused(add(served, "水 务 局", "add-2", "U-2")) == "ALIAS_TAKEN"
    assert await refused(add(served, "水务局", "add-3", "U-2", valid_from_date="2024-12-31")) == "ALIAS_TAKEN"

    later = await add(served, "水务局", "add-4", "U-2", valid_from_date="2025-01-01")
    wrong = pb.EndAliasRequest(request_id="end", alias_id=later.alias_id, valid_to_date="2024-06-30")
    assert await refused(served.call(SERVICE, wrong)) == "ALIAS_PERIOD"


@pytest.mark.parametrize(
    ("unit", "held", "dates", "reason"),
    [
        ("", "水务局", {}, "ALIAS_WORDS"),
        ("U-1", " ", {}, "ALIAS_WORDS"),
        ("U-1", "长" * 101, {}, "ALIAS_WORDS"),
        ("U-1", "水务局", {"valid_from_date": "去年"}, "FIELD_INVALID"),
        ("县水务局", "水务局", {}, "FIELD_INVALID"),
    ],
)
async def test_what_says_nothing_is_refused(served: Served, unit: str, held: str, dates: dict[str, str], reason: str):
    assert await refused(add(served, held, unit=unit, **dates)) == reason


async def test_names_that_stand_for_no_unit_are_shown_for_a_person_to_decide(served: Served):
    rows = [f"S-{at},{unit},,2026-03-02,,,,1,,," for at, unit in enumerate(("县水务局", "青禾县水务局", "县教育局"))]
    await served.put(csv_bytes(HEADER, *rows), "import", ledger=ISSUES.name)
    request = pb.ListUnknownNamesRequest(unit_name="县水务局")
    assert list((await served.call(SERVICE, request)).held_names) == ["青禾县水务局"]

    await add(served, "青禾县水务局")
    assert list((await served.call(SERVICE, request)).held_names) == []


async def test_only_clerks_and_reviewers_of_the_whole_body_maintain_names(served: Served):
    request = pb.AddAliasRequest(request_id="add", unit_id="U-1", held_name="水务局")
    for who in ("leader", "liaison", "system_admin", "clerk@room"):
        assert await refused(served.call(SERVICE, request, who)) == "ROLE_MISSING"
    assert await listed(served) == []
