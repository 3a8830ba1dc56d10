"""Spans from several files become one tree, whatever is missing, doubled or hostile among them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from services.chassis.telemetry.traces import (
    SpanRecord,
    assemble_trace,
    decode,
    read_spans,
    render_waterfall,
    trace_id_of,
)

TRACE = "a" * 32
MILLISECOND = 1_000_000


def span(number: int, parent: int | None, body: str, name: str, *, at: tuple[int, int] = (0, 1)) -> SpanRecord:
    parent_id = None if parent is None else f"{parent:016x}"
    start, end = (milliseconds * MILLISECOND for milliseconds in at)
    return SpanRecord(TRACE, f"{number:016x}", parent_id, name, body, start, end)


LETTER = [
    span(1, None, "north", "letter.write", at=(0, 2)),
    span(2, 1, "north", "letter.publish", at=(5, 9)),
    span(3, 2, "south", "letter.store", at=(10, 14)),
    span(4, 3, "south", "letter.apply", at=(15, 30)),
    span(5, 1, "north", "letter.receipt", at=(20, 21)),
]
OUTLINE = (
    "north",
    "letter.write",
    (
        ("north", "letter.publish", (("south", "letter.store", (("south", "letter.apply", ()),)),)),
        ("north", "letter.receipt", ()),
    ),
)


def line(record: SpanRecord, **changes: object) -> bytes:
    return json.dumps(record.to_json() | changes).encode()


def test_spans_in_any_order_and_twice_make_one_tree():
    other = replace(LETTER[0], trace_id="b" * 32)

    [root] = assemble_trace([other, *reversed(LETTER), *LETTER], TRACE)

    assert root.outline() == OUTLINE


def test_a_missing_span_leaves_its_children_as_trees_of_their_own():
    roots = assemble_trace([one for one in LETTER if one.name != "letter.publish"], TRACE)

    assert [root.span.name for root in roots] == ["letter.write", "letter.store"]


def test_spans_that_name_each_other_as_parents_are_left_out():
    circle = [span(8, 9, "south", "rpc.call"), span(9, 8, "south", "rpc.call")]
    own_parent = span(7, 7, "south", "rpc.call")

    roots = assemble_trace([*circle, own_parent], TRACE)

    assert [root.span.span_id for root in roots] == [own_parent.span_id]


def test_a_chain_of_any_depth_is_shown_as_far_as_a_reader_could_follow():
    chain = [span(number, number - 1 or None, "south", "rpc.call", at=(number, number)) for number in range(1, 5000)]

    text = render_waterfall(assemble_trace(chain, TRACE))

    assert 100 < text.count("\n") < 5000


def test_the_waterfall_shows_who_did_what_when_and_how_long():
    failed = [replace(one, failed=one.span_id.endswith("4")) for one in LETTER]

    rows = render_waterfall(assemble_trace(failed, TRACE), width=30).splitlines()

    assert rows == [
        "north  letter.write              2.0 ms  |==                            |",
        "north    letter.publish          4.0 ms  |     ====                     |",
        "south      letter.store          4.0 ms  |          ====                |",
        "south        letter.apply       15.0 ms  |               ===============|  FAILED",
        "north    letter.receipt          1.0 ms  |                    =         |",
    ]


def test_nothing_is_shown_of_a_trace_that_is_not_there():
    assert render_waterfall(assemble_trace(LETTER, "c" * 32)) == ""


def test_a_file_cut_short_by_a_crash_is_read_up_to_there(tmp_path: Path):
    file = tmp_path / "spans.jsonl"
    file.write_bytes(b"\n".join(line(one) for one in LETTER)[:-20])

    assert list(read_spans([tmp_path / "missing.jsonl", file])) == LETTER[:-1]


def test_the_body_that_the_bus_vouches_for_overrules_what_a_span_claims():
    read = decode(line(LETTER[0], body="east"), "south")

    assert read is not None
    assert read.body == "south"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "letter.content"},
        {"name": ["letter.write"]},
        {"attributes": {"subject": "x"}},
        {"attributes": {"peer": "举报人"}},
        {"attributes": None},
        {"trace_id": "x"},
        {"trace_id": 3},
        {"span_id": "../../x"},
        {"parent_id": "x"},
        {"body": "南"},
        {"body": "\x1b[2J"},
        {"start": -1},
        {"start": 1e400},
        {"end": 1 << 70},
        {"failed": "<script>"},
        {"more": 1},
    ],
)
def test_a_line_that_says_more_or_other_than_it_may_is_no_span(changes: dict[str, object]):
    assert decode(line(LETTER[0], **changes)) is None


@pytest.mark.parametrize("text", [b"", b"[]", b"3", b"{", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_junk_is_no_span(text: bytes):
    assert decode(text) is None


def test_a_letters_traceparent_leads_to_its_trace():
    assert trace_id_of(f"00-{TRACE}-{'1' * 16}-03") == TRACE
    assert trace_id_of("anything else") is None
