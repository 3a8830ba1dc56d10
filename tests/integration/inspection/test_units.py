"""The office's master data comes from spreadsheets and answers as of a day."""

from __future__ import annotations

from datetime import date

import pytest

from services.chassis.ledgers.spec import LedgerSpec
from services.chassis.storage import Database
from services.inspection.units import queries, specs
from services.inspection.units.errors import BodyNameUnknownError, UnitUnknownError
from tests.integration.inspection.master_data import BODIES, import_csv, load_master_data

TODAY = date(2026, 3, 2)


@pytest.fixture
def office(database: Database) -> Database:
    load_master_data(database)
    return database


def test_a_unit_answers_with_the_name_it_had_on_the_day(office: Database):
    def ask(day: date) -> queries.UnitOn:
        return office.reader.read_sync(lambda c: queries.units_on(c, ["U03"], day, BODIES))[0]

    assert ask(date(2024, 6, 30)).name == "县环境保护局"
    assert (ask(TODAY).name, ask(TODAY).former_names) == ("县生态环境局", ("县环境保护局", "生态局"))


def test_units_come_in_the_order_asked_and_bodies_among_them_are_known(office: Database):
    units = office.reader.read_sync(lambda c: queries.units_on(c, ["U02", "U01"], TODAY, BODIES))

    assert [(unit.unit_id, unit.body) for unit in units] == [("U02", "audit"), ("U01", "")]


@pytest.mark.parametrize(("unit_id", "day"), [("U99", TODAY), ("U01", date(1999, 1, 1)), ("U04", TODAY)])
def test_a_unit_unknown_on_the_day_is_an_error_that_names_it(office: Database, unit_id: str, day: date):
    with pytest.raises(UnitUnknownError) as caught:
        office.reader.read_sync(lambda c: queries.units_on(c, [unit_id], day, BODIES))

    assert caught.value.facts == {"unit_id": unit_id, "day": day.isoformat()}


def test_a_body_nobody_knows_is_refused_before_anything_is_sent(office: Database):
    import_csv(
        office, specs.UNITS, "单位编号,单位名称,启用日期,单位类别,所属协作机构\nU09,县某局,2010-01-01,政府部门,县某办\n"
    )

    with pytest.raises(BodyNameUnknownError):
        office.reader.read_sync(lambda c: queries.units_on(c, ["U09"], TODAY, BODIES))


def test_a_moved_person_is_found_at_both_units(office: Database):
    then, now = office.reader.read_sync(
        lambda c: (queries.units_of_person(c, "R1", date(2024, 1, 1)), queries.units_of_person(c, "R1", TODAY))
    )
    group = office.reader.read_sync(lambda c: queries.leading_group_within(c, "U01", date(2023, 1, 1), TODAY))

    assert (then, now) == (frozenset({"U01"}), frozenset({"U03"}))
    assert [post.person_id for post in group] == ["R2", "R1"]


def test_portfolios_rounds_and_open_items_are_told_as_of_the_day(office: Database):
    charge, past, open_items = office.reader.read_sync(
        lambda c: (
            queries.leaders_in_charge(c, "U01", TODAY),
            queries.last_inspection(c, "U01", TODAY),
            queries.open_issues(c, "U01"),
        )
    )

    assert [(one.side, one.leader) for one in charge] == [("政府", "丁某")]
    assert past is not None
    assert (past.seq, past.ended) == (3, date(2023, 6, 30))
    assert [item.text("item_no") for item in open_items] == ["X1"]


def test_a_name_of_any_time_leads_to_the_unit(office: Database):
    def find(name: str) -> tuple[str, ...]:
        return office.reader.read_sync(lambda c: queries.find_by_name(c, name, TODAY))

    assert find("县环境保护局") == find("生态局") == find("县生态环境局") == ("U03",)
    assert find("无此单位") == ()


@pytest.mark.parametrize("spec", specs.SPECS, ids=lambda spec: spec.name)
def test_every_spreadsheet_can_be_imported_empty_handed_with_its_own_headers(office: Database, spec: LedgerSpec):
    report = import_csv(office, spec, ",".join(spec.headers) + "\n", check=False)

    assert report.problem_count == 0
