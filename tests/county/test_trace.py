"""One trace per letter, from the clerk's or leader's command through the bus to the peer's handler and back."""

from __future__ import annotations

import pytest

from tests.county.lived import Lived

SIGN_DRAFT = "/guantong.node.v1.DraftsService/SignDraft"
Tree = tuple[str, str, tuple[object, ...]]


def reply_tree(body: str) -> Tree:
    """The leader signs at the body; the letter is written in the same call, goes over the bus, is kept and handled at
    the office; its receipt comes back to the body.
    """
    return (
        *(body, "rpc.serve"),
        (
            (
                *(body, "letter.write"),
                (
                    (
                        *(body, "letter.publish"),
                        (("inspection", "letter.store", (("inspection", "letter.apply", ()),)),),
                    ),
                    (body, "letter.receipt", ()),
                ),
            ),
        ),
    )


@pytest.mark.article("A3.2h")
@pytest.mark.parametrize("body", ["discipline", "publicity", "petitions", "audit", "statistics"])
def test_a_reply_is_one_trace_across_two_departments(lived: Lived, body: str):
    roots = lived.demo.trace_of_reply(body)

    assert [root.outline() for root in roots] == [reply_tree(body)]
    assert roots[0].span.attributes["method"] == SIGN_DRAFT


def test_the_spans_of_a_trace_say_who_with_whom_and_nothing_of_the_letter(lived: Lived):
    spans = [lived.demo.trace_of_reply("audit")[0]]
    for node in spans:
        spans += node.children

    assert {frozenset(node.span.attributes) for node in spans} == {frozenset({"peer"}), frozenset({"method", "code"})}
    assert not any(node.span.failed for node in spans)


def test_the_office_holds_the_spans_of_every_department(lived: Lived):
    """They ride the bus, so that an operator sees one trace without a port open anywhere."""
    carried = lived.config("inspection").telemetry.spans.with_name("all-spans.jsonl").read_text(encoding="utf-8")

    assert {body for body in lived.county.bodies if f'"body":"{body}"' in carried.replace('": "', '":"')} == set(
        lived.county.bodies
    )
