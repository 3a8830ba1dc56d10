"""Two clerks on one draft: nobody's words are lost, and only what both wrote is left to choose."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.web.pages.drafts.differences import difference
from gateway.web.pages.drafts.merging import merge
from gateway.web.pages.drafts.slots import Slot

WORDS = st.text("甲乙丙", max_size=3)
TEXTS = st.fixed_dictionaries(dict.fromkeys(("a", "b", "c"), WORDS))


def slots(values: dict[str, str]) -> list[Slot]:
    return [Slot(path, path, value) for path, value in values.items()]


def test_changes_in_different_places_are_both_kept():
    merged = merge(slots({"a": "旧", "b": "旧"}), slots({"a": "甲", "b": "旧"}), {"a": "旧", "b": "乙"})

    assert (dict(merged.values), merged.clashes) == ({"b": "乙"}, ())


def test_the_same_place_shows_how_it_was_theirs_and_ours():
    (clash,) = merge(slots({"a": "旧"}), slots({"a": "甲"}), {"a": "乙"}).clashes

    assert (clash.was, clash.theirs, clash.yours) == ("旧", "甲", "乙")


def test_the_same_words_twice_are_no_clash():
    merged = merge(slots({"a": "旧"}), slots({"a": "甲"}), {"a": "甲"})

    assert (dict(merged.values), merged.clashes) == ({}, ())


@given(base=TEXTS, newest=TEXTS, typed=TEXTS)
def test_every_word_typed_is_in_the_newest_taken_or_shown(
    base: dict[str, str], newest: dict[str, str], typed: dict[str, str]
):
    merged = merge(slots(base), slots(newest), typed)
    shown = {one.slot.path: one.yours for one in merged.clashes}

    for path, words in typed.items():
        if words != base[path]:
            assert words in {newest[path], merged.values.get(path), shown.get(path)}
        else:
            assert path not in merged.values
            assert path not in shown


@given(before=st.lists(WORDS, max_size=8), after=st.lists(WORDS, max_size=8))
def test_what_is_new_and_gone_makes_one_revision_of_the_other(before: list[str], after: list[str]):
    lines = difference(before, after)

    assert bool(lines) == (before != after)
    assert all(one.text in before for one in lines if one.kind in {"gone", "same"})
    assert all(one.text in after for one in lines if one.kind in {"new", "same"})
