"""Loads a folder of rules into a Rulebook, or reports every mistake in it at once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.check import check
from services.chassis.rulebook.dues import DUE_FORMS, DueRule, ReminderLadder
from services.chassis.rulebook.errors import RulebookError
from services.chassis.rulebook.files import Entry, RawRules, RuleFile
from services.chassis.rulebook.model import (
    Body,
    Document,
    Duty,
    LeadRoute,
    LetterKind,
    LookBack,
    OverallSupervisor,
    Party,
    Payload,
    ProblemCategory,
    Rule,
    Section,
    Setting,
    Strand,
)
from services.chassis.rulebook.placed import Placed
from services.chassis.rulebook.reasons import Reason, either, explain

DEFAULT_FOLDER = Path(__file__).parent / "default"
"""The shipped rules: this county's opinion."""

TABLES: dict[str, type[Rule]] = {
    "body": Body,
    "party": Party,
    "letter_kind": LetterKind,
    "section": Section,
    "look_back": LookBack,
    "reminder_ladder": ReminderLadder,
    "lead_route": LeadRoute,
    "problem_category": ProblemCategory,
    "overall_supervisor": OverallSupervisor,
    "payload": Payload,
    "setting": Setting,
    "strand": Strand,
    "duty": Duty,
}
_ALL_TABLES = frozenset(TABLES) | {"due_rule"}

M = TypeVar("M", bound=BaseModel)


def load(folder: Path | None = None) -> Rulebook:
    """The rules of `folder`, or the shipped ones.

    A folder whose [document] is another one stands alone. Any other folder lies over the shipped rules: a file of the
    same name takes the shipped file's place, and a file of a new name is added.

    Raises:
        RulebookError: every mistake, each with file, line, key and reason.
    """
    raw = RawRules(_ALL_TABLES, frozenset({"document"}))
    if folder is None:
        raw.read(DEFAULT_FOLDER)
        return _complete(raw, None)
    shipped = _shipped()
    raw.read(folder)
    if raw.faults and not raw.entries:
        raise RulebookError(raw.faults)
    if _same_document(raw, shipped):
        raw.read_below(DEFAULT_FOLDER)
    return _complete(raw, shipped)


@cache
def _shipped() -> Rulebook:
    return load()


def _same_document(raw: RawRules, shipped: Rulebook) -> bool:
    return all(entry.raw.get("id") == shipped.document.id for entry in raw.entries.get("document", []))


def _complete(raw: RawRules, shipped: Rulebook | None) -> Rulebook:
    placed = _Reader(raw).read()
    if placed is not None:
        raw.faults.extend(check(placed, shipped))
    if raw.faults or placed is None:
        raise RulebookError(raw.faults)
    return _book(placed)


class _Reader:
    """Turns raw entries into typed rules, filling in what an entry inherits from the document."""

    def __init__(self, raw: RawRules) -> None:
        self.raw = raw

    def read(self) -> Placed | None:
        documents = self.raw.entries.get("document", [])
        for extra in documents[1:]:
            self.raw.faults.append(extra.fault((), "the document is described twice", "文件信息重复"))
        if not documents:
            entry = Entry(_nowhere(), ("document",), {})
            self.raw.faults.append(
                entry.fault((), "[document] is missing; describe the opinion", "缺少 [document];请写明所依据的文件")
            )
            return None
        document = self._model(Document, documents[0], documents[0].raw)
        if document is None:
            return None
        text = "" if document.text_file is None else self.raw.read_text(document.text_file, documents[0])
        placed = Placed(document=document, text=text)
        for table in _ALL_TABLES:
            for entry in self.raw.entries.get(table, []):
                rule = self._rule(table, entry, document)
                if rule is None:
                    placed.add_unreadable(table, entry)
                else:
                    placed.add(table, rule, entry)
        return placed

    def _rule(self, table: str, entry: Entry, document: Document) -> Rule | None:
        inherited: dict[str, object] = {"source": document.id, "valid_from": document.valid_from}
        filled = inherited | entry.raw
        if table != "due_rule":
            return self._model(TABLES[table], entry, filled)
        form = entry.raw.get("form")
        model = DUE_FORMS.get(form) if isinstance(form, str) else None
        if model is None:
            forms = ", ".join(DUE_FORMS)
            self.raw.faults.append(entry.fault(("form",), f"must be one of: {forms}", f"应为下列之一:{forms}"))
            return None
        rule: DueRule | None = self._model(model, entry, filled)
        return rule

    def _model(self, model: type[M], entry: Entry, values: dict[str, object]) -> M | None:
        try:
            return model.model_validate(values)
        except ValidationError as error:
            places: dict[tuple[str | int, ...], list[Reason]] = {}
            for problem in error.errors(include_url=False, include_context=True, include_input=False):
                inner = tuple(part for part in problem["loc"] if not _is_pydantic_tag(part))
                places.setdefault(inner, []).append(explain(problem))
            for inner, reasons in places.items():
                self.raw.faults.append(entry.fault(inner, *either(reasons)))
            return None


def _is_pydantic_tag(part: str | int) -> bool:
    """Steps that pydantic puts in a path for its own types and that no file contains."""
    return isinstance(part, str) and (part == "[key]" or part in {"bool", "int", "str"} or "[" in part)


def _nowhere() -> RuleFile:
    return RuleFile("-", "")


def _book(placed: Placed) -> Rulebook:
    return Rulebook(
        document=placed.document,
        document_text=placed.text,
        bodies=placed.of(Body, "body"),
        parties=placed.of(Party, "party"),
        letter_kinds=placed.of(LetterKind, "letter_kind"),
        sections=placed.of(Section, "section"),
        look_backs=placed.of(LookBack, "look_back"),
        due_rules=placed.dues(),
        reminder_ladders=placed.of(ReminderLadder, "reminder_ladder"),
        lead_routes=placed.of(LeadRoute, "lead_route"),
        problem_categories=placed.of(ProblemCategory, "problem_category"),
        overall_supervisors=placed.of(OverallSupervisor, "overall_supervisor"),
        payloads=placed.of(Payload, "payload"),
        settings=placed.of(Setting, "setting"),
        strands=placed.of(Strand, "strand"),
        duties=placed.of(Duty, "duty"),
    )
