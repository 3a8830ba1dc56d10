"""What is sealed in one column must not stand in the clear in another: such a row is refused without repeating it."""

from __future__ import annotations

import pytest

from services.chassis.ledgers import spec as s
from services.chassis.ledgers.elsewhere import columns_with_identity
from services.chassis.ledgers.parse import prepare

SPEC = s.LedgerSpec(
    name="petitions",
    title_zh="信访台账",
    title_en="Petitions",
    natural_key=("no",),
    columns=(
        s.text("no", "编号", "No.", required=True),
        s.unit(),
        s.person("subject", "被反映人", "Subject"),
        s.text("region", "属地", "Region"),
        s.text("demand", "诉求", "Demand", free=True),
        s.petitioner("name", "信访人", "Petitioner"),
        s.petitioner("contact", "联系方式", "Contact"),
        s.petitioner("address", "住址", "Address"),
    ),
)


def found(kept: dict[str, str], **sealed: str) -> tuple[str, ...]:
    return columns_with_identity(SPEC, {"no": "X-1", "unit": "云岭镇", **kept}, sealed)


@pytest.mark.parametrize(
    ("demand", "sealed"),
    [
        ("我叫张大山，要求修路", {"name": "张大山"}),
        ("我叫张　大山，要求修路", {"name": "张 大山"}),
        ("李四等人要求修路", {"name": "张大山、李四等5人"}),
        ("请回电１３８ 0013-8000", {"contact": "13800138000"}),
        ("请加微信zhang_san88", {"contact": "zhangsan88"}),
        ("家在清水村三组12号", {"address": "清水村三组12号"}),
        ("请回电13900139000", {}),  # anybody's number, in free text
        ("身份证11010119900307721X", {}),
        ("拨打一三八零零一三八零零零", {}),
    ],
)
def test_the_petitioner_in_the_petitions_own_words_is_found(demand: str, sealed: dict[str, str]):
    assert found({"demand": demand}, **sealed) == ("demand",)


@pytest.mark.parametrize(
    ("kept", "sealed"),
    [
        ({"demand": "匿名举报修路款被挪用"}, {"name": "匿名"}),
        ({"demand": "群众要求修路"}, {"name": "群众"}),
        ({"region": "云岭镇"}, {"address": "云岭镇"}),
        ({"region": "青禾县云岭镇清水村"}, {"address": "云岭镇清水村"}),
        ({"demand": "要求补发补贴18000元"}, {"contact": "未留电话", "name": "不详"}),
        ({"subject": "张大山"}, {"name": "张大山"}),  # two persons may have one name; this column is for the other
        ({"demand": "要求修路"}, {"name": "张大山", "contact": "13800138000"}),
    ],
)
def test_what_says_nothing_about_the_petitioner_passes(kept: dict[str, str], sealed: dict[str, str]):
    assert found(kept, **sealed) == ()


def test_numbers_of_petitions_may_look_like_anything():
    """A register number of 18 digits is not an identity card: only free text is searched for numbers."""
    assert columns_with_identity(SPEC, {"no": "371399200203020013"}, {"name": "张大山"}) == ()
    assert columns_with_identity(SPEC, {"no": "X-13800138000"}, {"contact": "138 0013 8000"}) == ("no",)


def test_a_row_with_the_petitioner_in_the_wrong_column_is_refused_and_not_repeated():
    data = (
        "编号,单位名称,被反映人,属地,诉求,信访人,联系方式,住址\n"
        "X-1,张大山,,张大山家,张大山要求修路,张大山,13800138000,\n"
    ).encode("gb18030")
    prepared = prepare(SPEC, data)

    assert [(one.row, one.column, one.code) for one in prepared.problems] == [
        (2, "单位名称", "IDENTITY_OUTSIDE"),
        (2, "属地", "IDENTITY_OUTSIDE"),
        (2, "诉求", "IDENTITY_OUTSIDE"),
    ]
    told = repr(prepared) + "".join(one.text(language) for one in prepared.problems for language in ("zh", "en"))
    assert "张大山" not in told
    assert "138" not in told
