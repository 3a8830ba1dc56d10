"""What an officer may type for one thing is read as that one thing; what could be two things is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.ledgers import spec as s
from services.chassis.ledgers.reasons import CellFault, Reason
from services.chassis.ledgers.spec import Column, Kind
from services.chassis.ledgers.values import read_cell, same_name

DAY = s.day("d", "日期", "Day")
MONTH = s.month("m", "月份", "Month")
AMOUNT = s.money("a", "金额", "Amount")
NUMBER = s.integer("n", "数量", "Number")
SCORE = s.decimal("s", "得分", "Score")
TEXT = s.text("t", "摘要", "Text", max_length=10)
CHOICE = s.choice("c", "情况", "Status", ("已整改", "持续整改", "未整改"))
TAGS = s.tags("g", "类别", "Tags", ("财务", "工程", "其他"))
FLAG = s.yes_no("f", "是否", "Flag")


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-02",
        "2026/3/2",
        "2026.3.2",
        "2026年3月2日",
        "2026年 3月 2日",
        "２０２６年３月２日",
        "20260302",
        20260302,
        20260302.0,
        dt.date(2026, 3, 2),
        dt.datetime(2026, 3, 2, 8, 30),  # noqa: DTZ001 - spreadsheets hold no zone
        "2026-03-02 08:30:00",
        46083,
        46083.4,
    ],
)
def test_one_day_in_every_spelling(cell):
    assert read_cell(DAY, cell) == dt.date(2026, 3, 2)


def test_a_day_count_of_an_old_macintosh_workbook():
    assert read_cell(DAY, 46083 - 1462, epoch_1904=True) == dt.date(2026, 3, 2)


@pytest.mark.parametrize("cell", ["2026-02-30", "3月2日", "02/03/2026", "2026-3/2", "昨天", "2026-13-01", True, 12])
def test_what_is_no_day_is_refused(cell):
    assert read_cell(DAY, cell) == CellFault(Reason.NOT_A_DATE)


@pytest.mark.parametrize("cell", ["0226-03-02", "1949-09-30", "2101-01-01"])
def test_a_day_no_ledger_can_hold_is_refused(cell):
    assert read_cell(DAY, cell) in {CellFault(Reason.OUT_OF_RANGE), CellFault(Reason.NOT_A_DATE)}


@pytest.mark.parametrize(
    "cell", ["2026-03", "2026年3月", "2026/3", "2026.03", "202603", 202603, 202603.0, dt.date(2026, 3, 9)]
)
def test_one_month_in_every_spelling(cell):
    assert read_cell(MONTH, cell) == "2026-03"


def test_a_month_kept_as_a_number_cannot_be_told_from_another():
    assert read_cell(MONTH, 2026.1) == CellFault(Reason.NOT_A_MONTH)  # October or January
    assert read_cell(MONTH, "2026-13") == CellFault(Reason.NOT_A_MONTH)


@pytest.mark.parametrize(
    ("cell", "factor", "yuan"),
    [
        ("71320", 1, "71320.00"),
        ("7.132", 10000, "71320.00"),
        ("7.132万元", 1, "71320.00"),
        ("7.132万", 1, "71320.00"),
        ("￥1,862,400.00", 1, "1862400.00"),
        ("１２３４．５", 1, "1234.50"),
        ("0.005", 1, "0.01"),
        ("-3元", 10000, "-3.00"),
        (0.1, 10000, "1000.00"),
        (0, 1, "0.00"),
    ],
)
def test_amounts_are_held_to_the_fen(cell, factor, yuan):
    assert read_cell(AMOUNT, cell, factor=Decimal(factor)) == Decimal(yuan)


@pytest.mark.parametrize("cell", ["约3万", "3-5万元", "1,23,4", "三万元", True])
def test_what_is_no_amount_is_refused(cell):
    assert read_cell(AMOUNT, cell) == CellFault(Reason.NOT_AN_AMOUNT)


def test_an_amount_beyond_any_ledger_is_refused():
    assert read_cell(AMOUNT, "1e13") == CellFault(Reason.NOT_AN_AMOUNT)
    assert read_cell(AMOUNT, 1e13) == CellFault(Reason.OUT_OF_RANGE)
    assert read_cell(AMOUNT, float("inf")) == CellFault(Reason.ERROR_VALUE)


def test_whole_numbers():
    assert [read_cell(NUMBER, cell) for cell in ("３", 3.0, "1,234", "0")] == [3, 3, 1234, 0]
    assert read_cell(NUMBER, 3.5) == CellFault(Reason.NOT_A_WHOLE_NUMBER)
    assert read_cell(NUMBER, -1) == CellFault(Reason.OUT_OF_RANGE)


def test_scores_and_percentages():
    assert [read_cell(SCORE, cell) for cell in ("98.5%", "98.5", 98.5)] == [Decimal("98.5000")] * 3
    assert read_cell(SCORE, "优") == CellFault(Reason.NOT_A_NUMBER)


def test_a_long_identifier_saved_as_a_number_has_lost_digits():
    assert read_cell(s.text("t", "编号", "No."), 110101199003077215.0) == CellFault(Reason.DIGITS_LOST)
    assert read_cell(TEXT, 20260001.0) == "20260001"


def test_texts():
    assert read_cell(TEXT, "\u3000第一行\r\n第二行\u00a0") == "第一行\n第二行"
    assert read_cell(TEXT, "a\x00b") == CellFault(Reason.CONTROL_CHARACTER)
    assert read_cell(TEXT, "长" * 11) == CellFault(Reason.TOO_LONG, (("limit", "10"),))
    assert read_cell(TEXT, "#REF!") == CellFault(Reason.ERROR_VALUE)


@pytest.mark.parametrize("cell", [None, "", " ", "\u3000", "\u200b"])
def test_an_empty_cell_is_nothing_or_missing(cell):
    assert read_cell(TEXT, cell) is None
    assert read_cell(s.text("t", "编号", "No.", required=True), cell) == CellFault(Reason.REQUIRED)


def test_choices_tags_and_flags():
    assert read_cell(CHOICE, " 未 整改") == "未整改"
    assert read_cell(CHOICE, "整改中") == CellFault(Reason.NOT_A_CHOICE, (("choices", "已整改、持续整改、未整改"),))
    assert read_cell(TAGS, "工程,财务；工程") == "财务、工程"
    assert isinstance(read_cell(TAGS, "财务、土地"), CellFault)
    assert [read_cell(FLAG, cell) for cell in ("是", "√", 1.0, True)] == [True] * 4
    assert [read_cell(FLAG, cell) for cell in ("否", "×", 0, "n")] == [False] * 4
    assert read_cell(FLAG, "也许") == CellFault(Reason.NOT_YES_OR_NO)


def test_names_are_held_in_one_form():
    assert read_cell(s.person("p", "姓名", "Name"), "张　三") == "张三"
    assert read_cell(s.unit(), "县（城区）水务局 ") == "县(城区)水务局"


@given(st.dates(dt.date(1949, 10, 1), dt.date(2100, 12, 31)), st.sampled_from("-/."))
def test_any_day_survives_every_spelling(day: dt.date, mark: str):
    spellings = (
        day.isoformat(),
        f"{day.year}{mark}{day.month}{mark}{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
    )
    assert {read_cell(DAY, spelling) for spelling in spellings} == {day}


@given(st.decimals(-(10**10), 10**10, places=2, allow_nan=False, allow_infinity=False))
def test_any_amount_survives_its_own_printing(amount: Decimal):
    assert read_cell(AMOUNT, str(amount)) == amount
    assert read_cell(AMOUNT, f"{amount:,.2f}") == amount
    assert read_cell(AMOUNT, f"{(amount / 10000):f}", factor=Decimal(10000)) == amount


@given(st.text(max_size=40))
def test_the_one_form_of_a_name_is_its_own_one_form(name: str):
    assert same_name(same_name(name)) == same_name(name)


@given(
    st.sampled_from(list(Kind)),
    st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.none(), st.datetimes(), st.dates()),
)
def test_whatever_stands_in_a_cell_is_a_value_or_a_reason(kind: Kind, cell):
    choices = ("甲", "乙") if kind in {Kind.ENUM, Kind.TAGS} else ()
    value = read_cell(Column(key="x", zh="列", en="Column", kind=kind, choices=choices), cell)

    assert value is None or isinstance(value, CellFault | str | int | bool | Decimal | dt.date)
