"""Document numbers are found however people write them; a number in a form of its own is kept whole."""

from __future__ import annotations

import pytest

from services.chassis.exchange.document_numbers import Parts, asked_for, parts_of


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("青巡办函〔2026〕7号", Parts("青巡办函", 2026, 7)),
        ("", Parts()),
        ("青函第7号", Parts("青函第7号")),
        ("青函〔2026〕99999999999号", Parts("青函〔2026〕99999999999号")),
        ("〔2026〕7号", Parts("", 2026, 7)),
        ("长" * 200, Parts("长" * 80)),
    ],
)
def test_a_number_is_kept_in_its_parts(number: str, parts: Parts):
    assert parts_of(number) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("青巡办函〔2026〕7号", Parts("青巡办函", 2026, 7)),
        ("青巡办函[２０２６]７", Parts("青巡办函", 2026, 7)),
        ("（2026）7号", Parts(None, 2026, 7)),
        (" 第7号 ", Parts(None, None, 7)),
        ("青巡办函", Parts("青巡办函")),
        ("青巡办函〔2026〕", Parts("青巡办函", 2026)),
        ("2026", Parts(None, None, 2026)),
    ],
)
def test_what_is_asked_for_may_be_a_part(text: str, parts: Parts):
    assert asked_for(text) == parts
