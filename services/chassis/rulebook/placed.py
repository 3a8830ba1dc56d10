"""Rules that were read one by one, each still with the place it was read from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from services.chassis.rulebook.dues import DueRule
from services.chassis.rulebook.files import Entry
from services.chassis.rulebook.model import Document, Rule

R = TypeVar("R", bound=Rule)


@dataclass
class Placed:
    """Typed rules, each with the entry it was read from."""

    document: Document
    text: str
    rules: dict[str, list[tuple[Rule, Entry]]] = field(default_factory=dict)
    unreadable: dict[str, set[str]] = field(default_factory=dict)
    """Ids of entries that are wrong in themselves: naming one of them is no second mistake."""

    def add(self, table: str, rule: Rule, entry: Entry) -> None:
        self.rules.setdefault(table, []).append((rule, entry))

    def add_unreadable(self, table: str, entry: Entry) -> None:
        self.unreadable.setdefault(table, set()).add(str(entry.raw.get("id", "")))

    def each(self, model: type[R], table: str) -> Iterator[tuple[R, Entry]]:
        for rule, entry in self.rules.get(table, []):
            if isinstance(rule, model):
                yield rule, entry

    def of(self, model: type[R], table: str) -> tuple[R, ...]:
        return tuple(rule for rule, _ in self.each(model, table))

    def dues(self) -> tuple[DueRule, ...]:
        return tuple(rule for rule, _ in self.rules.get("due_rule", []) if isinstance(rule, DueRule))

    def ids(self, table: str) -> set[str]:
        return {rule.id for rule, _ in self.rules.get(table, [])} | self.unreadable.get(table, set())
