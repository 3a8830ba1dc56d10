"""What is kept of an act's facts folds like the facts themselves, and tells nothing that a person wrote."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.dossiers.facts import GIVEN, KEPT, reduce_facts
from services.chassis.matters.guards import GUARDS
from services.chassis.matters.model import Side, Standing

TEXTS = st.sampled_from(["", " ", "张三", "李四", "none", "provided", "o1", "u1/finance", "2026-03-02"])
FACTS = st.dictionaries(
    st.sampled_from(sorted(KEPT | GIVEN)),
    st.one_of(TEXTS, st.booleans(), st.integers(-2, 9), st.dictionaries(TEXTS, TEXTS, max_size=3)),
)


def test_every_fact_that_a_condition_reads_is_kept_or_marked() -> None:
    read = {name for guard in GUARDS.values() for name in guard.reads}
    assert read <= KEPT | GIVEN
    assert not KEPT & GIVEN


@given(FACTS)
def test_every_condition_is_met_by_what_is_kept_as_it_is_by_all(facts: dict[str, object]) -> None:
    standing = Standing(opening_id="o1", required_sections=("u1/finance",))
    for guard in GUARDS.values():
        for side in Side:
            assert guard.check(reduce_facts(facts), standing, side) == guard.check(facts, standing, side)


@given(FACTS)
def test_reducing_twice_changes_nothing(facts: dict[str, object]) -> None:
    once = reduce_facts(facts)
    assert reduce_facts(once) == once


def test_no_text_survives_and_equal_texts_stay_equal() -> None:
    facts = {
        "packed_by": "张三",
        "witness": "李四",
        "recorded_by": "张三",
        "reason": "  ",
        "section_reasons": {"u1/finance": "缺少年度数据"},
        "subject": "不属于任何条件的内容",
        "leader_signed_at": "2026-03-02T00:30:00+00:00",
    }
    assert reduce_facts(facts) == {
        "packed_by": "#1",
        "recorded_by": "#1",
        "reason": "",
        "section_reasons": {"u1/finance": "#2"},
        "witness": "#3",
        "leader_signed_at": "2026-03-02T00:30:00+00:00",
    }
