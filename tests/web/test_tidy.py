"""What people paste from Word is kept as they read it: invisible marks go, line breaks stay, digits become plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.tidy import tidy, tidy_line

PASTED = [
    ("共４个项目，金额１，２３４．５万元", "共4个项目，金额1,234.5万元"),
    ("第一行\u000b第二行\r\n第三行", "第一行\n第二行\n第三行"),
    ("\uf0b7\t整改不到位\n\uf0b7 未公示", "· 整改不到位\n· 未公示"),
    ("\ufeff零宽\u200b字\u00ad符\u202e", "零宽字符"),
    ("　　首行缩进", "首行缩进"),
    ("一\n\n\n\n二  ", "一\n\n二"),
    ("不\u00a0换行", "不 换行"),
]


@pytest.mark.parametrize(("pasted", "kept"), PASTED)
def test_pasted_text_is_kept_as_it_is_read(pasted: str, kept: str):
    assert tidy(pasted) == kept


def test_a_line_has_one_line():
    assert tidy_line(" 青巡办函\n〔２０２６〕 7号 ") == "青巡办函 〔2026〕 7号"


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_what_is_tidy_stays_so(text: str):
    assert tidy(tidy(text)) == tidy(text)
