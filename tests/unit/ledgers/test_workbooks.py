"""A workbook is read as its office sees it, or refused with a reason: nothing hidden, nothing half, no bombs."""

from __future__ import annotations

import datetime as dt
import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from services.chassis.errors import GuantongError
from services.chassis.ledgers import spec as s
from services.chassis.ledgers.errors import (
    SheetAmbiguousError,
    SpreadsheetTooLargeError,
    SpreadsheetUnreadableError,
)
from services.chassis.ledgers.parse import Prepared, prepare
from services.chassis.ledgers.sheet import Limits
from services.chassis.ledgers.spec import LedgerSpec

SPEC = LedgerSpec(
    name="ledger",
    title_zh="问题台账",
    title_en="Ledger",
    natural_key=("no",),
    columns=(
        s.text("no", "编号", "No.", required=True),
        s.day("found", "发现日期", "Found"),
        s.money("amount", "金额", "Amount"),
    ),
)
HEADER = ("编号", "发现日期", "金额（万元）")
LAST_ROW = 1_048_576


def workbook(*rows, sheet: str = "Sheet1", change: Callable[[Workbook, Worksheet], None] | None = None) -> bytes:
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = sheet
    for row in rows:
        page.append(row)
    if change:
        change(book, page)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def values(prepared: Prepared) -> list[tuple[str, ...]]:
    return [tuple(str(value) for value in row.values.values()) for row in prepared.rows]


def reasons(prepared: Prepared) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.code) for one in prepared.problems]


def test_a_workbook_reads_like_the_same_text():
    rows = (("A-1", dt.date(2026, 3, 2), 7.132), ("A-2", "2026年3月3日", "1"))
    data = workbook(("县审计局问题台账",), (), HEADER, *rows)
    prepared = prepare(SPEC, data)

    assert values(prepared) == [("A-1", "2026-03-02", "71320.00"), ("A-2", "2026-03-03", "10000.00")]
    assert [row.number for row in prepared.rows] == [4, 5]


def test_dates_of_an_old_macintosh_workbook_are_not_four_years_off():
    def old(book: Workbook, _page: Worksheet) -> None:
        book.epoch = CALENDAR_MAC_1904

    day = dt.date(2026, 3, 2)
    prepared = prepare(SPEC, workbook(HEADER, ("A-1", day, 1), ("A-2", 46083 - 1462, 1), change=old))

    assert [value[1] for value in values(prepared)] == ["2026-03-02", "2026-03-02"]


def test_merged_cells_formulas_and_errors_are_named_by_row_and_column():
    def change(_book: Workbook, page: Worksheet) -> None:
        page["C3"] = "=C2*2"
        page["B4"] = "#REF!"
        page.merge_cells("A5:A6")

    rows = [HEADER] + [(f"A-{n}", "2026-03-02", 1) for n in range(2, 7)]
    prepared = prepare(SPEC, workbook(*rows, change=change))

    assert (3, "金额（元）", "FORMULA") in reasons(prepared)
    assert (4, "发现日期", "ERROR_VALUE") in reasons(prepared)
    assert {(5, "编号", "MERGED"), (6, "编号", "MERGED")} <= set(reasons(prepared))


def test_a_merged_title_above_the_header_does_no_harm():
    data = workbook(("台账",), HEADER, ("A-1", None, None), change=lambda _book, page: page.merge_cells("A1:C1"))
    assert reasons(prepare(SPEC, data)) == []


def test_the_sheet_with_the_ledgers_name_is_taken_and_otherwise_the_only_one():
    def second(name: str):
        def change(book: Workbook, _page: Worksheet) -> None:
            book.create_sheet(name).append(("说明",))

        return change

    filled = (HEADER, ("A-1", None, None))
    assert len(prepare(SPEC, workbook(*filled, sheet="问题 台账", change=second("说明"))).rows) == 1
    with pytest.raises(SheetAmbiguousError):
        prepare(SPEC, workbook(*filled, change=second("说明")))
    with pytest.raises(SpreadsheetUnreadableError):
        prepare(SPEC, workbook())


def test_what_a_hidden_sheet_holds_is_neither_imported_nor_in_the_way():
    def hide(state: str, name: str):
        def change(book: Workbook, _page: Worksheet) -> None:
            sheet = book.create_sheet(name)
            for row in (HEADER, ("隐藏", None, None)):
                sheet.append(row)
            sheet.sheet_state = state

        return change

    filled = (HEADER, ("A-1", None, None))
    for state in ("hidden", "veryHidden"):
        assert values(prepare(SPEC, workbook(*filled, change=hide(state, "问题台账")))) == [("A-1", "None", "None")]
    with pytest.raises(SpreadsheetUnreadableError):
        prepare(SPEC, workbook(change=hide("hidden", "问题台账")))


def with_rows(more: str) -> bytes:
    """The plain workbook with more rows of raw XML behind its own."""
    page = zipfile.ZipFile(io.BytesIO(PLAIN)).read(SHEET).decode().replace("</sheetData>", f"{more}</sheetData>")
    return repacked(PLAIN, {SHEET: page.encode()})


@pytest.mark.parametrize("row", ['<row r="{n}"/>', '<row r="{n}"><c r="A{n}" s="0"/><c r="XFD{n}" s="0"/></row>'])
def test_a_million_blank_rows_behind_the_data_are_passed_over(row: str):
    """No row is built for them in Python, so memory stays what the few rows need."""
    data = with_rows("".join(row.format(n=n) for n in range(3, LAST_ROW + 1)))
    tracemalloc.start()
    try:
        prepared = prepare(SPEC, data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert [one.number for one in prepared.rows] == [2]
    assert peak < 32 * 2**20


def test_a_million_blank_lines_of_text_are_passed_over_and_content_behind_them_is_not():
    data = "编号,发现日期,金额\nA-1,,\n".encode() + b",,\n" * LAST_ROW
    assert len(prepare(SPEC, data).rows) == 1
    with pytest.raises(SpreadsheetTooLargeError):
        prepare(SPEC, data + b"A-2,,\n")


def test_a_million_rows_of_spaces_are_refused_with_what_to_do():
    row = '<row r="{n}"><c r="A{n}" t="inlineStr"><is><t> </t></is></c></row>'
    with pytest.raises(SpreadsheetTooLargeError) as refused:
        prepare(SPEC, with_rows("".join(row.format(n=n) for n in range(3, 200_003))))
    assert "删除" in refused.value.text("zh")


def test_a_cell_far_below_the_data_is_refused_and_not_left_out():
    def far(_book: Workbook, page: Worksheet) -> None:
        page["A1048576"] = "x"

    with pytest.raises(SpreadsheetTooLargeError):
        prepare(SPEC, workbook(HEADER, ("A-1", None, None), change=far))


def test_more_rows_or_columns_than_a_ledger_has_are_refused():
    rows = [HEADER] + [(f"A-{n}", None, None) for n in range(30)]
    assert len(prepare(SPEC, workbook(*rows), Limits(rows=31)).rows) == 30
    for limits in (Limits(rows=30), Limits(columns=2), Limits(file_bytes=1000), Limits(unpacked_bytes=1000)):
        with pytest.raises(SpreadsheetTooLargeError):
            prepare(SPEC, workbook(*rows), limits)


def test_a_full_sized_ledger_is_read_whole():
    rows = [HEADER] + [(f"A-{n}", "2026-03-02", 1) for n in range(5000)]
    assert len(prepare(SPEC, workbook(*rows)).rows) == 5000


def repacked(data: bytes, change: dict[str, bytes], add: dict[str, bytes] | None = None) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            after.writestr(part.filename, change.get(part.filename, before.read(part)))
        for name, content in (add or {}).items():
            after.writestr(name, content)
    return stream.getvalue()


PLAIN = workbook(HEADER, ("A-1", None, None))
SHEET = "xl/worksheets/sheet1.xml"


def test_a_zip_bomb_is_refused_by_what_it_says_it_holds():
    with pytest.raises(SpreadsheetTooLargeError):
        prepare(SPEC, repacked(PLAIN, {}, {"xl/media/a.bin": bytes(64 * 2**20)}), Limits(unpacked_bytes=32 * 2**20))


def test_a_zip_bomb_that_lies_about_its_size_is_refused():
    data = bytearray(repacked(PLAIN, {}, {"xl/media/a.bin": bytes(2**20)}))
    name = data.rindex(b"xl/media/a.bin")
    size_at = name - 46 + 24
    assert struct.unpack_from("<I", data, size_at) == (2**20,)
    struct.pack_into("<I", data, size_at, 100)

    with pytest.raises(SpreadsheetUnreadableError):
        prepare(SPEC, bytes(data))


def test_entities_that_explode_are_not_even_looked_at():
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><worksheet/>'
    with pytest.raises(SpreadsheetUnreadableError):
        prepare(SPEC, repacked(PLAIN, {SHEET: bomb}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 broken",
        PLAIN[:-40],
        b"\xd0\xcf\x11\xe0 old",
        "编号".encode("utf-16"),
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b'"unclosed',
        repacked(PLAIN, {"xl/workbook.xml": b"<nonsense"}),
        repacked(PLAIN, {SHEET: b"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"}),
    ],
)
def test_what_is_no_spreadsheet_is_refused_with_what_to_do(data: bytes):
    with pytest.raises(GuantongError) as refused:
        prepare(SPEC, data)
    assert refused.value.text("zh")
    assert refused.value.reason in {"SPREADSHEET_UNREADABLE", "LEDGER_HEADERS_WRONG"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_in_the_encodings_offices_save(encoding: str):
    data = "编号,发现日期,金额\r\n囍-𠮷,２０２６年３月２日,１\r\n".encode(encoding)
    assert values(prepare(SPEC, data)) == [("囍-𠮷", "2026-03-02", "1.00")]


def test_a_formula_in_text_is_refused_where_it_stands():
    data = '编号,发现日期,金额\nA-1,,"=1+1"\nA-2,,1\n'.encode()
    assert reasons(prepare(SPEC, data)) == [(2, "金额（元）", "FORMULA")]


def test_every_bad_row_is_named_with_every_reason_and_never_with_its_content():
    data = "编号,发现日期,金额\nA-1,昨天,机密数\nA-1,2026-03-02,1\n,,\n,2026-03-02,1,多余\n".encode()
    prepared = prepare(SPEC, data)

    assert reasons(prepared) == [
        (2, "发现日期", "NOT_A_DATE"),
        (2, "金额（元）", "NOT_AN_AMOUNT"),
        (3, "", "SAME_KEY"),
        (5, "D", "EXTRA_CELL"),
        (5, "编号", "REQUIRED"),
    ]
    told = "".join(one.text("zh") + one.text("en") for one in prepared.problems) + repr(prepared)
    assert not any(word in told for word in ("昨天", "机密数", "多余"))
    assert prepared.problems[2].text("zh") == "第 3 行：与第 2 行重复（编号相同）"


def test_no_more_problems_are_listed_than_a_person_reads_but_all_are_counted():
    rows = "".join(f"A-{n},x,1\n" for n in range(1500))
    prepared = prepare(SPEC, f"编号,发现日期,金额\n{rows}".encode())

    assert (len(prepared.problems), prepared.problem_count) == (1000, 1500)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(zipfile.ZipFile(io.BytesIO(PLAIN)).namelist())), st.data())
def test_whatever_a_part_holds_is_read_or_refused(name: str, data: st.DataObject):
    part = zipfile.ZipFile(io.BytesIO(PLAIN)).read(name)
    at = data.draw(st.integers(0, len(part)))
    broken = part[:at] + data.draw(st.binary(max_size=6)) + part[data.draw(st.integers(at, len(part))) :]
    try:
        prepared = prepare(SPEC, repacked(PLAIN, {name: broken}))
    except GuantongError:
        return
    assert all(row.natural_key for row in prepared.rows)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from((b"", "编号,发现日期,金额\n".encode(), b"PK\x03\x04")), st.binary(max_size=200))
def test_whatever_bytes_come_are_read_or_refused(head: bytes, data: bytes):
    try:
        prepared = prepare(SPEC, head + data)
    except GuantongError:
        return
    assert all(row.natural_key for row in prepared.rows)
