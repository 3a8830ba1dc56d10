"""What the rulebook says about a round: the bodies by every name, who is asked, who may fix targets."""

from __future__ import annotations

from datetime import date

from services.chassis.rulebook.book import Rulebook

ROUND_KINDS = ("info.request", "opinion.request")
"""Kinds of letters that go out about a round's targets before entry."""


def body_names(book: Rulebook, day: date) -> dict[str, str]:
    """Ids of the coordinating bodies by every name under which a unit ledger may have them."""
    names: dict[str, str] = {}
    for body in book.bodies_on(day):
        organs = (unit.zh for unit in body.sub_units if unit.purpose == "organ")
        names.update(dict.fromkeys((body.id, body.zh, body.document_issuer_zh, *organs), body.id))
    return names


def bodies_asked(book: Rulebook, day: date) -> tuple[str, ...]:
    """Every body that a letter about the round's targets goes to (A1.2b, A3.2a)."""
    asked = (body for kind in ROUND_KINDS for body in book.recipients_of(kind, day))
    return tuple(dict.fromkeys(asked))


def leader_only_sections(book: Rulebook) -> frozenset[str]:
    """Codes of the sections that only a team's leader may see; once in any version, always."""
    return frozenset(section.id for section in book.sections if section.leader_only)


def deciders(book: Rulebook, day: date) -> tuple[str, ...]:
    """Who fixes the targets in this county (A1.2b)."""
    return (book.choice("targets_fixed_by", day),)


def may_substitute(book: Rulebook, day: date) -> frozenset[str]:
    """The bodies that may be asked for material at all, and so can fill in for one that is recused."""
    hub = book.hub.id
    return frozenset(body.id for body in book.bodies_on(day) if book.may_send("info.request", hub, body.id, day))
