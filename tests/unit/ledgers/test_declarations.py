"""A ledger that could not work is refused where it is declared; its headers are found however an office writes them."""

from __future__ import annotations

import pytest

from services.chassis.ledgers import spec as s
from services.chassis.ledgers.errors import HeadersWrongError
from services.chassis.ledgers.jurisdiction import AUTHORITIES, RANKS, above_county, stopped
from services.chassis.ledgers.parse import prepare
from services.chassis.ledgers.spec import Column, LedgerSpec

NO = s.text("no", "编号", "No.", required=True)
SPEC = LedgerSpec(
    name="ledger",
    title_zh="台账",
    title_en="Ledger",
    natural_key=("no",),
    columns=(NO, s.unit(), s.money("amount", "金额", "Amount"), s.petitioner("who", "信访人", "Petitioner")),
)


def declared(*columns: Column, key: tuple[str, ...] = ("no",), name: str = "ledger") -> LedgerSpec:
    return LedgerSpec(name=name, title_zh="台账", title_en="Ledger", natural_key=key, columns=columns)


@pytest.mark.parametrize(
    "make",
    [
        lambda: declared(NO, name="Ledger; DROP"),
        lambda: declared(NO, NO),
        lambda: declared(NO, s.text("other", "编号", "No.")),
        lambda: declared(NO, s.text("revision", "修订", "Revision")),
        lambda: declared(NO, key=()),
        lambda: declared(NO, key=("missing",)),
        lambda: declared(s.text("no", "编号", "No.")),
        lambda: declared(s.petitioner("no", "信访人", "Petitioner")),
        lambda: declared(NO, s.choice("status", "状态", "Status", ())),
    ],
)
def test_a_declaration_that_could_not_work_is_refused(make):
    with pytest.raises(ValueError, match="ledger"):
        make()


def test_who_complained_is_neither_kept_nor_drafted():
    petition = declared(NO, s.text("demand", "诉求", "Demand", free=True), s.petitioner("who", "信访人", "Petitioner"))

    assert [column.key for column in petition.kept] == ["no", "demand"]
    assert [column.key for column in petition.drafted] == ["no"]
    assert [column.key for column in petition.sealed] == ["who"]


def read(*lines: str):
    return prepare(SPEC, "\n".join(lines).encode())


@pytest.mark.parametrize(
    "lines",
    [
        ("编号,单位名称,金额", "1,县水务局,3"),
        ("金额,编号,单位名称", "3,1,县水务局"),
        ("县审计局台账,,", "填报日期：2026年3月,,", "*编 号,单位名称*,金额（元）", "1,县水务局,3"),
        ("编号,单位名称,金额(万元)", "1,县水务局,0.0003"),
        ('编号,"单位\n名称",金额', "1,县水务局,3"),
        ("编号,单位名称,金额,信访人", "1,县水务局,3,"),
    ],
)
def test_headers_are_found_however_an_office_writes_them(lines):
    prepared = read(*lines)

    assert prepared.problems == ()
    assert [str(value) for value in prepared.rows[0].values.values()] == ["1", "县水务局", "3.00"]


def test_wrong_headers_are_named_by_what_was_expected_and_never_by_what_was_there():
    with pytest.raises(HeadersWrongError) as refused:
        read("编号,金额,举报人张三电话,编号", "1,2,3,4")

    facts = refused.value.facts
    assert (facts["missing"], facts["unexpected"], facts["repeated"]) == ("单位名称", "C", "D")
    assert "张三" not in refused.value.text("zh") + refused.value.text("en")


@pytest.mark.parametrize(
    "word",
    [
        "市管",
        "省管干部",
        "中管",
        "县处级正职",
        "县处级",
        "正处级",
        "副县级",
        "厅局级",
        "四级调研员",
        "市委管理",
        "县管、市管",
        "上级管理",
        "市管（副处级）",
        "副处级（市管）",
        "乡科级正职(市管)",
        "市 管",
        "市\u200b管",
        "市\ufeff管",
        "市委组织部管理",
        "市管领导干部",
        "省直管",
        "县级领导",
        "县级正职",
        "副县长",
        "县委书记",
        "县委常委、宣传部部长",
        "县人大常委会副主任",
        "县政协副主席",
    ],
)
def test_subjects_above_the_county_are_stopped(word):
    assert above_county(word)


@pytest.mark.parametrize(
    "word",
    [
        *AUTHORITIES,
        *RANKS,
        "正科级",
        "县管干部",
        "县级",
        "县委管理",
        "副乡级",
        "乡镇长",
        "村党支部书记",
        "市场管理员",
        "",
    ],
)
def test_subjects_of_the_county_pass(word):
    assert not above_county(word)


def test_stopped_subjects_are_named_by_their_position_alone():
    assert stopped([("县管", "乡科级正职"), ("县管", "县处级副职"), (None, None), ("市管", None)]) == (1, 3)
