"""A draft holds no number without its rows; a period holds its ends; a person who moved is still found."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.briefing.draft import (
    CellKind,
    Figure,
    FigureLink,
    SectionDraft,
    SectionState,
    Table,
    TableColumn,
    TableRow,
    links,
    nothing,
    paragraph,
    provided,
)
from services.chassis.briefing.figures import count, distinct, share, tally, total
from services.chassis.briefing.scope import DatedName, DatedPost, LookBack, UnitScope, Window, window_before
from services.chassis.ledgers.rows import LedgerRow, RowRef

A, B, C = (RowRef("test", name, 1) for name in "abc")


def row(ref: RowRef, **values) -> LedgerRow:
    return LedgerRow(ref, values)


ROWS = (
    row(A, kind="土地", amount=Decimal("100.10"), people=3),
    row(B, kind="拆迁", amount=Decimal("0.20"), people=1),
    row(C, kind="土地", amount=None, people=None),
)


def test_a_number_without_rows_cannot_be_written():
    for template in ("共3件", "共３件"):
        with pytest.raises(ValueError, match="digits"):
            paragraph(template)
    with pytest.raises(ValueError, match="without ledger rows"):
        TableRow(("合计", 3))
    assert TableRow(("合计", Figure(0, "件"))).rows == ()


def test_prose_prints_figures_as_people_write_them():
    text = paragraph(
        "{day}以来{count},金额{amount},占{share}。",
        day=Figure(date(2026, 3, 2), "", (A,)),
        count=count(ROWS, "件"),
        amount=total(ROWS, "amount"),
        share=share(ROWS[:1], ROWS),
    ).text

    assert text == "2026年3月2日以来3件,金额100.30元,占33.33%。"


def test_figures_name_the_rows_they_are_made_of():
    assert total(ROWS, "amount").rows == (A, B)
    assert count(ROWS[1:]).rows == (B, C)
    assert distinct(ROWS, "kind").value == 2
    assert total(ROWS, "people", unit="人").text == "4人"
    assert share((), ()).text == "—"


def test_a_tally_keeps_its_order_shows_zeros_and_adds_up():
    table = tally(
        "分类",
        "类别",
        ROWS,
        "kind",
        {"件数": count, "金额": lambda rows: total(rows, "amount")},
        order=("拆迁", "社保"),
        kinds={"金额": CellKind.AMOUNT},
    )

    assert [line.texts(table.columns) for line in table.rows] == [
        ("拆迁", "1", "0.20"),
        ("社保", "0", "0.00"),
        ("土地", "2", "100.10"),
    ]
    assert table.rows[1].refs(1) == ()
    assert table.rows[2].refs(1) == (A, C)


def test_every_place_of_a_section_tells_its_rows():
    draft = provided(
        paragraph("共{n}", n=count(ROWS[:2], "件")),
        tables=(Table("表", (TableColumn("k", "类别"), TableColumn("n", "数")), (TableRow(("土地", 5), (C,)),)),),
    )

    assert links(draft) == (FigureLink("p0.0", (A, B)), FigureLink("t0.0.0", (C,)), FigureLink("t0.0.1", (C,)))
    assert draft.rows == (A, B, C)


def test_saying_nothing_and_showing_something_do_not_go_together():
    table = Table("表", (TableColumn("k", "类别"),), (TableRow(("土地",), (A,)),))
    with pytest.raises(ValueError, match="no tables"):
        SectionDraft(SectionState.NONE, tables=(table,))
    assert nothing().rows == ()
    assert provided(tables=(Table("空", (), ()),)).tables == ()


def test_a_period_holds_both_its_ends():
    window = window_before(date(2024, 2, 29), LookBack(12))

    assert (window.first, window.last) == (date(2023, 2, 28), date(2024, 2, 29))
    assert window.covers(window.first)
    assert window.covers(window.last)
    assert not window.covers(window.last + timedelta(days=1))
    assert not window.covers(None)
    assert window.text == "2023年2月28日至2024年2月29日"


days = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@given(days, days, st.none() | days, st.none() | days)
def test_a_post_touches_a_period_exactly_when_some_day_is_in_both(one: date, other: date, since, until):
    window = Window(min(one, other), max(one, other))
    first, last = max(window.first or date.min, since or date.min), min(window.last, until or date.max)

    assert window.overlaps(since, until) == (
        (first <= last)
        if not (since and until and since > until)
        else window.overlaps(since, None) and window.overlaps(None, until)
    )


def test_a_person_who_has_moved_is_still_found_for_the_time_in_post():
    unit = UnitScope(
        "U",
        "县水务局",
        persons=(
            DatedPost("张 三", "局长", date(2019, 1, 1), date(2024, 6, 30)),
            DatedPost("李四", "局长", date(2024, 7, 1)),
            DatedPost("王五", "副局长", date(2010, 1, 1), date(2018, 12, 31)),
        ),
    )
    window = Window(date(2023, 3, 2), date(2026, 3, 2))

    assert unit.people(window) == ("张三", "李四")
    assert unit.held_post("张三", date(2024, 6, 30))
    assert not unit.held_post("张三", date(2024, 7, 1))


def test_names_are_compared_in_one_form():
    unit = UnitScope("U", "县水务局 ", former_names=("县水利局",), sub_units=("县(城区)水厂",))

    assert unit.names == ("县水务局", "县水利局", "县(城区)水厂")
    assert unit.known_also_as([DatedName("青禾县 水务局")]).names[-1] == "青禾县水务局"
