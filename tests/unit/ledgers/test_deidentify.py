"""What could lead to a petitioner is found in every spelling, and ordinary official prose is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.ledgers.deidentify import LEAST_COPIED, Originals, Risk, blocked, check_text


def risks(text: str, *originals: str) -> set[Risk]:
    return {finding.risk for finding in check_text(text, originals)}


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("身份证11010119900307721X的群众", Risk.ID_NUMBER),
        ("身份证１１０１０１１９９００３０７７２１５", Risk.ID_NUMBER),
        ("旧证110101900307721", Risk.ID_NUMBER),
        ("电话13800138000", Risk.PHONE),
        ("电话138 0013 8000", Risk.PHONE),
        ("电话138-0013-8000", Risk.PHONE),
        ("电话１３８００１３８０００", Risk.PHONE),
        ("电话+86 13800138000", Risk.PHONE),
        ("座机0912-3456789", Risk.PHONE),
        ("拨打一三八零零一三八零零零", Risk.PHONE),
        ("拨打一三八 零零一三 八零零零", Risk.PHONE),
        ("拨打壹叁捌零零壹叁捌零零零", Risk.PHONE),
        ("电话1 3 8 0 0 1 3 8 0 0 0", Risk.PHONE),
        ("电话138.0013.8000", Risk.PHONE),
        ("电话138——0013——8000", Risk.PHONE),
        ("电话138\u200b0013\u200b8000", Risk.PHONE),
        ("电话①③⑧⓪⓪①③⑧⓪⓪⓪", Risk.PHONE),
        ("电话١٣٨٠٠١٣٨٠٠٠", Risk.PHONE),
        ("联系电话:5551234", Risk.PHONE),
        ("身份证110101 19900307 721X", Risk.ID_NUMBER),
        ("汇入6222 0212 3456 7890 128", Risk.BANK_CARD),
        ("信箱zhang@example.cn", Risk.EMAIL),
        ("微信号:zhang_san88", Risk.ACCOUNT),
        ("QQ 1234567", Risk.ACCOUNT),
        ("驾驶陕A12345前往", Risk.PLATE),
        ("举报人张三称", Risk.PETITIONER_NAMED),
        ("信访人:王某某", Risk.PETITIONER_NAMED),
        ("村民张大山反映工程款", Risk.PETITIONER_NAMED),
        ("群众李四等来访", Risk.PETITIONER_NAMED),
        ("张大山等5人反映工程款", Risk.PETITIONER_NAMED),
        ("张大山等十余人联名反映", Risk.PETITIONER_NAMED),
        ("张大山（信访人）反映", Risk.PETITIONER_NAMED),
        ("张大山反映村务不公开", Risk.NAME_LIKE),
        ("经查，张大山举报属实", Risk.NAME_LIKE),
        ("家住幸福路18号", Risk.ADDRESS),
        ("清水村三组", Risk.ADDRESS),
        ("单位唯一的女会计", Risk.UNIQUE_POST),
        ("3月2日晚在某饭店包间聚餐", Risk.SMALL_EVENT),
        ("信中写道“他把应该发给我们的补贴都发给了自己的亲戚还骂人”", Risk.LONG_QUOTE),
    ],
)
def test_it_finds(text: str, risk: Risk):
    assert risk in risks(text)


@pytest.mark.parametrize(
    "text",
    [
        "2025年共受理信访举报12件,其中实名5件,占41.67%。",
        "反映某班子成员在工程变更签证中存在问题,已转办。",
        "涉及违规金额13800138000.00元。",
        "统一社会信用代码11610826MB2975432K",
        "审报〔2023〕12号,2023-03-02",
        "举报人要求核查;信访人对处理结果满意;举报人反映的问题",
        "二〇二三年以来",
        "村民代表反映补偿标准不一;群众曾多次反映;居民于今年来信",
        "群众方面反映较多,安置户反映补偿款未到位,党员反映党费收缴",
        "职工马上信访;村民广泛反映;业主常年投诉",
        "涉及18000.00元,2023年2024年各1笔",
        "电话12345热线转办",
    ],
)
def test_it_leaves_official_prose_alone(text: str):
    assert risks(text) == set()


def test_the_place_of_a_number_with_hidden_characters_is_the_place_in_the_text():
    text = "请致电138\u200b0013\u200b8000核实"
    (finding,) = check_text(text)

    assert text[finding.start : finding.end] == "138\u200b0013\u200b8000"


def test_copying_the_petition_is_found_whatever_the_punctuation():
    original = "村主任把修路的沙石款十二万元打进了他小舅子的账户。"

    assert risks("反映:村主任把修路的沙石款、十二万元,打进了亲属账户", original) == {Risk.COPIED}
    assert risks("反映村干部将工程款转入亲属账户", original) == set()


def test_what_may_be_told_anyway_is_no_copy():
    name = "青禾县农业综合行政执法大队"
    original = f"{name}收钱不开票据还骂人打人"

    def found(text: str) -> set[Risk]:
        return {one.risk for one in check_text(text, Originals.shared([text], [original], [name]))}

    assert found(f"反映{name}收费问题") == set()
    assert found(f"反映{name}收钱不开票据还骂人打人") == {Risk.COPIED}


def test_a_letter_that_grows_in_lower_case_hides_no_copy():
    assert Risk.COPIED in risks("İİ村主任把修路的沙石款十二万元", "村主任把修路的沙石款十二万元")


def test_a_finding_says_where_and_not_what():
    text = "请联系13800138000核实"
    (finding,) = check_text(text)

    assert text[finding.start : finding.end] == "13800138000"
    assert "138" not in repr(finding)
    assert blocked([finding]) == (finding,)


@given(
    st.text(max_size=60),
    st.text(alphabet="甲乙丙丁戊己庚辛壬癸", min_size=LEAST_COPIED, max_size=30),
    st.text(max_size=60),
)
def test_any_long_enough_copy_is_found_with_its_place(before: str, copied: str, after: str):
    text = f"{before}\n{copied}\n{after}"
    found = [one for one in check_text(text, [copied]) if one.risk is Risk.COPIED]

    start = text.index(copied)
    assert any(one.start <= start and start + len(copied) <= one.end for one in found)


@given(st.text(max_size=200))
def test_places_lie_in_the_text(text: str):
    assert all(0 <= one.start < one.end <= len(text) for one in check_text(text, [text[::-1]]))
