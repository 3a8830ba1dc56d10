"""Tables give each column the room its content needs, and set numbers right."""

from __future__ import annotations

from services.chassis.documents.columns import columns_of, width_of
from services.chassis.documents.sheet import Table


def test_a_long_column_gets_more_room_than_a_short_one_and_all_of_them_fill_the_table():
    layout = columns_of(
        Table(("序号", "问题摘要"), (("1", "专项资金滞留未及时拨付"), ("2", "合同金额与中标金额不一致")))
    )

    assert layout[1].share > 2 * layout[0].share
    assert abs(sum(column.share for column in layout) - 1) < 1e-9


def test_one_endless_text_does_not_starve_the_date_beside_it():
    layout = columns_of(Table(("日期", "说明"), (("2026-03-02", "说" * 500),)))

    assert (
        layout[0].share * 156 > width_of("2026-03-02") * 1.9
    )  # mm: one character of 10.5 pt is 3.7 mm, half of it 1.85


def test_amounts_and_counts_are_numbers_and_a_gap_among_them_is_none():
    layout = columns_of(Table(("金额", "文号", "空"), (("-1,862,400.00", "〔2026〕1号", ""), ("—", "2", ""))))

    assert [column.number for column in layout] == [True, False, False]
