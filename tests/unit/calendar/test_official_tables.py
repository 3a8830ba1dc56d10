"""Official calendar tables: what is shipped is right, and a faulty file is refused as a whole with the reason."""

from __future__ import annotations

from datetime import date

import pytest

from services.chassis.calendar.errors import CalendarTableError, CalendarVersionError
from services.chassis.calendar.tables import (
    count_working_days,
    parse_overlay,
    parse_table,
    shipped_tables,
)
from services.chassis.calendar.working import Reason, calendar_of, shipped_calendar
from tests.unit.calendar.tables_for_tests import law, table, table_file

TOTALS = {2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}


def test_every_year_from_2021_to_2026_is_shipped_with_its_source():
    tables = shipped_tables()

    assert [item.year for item in tables] == list(TOTALS)
    for item in tables:
        assert f"关于{item.year}年部分节假日安排的通知（国办发明电〔{item.year - 1}〕" in item.source
        assert item.published is not None
        assert item.published.year == item.year - 1


@pytest.mark.parametrize(("year", "total"), TOTALS.items())
def test_working_days_of_a_year_agree_with_the_official_total(year: int, total: int):
    assert shipped_calendar().working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == total
    assert count_working_days(shipped_calendar().tables[year]) == total


def test_the_notice_of_2026_is_reproduced_day_by_day():
    notice = shipped_calendar().tables[2026]

    assert len(notice.off) == 33
    assert sorted(notice.make_up) == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]


def test_a_file_gives_back_what_it_says():
    read = parse_table(table_file(2027, version=3, off="2027-02-08,", make_up="2027-02-20"), "2027.toml")

    assert (read.year, read.version, read.source) == (2027, 3, "通知")
    assert date(2027, 2, 8) in read.off
    assert read.make_up == {date(2027, 2, 20)}


@pytest.mark.parametrize(
    ("content", "key", "reason"),
    [
        (b"\xff\xfe", "-", "not UTF-8"),
        (b"year = ", "-", "not TOML"),
        (b"year = 2027\n", "version", "is missing"),
        (table_file(2027).replace(b"year = 2027", b'year = "2027"'), "year", "whole number"),
        (table_file(2027).replace(b"version = 1", b"version = true"), "version", "whole number"),
        (table_file(2027).replace(b"version = 1", b"version = 0"), "version", "whole number"),
        (table_file(2027).replace(b'"\xe9\x80\x9a\xe7\x9f\xa5"', b'" "'), "source", "not empty"),
        (table_file(2027) + b"makeup = []\n", "makeup", "unknown key"),
        (table_file(2027) + b"working_days = 200\n", "working_days", "the file states 200"),
        (table_file(2027, off='"2027-02-08",'), "off", "not a date"),
        (table_file(2027, off="2027-02-08T00:00:00,"), "off", "not a date"),
        (table_file(2027, off="2027-01-01,"), "off", "listed twice"),
        (table_file(2027, off="2028-01-01,"), "off", "lies outside 2027"),
        (table_file(2027, off="2026-11-30,"), "off", "lies outside 2027"),
        (table_file(2027, off="2027-02-06,", make_up="2027-02-06"), "make_up", "also listed under off"),
        (table_file(2027, make_up="2027-02-08"), "make_up", "not a Saturday or Sunday"),
        (table_file(2027).replace(b"2027-10-02,", b""), "off", "day off by law"),
        (table_file(2027).replace(b"make_up = []", b"make_up = 1"), "make_up", "list of dates"),
    ],
)
def test_a_faulty_file_is_refused_naming_file_key_and_reason(content: bytes, key: str, reason: str):
    with pytest.raises(CalendarTableError) as caught:
        parse_table(content, "bad.toml")

    assert caught.value.facts["file"] == "bad.toml"
    assert caught.value.facts["key"] == key
    assert reason in caught.value.facts["problem"]
    assert "bad.toml" in caught.value.text("zh")
    assert caught.value.facts["problem_zh"] in caught.value.text("zh")


def test_a_higher_version_of_a_year_replaces_the_lower_in_whatever_order_they_come():
    older, newer = table(2027, version=1), table(2027, version=2, off={date(2027, 2, 8)})

    for order in ((older, newer), (newer, older)):
        assert calendar_of(order).tables[2027] is newer


def test_one_version_never_means_two_sets_of_dates():
    cal = calendar_of([table(2027)])

    with pytest.raises(CalendarVersionError):
        cal.with_table(table(2027, off={date(2027, 2, 8)}))
    assert cal.with_table(table(2027)) is cal


def test_loading_a_table_leaves_the_calendar_in_use_as_it_was():
    cal = shipped_calendar()

    loaded = cal.with_table(table(2027))

    assert not cal.is_known(date(2027, 1, 4))
    assert loaded.is_known(date(2027, 1, 4))


def test_a_notice_may_move_days_of_the_december_before_its_year():
    """The 2019 notice made Saturday 29 December 2018 a working day and Monday the 31st a day off."""
    before = calendar_of([table(2018)])
    after = before.with_table(table(2019, off={date(2018, 12, 31)}, make_up={date(2018, 12, 29)}))

    assert before.reason(date(2018, 12, 29)) is Reason.WEEKEND
    assert after.reason(date(2018, 12, 29)) is Reason.MAKE_UP_WORKING_DAY
    assert after.reason(date(2018, 12, 31)) is Reason.OFFICIAL_HOLIDAY


def test_without_a_table_weekends_and_the_days_fixed_by_law_are_off():
    cal = calendar_of()

    off = {day for day in law(2027) if cal.reason(day) is Reason.HOLIDAY_BY_LAW}
    assert off == law(2027)
    assert cal.reason(date(2027, 1, 2)) is Reason.WEEKEND
    assert cal.reason(date(2027, 1, 4)) is Reason.WORKING_DAY


def test_a_countys_own_days_come_before_the_notice():
    content = """
        county = "某自治县"
        version = 1
        source = "自治县人民政府通知"
        off = [2026-08-05]
        make_up = [2026-08-08]
    """
    cal = shipped_calendar().with_overlay(parse_overlay(content.encode(), "county.toml"))

    assert cal.reason(date(2026, 8, 5)) is Reason.COUNTY_HOLIDAY
    assert cal.reason(date(2026, 8, 8)) is Reason.COUNTY_WORKING_DAY
    assert cal.is_working(date(2026, 8, 8))
    assert shipped_calendar().is_working(date(2026, 8, 5))


def test_a_countys_day_cannot_be_off_and_worked():
    content = 'county = "某县"\nversion = 1\nsource = "x"\noff = [2026-08-08]\nmake_up = [2026-08-08]\n'

    with pytest.raises(CalendarTableError, match=r"county\.toml, key make_up"):
        parse_overlay(content.encode(), "county.toml")


def test_offsets_step_over_rest_days_in_both_directions():
    cal = shipped_calendar()

    assert cal.working_day_offset(date(2026, 10, 10), -3) == date(2026, 9, 30)
    assert cal.working_day_offset(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert cal.working_day_offset(date(2026, 10, 3), 0) == date(2026, 10, 3)
    assert cal.next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)
