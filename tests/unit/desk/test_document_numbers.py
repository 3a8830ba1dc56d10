"""A document number as it is printed."""

from __future__ import annotations

from services.chassis.desk.numbers import DocumentNumber


def test_the_year_stands_in_its_brackets_and_the_number_without_zeros():
    assert str(DocumentNumber("青巡办函", 2026, 7)) == "青巡办函〔2026〕7号"
