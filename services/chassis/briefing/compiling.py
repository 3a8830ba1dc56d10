"""Compiles a reply: every unit asked about, every section required, and later says which of it no longer holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from services.chassis.briefing.draft import (
    AnsweredSection,
    Figure,
    Fingerprint,
    Paragraph,
    ReplyDraft,
    SectionDraft,
    SectionState,
    UnitDraft,
    to_write,
)
from services.chassis.briefing.reading import LedgerReader
from services.chassis.briefing.scope import DatedName, DatedPost, UnitScope, Window, stands_for_one
from services.chassis.ledgers.rows import RowRef, changes_of

Compile = Callable[[LedgerReader, UnitScope, Window], SectionDraft]
Roster = Callable[[LedgerReader, UnitScope], tuple[DatedPost, ...]]


@dataclass(frozen=True)
class SectionCompiler:
    """How a body writes one section. `code` is the section's id in the rulebook, `article` the clause it rests on.

    `compile` reads the ledgers through its reader alone and depends on nothing else: what it read tells when the
    section may be stale.
    """

    code: str
    article: str
    compile: Compile


class Compilers(Protocol):
    """What of a body's declaration compiling needs."""

    @property
    def sections(self) -> tuple[SectionCompiler, ...]:
        """The sections the body can write."""
        ...

    @property
    def roster(self) -> Roster | None:
        """Who held which post in a unit, where the body keeps that."""
        ...


@dataclass(frozen=True)
class SectionAsked:
    """One section a reply must have."""

    code: str
    title: str
    article: str
    window: Window


@dataclass(frozen=True)
class ReplyRequest:
    """What a letter asks for: these sections about each of these units."""

    units: tuple[UnitScope, ...]
    sections: tuple[SectionAsked, ...]


@dataclass(frozen=True, order=True)
class ChangedSection:
    """A section that the ledgers would write differently today."""

    unit_id: str
    code: str


@dataclass(frozen=True)
class Local:
    """What only this body knows about the request: itself, and the names its ledgers use.

    `own_body` and `own_names` name the body itself: it never briefs on itself. `aliases` maps a unit's id to its names
    in the ledgers.
    """

    own_body: str = ""
    own_names: frozenset[str] = frozenset()
    aliases: Mapping[str, tuple[DatedName, ...]] = field(default_factory=lambda: MappingProxyType({}))


def compile_reply(
    request: ReplyRequest, reader: LedgerReader, body: Compilers, local: Local | None = None
) -> ReplyDraft:
    """Draft the reply. A section that the body has no compiler for is left to a person to write."""
    local = local or Local()
    units = [unit for unit in request.units if not _is_own(unit, local)]
    drafts = tuple(_compile_unit(unit, request, reader, body, local) for unit in units)
    return ReplyDraft(
        drafts,
        tuple(unit.unit_id for unit in request.units if _is_own(unit, local)),
        Fingerprint(reader.marks(), _section_digests(drafts)),
    )


def changed_since(
    fingerprint: Fingerprint, request: ReplyRequest, reader: LedgerReader, body: Compilers, local: Local | None = None
) -> tuple[ChangedSection, ...]:
    """The sections that a draft with this fingerprint no longer gives as the ledgers do: changed, gone or new rows.

    While no ledger behind the draft changed, nothing is compiled again.
    """
    if changes_of(reader.connection, [name for name, _ in fingerprint.ledgers]) == fingerprint.ledgers:
        return ()
    before = {(unit_id, code): digest for unit_id, code, digest in fingerprint.sections}
    now = {
        (unit_id, code): digest
        for unit_id, code, digest in compile_reply(request, reader, body, local).fingerprint.sections
    }
    return tuple(
        sorted(ChangedSection(*place) for place in before.keys() | now.keys() if before.get(place) != now.get(place))
    )


def _is_own(unit: UnitScope, local: Local) -> bool:
    """Whether the office says so, or any name does under which the letter or the ledgers know the unit.

    A name with the county in front counts too: a body that is asked once too seldom does less harm than one that tells
    of itself.
    """
    if local.own_body and unit.body == local.own_body:
        return True
    names = unit.known_also_as(local.aliases.get(unit.unit_id, ())).names
    return any(stands_for_one(name, own) for name in names for own in local.own_names)


def _compile_unit(
    unit: UnitScope, request: ReplyRequest, reader: LedgerReader, body: Compilers, local: Local
) -> UnitDraft:
    scope = unit.known_also_as(local.aliases.get(unit.unit_id, ()))
    if body.roster is not None:
        scope = scope.with_persons(body.roster(reader, scope))
    compilers = {compiler.code: compiler for compiler in body.sections}
    sections = []
    for asked in request.sections:
        compiler = compilers.get(asked.code)
        draft = _compile_section(compiler, reader, scope, asked.window) if compiler else to_write()
        sections.append(AnsweredSection(asked.code, asked.title, asked.article, asked.window, draft))
    return UnitDraft(unit.unit_id, tuple(sections), reader.near_names(scope))


def _compile_section(compiler: SectionCompiler, reader: LedgerReader, scope: UnitScope, window: Window) -> SectionDraft:
    """What the ledgers say; that they say nothing counts only where every one of them was imported at all."""
    with reader.noting() as read:
        draft = compiler.compile(reader, scope, window)
    if draft.state is SectionState.NONE and reader.never_imported(read):
        return to_write()
    return draft


def _section_digests(units: Sequence[UnitDraft]) -> tuple[tuple[str, str, str], ...]:
    return tuple((unit.unit_id, one.code, _digest(one)) for unit in units for one in unit.sections)


def _digest(section: AnsweredSection) -> str:
    """A digest of what the section says and of the rows, in their revisions, that it rests on."""
    draft = section.draft
    content = [
        draft.state,
        section.window.text,
        [_of_paragraph(one) for one in draft.paragraphs],
        [
            [table.title, table.remark, [c.title for c in table.columns]]
            + [[list(row.texts(table.columns)), _of_rows(row.rows)] for row in table.rows]
            for table in draft.tables
        ],
        _of_rows(draft.rows),
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8")).hexdigest()


def _of_paragraph(one: Paragraph) -> list[object]:
    return [[part.text, _of_rows(part.rows)] if isinstance(part, Figure) else part for part in one.parts]


def _of_rows(rows: Sequence[RowRef]) -> list[list[object]]:
    return [[ref.ledger, ref.row_id, ref.revision] for ref in rows]
