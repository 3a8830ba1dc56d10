"""The calendar picture of a date: which day counts as which, and where it has nothing to show."""

from __future__ import annotations

from gateway.web.pages.matters.months import months
from guantong.node.v1 import matters_service_pb2 as pb


def days(*told: tuple[str, bool]) -> list[pb.ExplainedDay]:
    return [pb.ExplainedDay(date=day, counted=counted, reason_zh="因", reason_en="why") for day, counted in told]


def test_days_that_count_are_numbered_across_the_end_of_a_month():
    found = months(days(("2026-03-30", False), ("2026-03-31", True), ("2026-04-01", True)), "zh")

    assert [str(month.first) for month in found] == ["2026-03-01", "2026-04-01"]
    march = {cell.day: cell for week in found[0].weeks for cell in week if cell}
    assert len(march) == 31
    assert (march[30].mark, march[31].mark, march[31].number) == ("start", "counted", 1)
    april = {cell.day: cell for week in found[1].weeks for cell in week if cell}
    assert (april[1].mark, april[1].number, april[2].mark) == ("due", 2, "")


def test_weeks_begin_on_monday():
    first_week = months(days(("2026-03-02", False)), "zh")[0].weeks[0]
    assert [cell.day if cell else None for cell in first_week] == [None] * 6 + [1]


def test_nothing_is_drawn_of_no_days_and_of_years():
    assert months([], "zh") == []
    assert months(days(("2026-03-02", False), ("2029-03-02", True)), "zh") == []
