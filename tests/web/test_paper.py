"""A letter's lines become what was on paper: paragraphs, headings, and tables of rows that belong together."""

from __future__ import annotations

from gateway.web.paper import blocks


def test_rows_of_as_many_cells_are_one_table_and_others_another():
    found = blocks(
        ["一、有关单位", "序号 | 单位", "1 | 县水务局", "单位 | 姓名 | 职务", "县水务局 | 甲 | ", "请予支持。"]
    )

    assert [block.heading for block in found] == [True, False, False, False]
    assert found[1].columns == ("序号", "单位")
    assert found[1].rows == (("1", "县水务局"),)
    assert found[2].rows == (("县水务局", "甲", ""),)
    assert found[3].text == "请予支持。"


def test_a_long_line_that_begins_like_a_heading_is_a_paragraph():
    assert not blocks(["一、" + "字" * 60])[0].heading
