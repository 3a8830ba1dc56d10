"""Checks of letter kinds: they fit their matter, their sections, and the table of who receives what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.chassis.matters.fold import TABLES
from services.chassis.rulebook.errors import RuleFault
from services.chassis.rulebook.files import Entry
from services.chassis.rulebook.model import LetterKind, Payload, Section, body_of
from services.chassis.rulebook.placed import Placed

_POSSIBLE: Mapping[str, frozenset[str]] = {
    kind.value: frozenset(row.event.value for row in table.rows.values() if row.to is not None)
    for kind, table in TABLES.items()
}
"""Events that a matter of each kind can have at all."""


def kind_faults(placed: Placed) -> Iterator[RuleFault]:
    """Kinds that contradict themselves, the kinds they answer, or the sections they carry."""
    kinds = {kind.id: kind for kind in placed.of(LetterKind, "letter_kind")}
    sections = placed.of(Section, "section")
    for kind, entry in placed.each(LetterKind, "letter_kind"):
        yield from _alone(kind, entry)
        yield from _answering(kind, entry, kinds)
        if "section" not in placed.unreadable:
            yield from _asking(kind, entry, sections)
    for section, entry in placed.each(Section, "section"):
        yield from _section(section, entry, kinds)


def _alone(kind: LetterKind, entry: Entry) -> Iterator[RuleFault]:
    if kind.confidentiality == "P4":
        yield entry.fault(
            ("confidentiality",),
            "petitioner identity (P4) never leaves the body that received it: no letter can carry it",
            "信访人身份(P4)不得离开受理机构:任何函件不得承载",
        )
    opens = kind.effect == "opens"
    if opens != (kind.event == "opened"):
        yield entry.fault(
            ("event",),
            "a kind that opens a matter has the event opened, and no other kind may",
            "发起事项的函件其 event 应为 opened,其他函件不得使用",
        )
    if opens and kind.matter == "any":
        yield entry.fault(
            ("matter",),
            "a kind that opens a matter says which kind of matter: notice, request or handover",
            "发起事项的函件应写明事项种类:notice、request 或 handover",
        )
    possible = _POSSIBLE.get(kind.matter, frozenset().union(*_POSSIBLE.values()))
    if kind.event not in possible:
        yield entry.fault(
            ("event",),
            f"a matter of kind {kind.matter} has no event {kind.event}",
            f"{kind.matter} 类事项没有 {kind.event} 这一环节",
        )


def _answering(kind: LetterKind, entry: Entry, kinds: Mapping[str, LetterKind]) -> Iterator[RuleFault]:
    if (kind.effect == "answers") != bool(kind.answers):
        yield entry.fault(
            ("answers",),
            "a kind that answers must say which kinds, and only such a kind may",
            "答复类函件必须写明答复哪些函件,其他函件不得填写",
        )
    for name in kind.answers:
        asked = kinds.get(name)
        if asked is not None and (asked.effect != "opens" or asked.matter != kind.matter):
            yield entry.fault(
                ("answers",),
                f"{name} does not open a {kind.matter}, so this kind cannot answer it",
                f"{name} 并不发起 {kind.matter} 类事项,不能以此函答复",
            )


def _asking(kind: LetterKind, entry: Entry, sections: tuple[Section, ...]) -> Iterator[RuleFault]:
    if kind.sections_from is None:
        return
    asked = [section for section in sections if section.request == kind.sections_from]
    for ref in kind.recipients if kind.effect == "opens" else ():
        if all(section.body != body_of(ref) for section in asked):
            yield entry.fault(
                ("recipients",),
                f"{ref} is asked for written material but no [[section]] says which",
                f"要求 {ref} 提供书面材料,但没有 [[section]] 写明内容",
            )
    highest = max((section.confidentiality for section in asked), default="P0")
    if kind.effect != "opens" and kind.confidentiality < highest:
        yield entry.fault(
            ("confidentiality",),
            f"is below {highest}, the class of a section that this letter carries",
            f"低于所载材料的级别 {highest}",
        )


def _section(section: Section, entry: Entry, kinds: Mapping[str, LetterKind]) -> Iterator[RuleFault]:
    request = kinds.get(section.request)
    if request is not None and request.sections_from != section.request:
        yield entry.fault(
            ("request",),
            f"letter kind {section.request} does not ask for sections (sections_from)",
            f"函件种类 {section.request} 未要求分项材料(sections_from)",
        )
    if not section.id.startswith(f"{section.body}."):
        yield entry.fault(("id",), "must begin with the body's id and a dot", "应以机构标识加点开头")
    if not section.states:
        yield entry.fault(("states",), "must list at least one state", "至少列出一种状态")


def payload_faults(placed: Placed) -> Iterator[RuleFault]:
    """Rows of the table of recipients that no letter kind could serve."""
    kinds = {kind.id: kind for kind in placed.of(LetterKind, "letter_kind")}
    for payload, entry in placed.each(Payload, "payload"):
        carried = [kinds[name] for name in payload.kinds if name in kinds]
        allowed = {body_of(ref) for kind in carried for ref in (*kind.recipients, *kind.optional_recipients)}
        # Whoever writes the letter has its own copy.
        own = allowed | {body_of(ref) for kind in carried for ref in kind.senders}
        for who, share in payload.shares.items():
            held = own if share == "own" else allowed
            if share != "never" and body_of(who) not in held and len(carried) == len(payload.kinds) > 0:
                yield entry.fault(
                    ("shares", who),
                    f"no kind of this payload goes to {who}; correct the table or the kind's recipients",
                    f"该事项的函件均不发往 {who};请改正本表或函件的收件方",
                )
