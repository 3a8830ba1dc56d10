"""A loaded rulebook and the questions other code asks it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Self, TypeVar

from services.chassis.rulebook.dues import DueRule, ReminderLadder
from services.chassis.rulebook.errors import UnknownRuleError
from services.chassis.rulebook.model import (
    Body,
    Document,
    Duty,
    LeadRoute,
    LetterKind,
    LookBack,
    OverallSupervisor,
    Part,
    Party,
    Payload,
    ProblemCategory,
    Rule,
    Section,
    Setting,
    Strand,
    body_of,
)

R = TypeVar("R", bound=Rule)


class Rulebook(Part):
    """Everything the county's opinion says that software needs, as immutable data.

    A rule may stand several times with periods that do not overlap. Questions take the day they are asked for
    (`on`); without it they look at the rule that stands last.
    """

    document: Document
    document_text: str
    bodies: tuple[Body, ...]
    parties: tuple[Party, ...]
    letter_kinds: tuple[LetterKind, ...]
    sections: tuple[Section, ...]
    look_backs: tuple[LookBack, ...]
    due_rules: tuple[DueRule, ...]
    reminder_ladders: tuple[ReminderLadder, ...]
    lead_routes: tuple[LeadRoute, ...]
    problem_categories: tuple[ProblemCategory, ...]
    overall_supervisors: tuple[OverallSupervisor, ...]
    payloads: tuple[Payload, ...]
    settings: tuple[Setting, ...]
    strands: tuple[Strand, ...]
    duties: tuple[Duty, ...]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some parts changed. What was worked out from the original is worked out again."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the meaning of the rules: comments and layout of the files do not change it."""
        data = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(b"guantong-rulebook-v1\x00" + data.encode()).hexdigest()

    @property
    def hub(self) -> Body:
        """The inspection office."""
        return next(body for body in self.bodies if body.hub)

    def body(self, body_id: str, on: date | None = None) -> Body:
        """The body of that id."""
        return _find("body", self.bodies, body_id, on)

    def body_in_role(self, role: str, on: date | None = None) -> Body:
        """The body that has the role code, for example AUD; what a county calls it is data."""
        found = next((body for body in _standing(self.bodies, on) if body.role == role), None)
        if found is None:
            raise UnknownRuleError(table="body (role)", name=role, day=on or "any day")
        return found

    def bodies_on(self, day: date) -> tuple[Body, ...]:
        """The bodies that exist on `day`, in the file's order."""
        return tuple(body for body in self.bodies if body.valid_on(day))

    def party(self, party_id: str, on: date | None = None) -> Party:
        """The party without a node of that id."""
        return _find("party", self.parties, party_id, on)

    def kind(self, kind_id: str, on: date | None = None) -> LetterKind:
        """The letter kind of that id."""
        return _find("letter_kind", self._kinds_by_id.get(kind_id, ()), kind_id, on)

    def knows_kind(self, kind_id: str) -> bool:
        """Whether any version of the kind exists; a newer peer may send kinds that this rulebook lacks."""
        return kind_id in self._kinds_by_id

    def kinds_from(self, sender: str, on: date | None = None) -> tuple[LetterKind, ...]:
        """Kinds that the body or party may send."""
        return tuple(k for k in _standing(self.letter_kinds, on) if self._among(sender, k.senders, k.optional_senders))

    def kinds_to(self, recipient: str, on: date | None = None) -> tuple[LetterKind, ...]:
        """Kinds that the body or party may receive."""
        return tuple(
            k for k in _standing(self.letter_kinds, on) if self._among(recipient, k.recipients, k.optional_recipients)
        )

    def may_send(self, kind_id: str, sender: str, recipient: str, on: date | None = None) -> bool:
        """Whether the kind exists and runs from `sender` to `recipient` (bodies or parties, without sub-units)."""
        return sender != recipient and any(
            kind.id == kind_id and self._among(recipient, kind.recipients, kind.optional_recipients)
            for kind in self.kinds_from(sender, on)
        )

    def recipients_of(self, kind_id: str, on: date | None = None) -> tuple[str, ...]:
        """Bodies and parties that a letter of this kind goes to by default, without sub-units."""
        return tuple(dict.fromkeys(body_of(ref) for ref in self.kind(kind_id, on).recipients))

    def sub_unit_for(self, kind_id: str, body_id: str, on: date | None = None) -> str | None:
        """The sub-unit of the body that a letter of this kind is addressed to, where the opinion names one."""
        kind = self.kind(kind_id, on)
        for ref in (*kind.recipients, *kind.optional_recipients):
            name, _, unit = ref.partition("/")
            if name == body_id and unit:
                return unit
        return None

    def answers_to(self, kind_id: str, on: date | None = None) -> tuple[LetterKind, ...]:
        """Kinds that answer a letter of this kind."""
        return tuple(kind for kind in _standing(self.letter_kinds, on) if kind_id in kind.answers)

    def sections_for(self, kind_id: str, body_id: str, on: date | None = None) -> tuple[Section, ...]:
        """Sections that the body owes for this kind, in order; the same for the request and its reply."""
        request = self.kind(kind_id, on).sections_from
        return tuple(s for s in _standing(self.sections, on) if s.request == request and s.body == body_id)

    def look_back_for(self, section: Section, on: date | None = None) -> LookBack | None:
        """How far back the section reaches; None when it is not bounded by time."""
        return None if section.look_back is None else _find("look_back", self.look_backs, section.look_back, on)

    def due_rule(self, rule_id: str, on: date | None = None) -> DueRule:
        """The time rule of that id."""
        return _find("due_rule", self.due_rules, rule_id, on)

    def due_rule_for(self, kind_id: str, on: date | None = None) -> DueRule | None:
        """The time rule that a letter of this kind sets for its recipient, or None when it asks for nothing."""
        rule_id = self.kind(kind_id, on).due_rule
        return None if rule_id is None else self.due_rule(rule_id, on)

    def reminders_for(self, rule: DueRule, on: date | None = None) -> ReminderLadder | None:
        """The reminder ladder of a time rule, if it has one."""
        return None if rule.reminders is None else _find("reminder_ladder", self.reminder_ladders, rule.reminders, on)

    def lead_recipients(self, categories: Iterable[str], on: date | None = None) -> tuple[str, ...]:
        """Bodies that a lead under these categories is handed to; two or more mean a double handover."""
        routes = [_find("lead_route", self.lead_routes, category, on) for category in categories]
        return tuple(dict.fromkeys(body_of(route.to) for route in routes))

    def supervisors_of(self, category: str, on: date | None = None) -> tuple[str, ...]:
        """Who supervises the rectification of a problem of this category."""
        return _find("problem_category", self.problem_categories, category, on).supervisors

    def payload(self, payload_id: str, on: date | None = None) -> Payload:
        """Who receives one thing that is given out."""
        return _find("payload", self.payloads, payload_id, on)

    def setting(self, setting_id: str, on: date | None = None) -> Setting:
        """The setting with its value, unit and explanation."""
        return _find("setting", self._settings_by_id.get(setting_id, ()), setting_id, on)

    def number(self, setting_id: str, on: date | None = None) -> int:
        """The value of a setting that is a number."""
        value = self.setting(setting_id, on).value
        if isinstance(value, bool) or not isinstance(value, int):
            raise UnknownRuleError(table="setting (number)", name=setting_id, day=on or "-")
        return value

    def flag(self, setting_id: str, on: date | None = None) -> bool:
        """The value of a setting that is on or off."""
        value = self.setting(setting_id, on).value
        if not isinstance(value, bool):
            raise UnknownRuleError(table="setting (flag)", name=setting_id, day=on or "-")
        return value

    def choice(self, setting_id: str, on: date | None = None) -> str:
        """The value of a setting that is a word or a date."""
        value = self.setting(setting_id, on).value
        if not isinstance(value, str):
            raise UnknownRuleError(table="setting (choice)", name=setting_id, day=on or "-")
        return value

    def duty(self, article: str, on: date | None = None) -> Duty:
        """The duty under an article id."""
        return _find("duty", self.duties, article, on)

    @cached_property
    def articles(self) -> frozenset[str]:
        """Every article id of the rulebook."""
        return frozenset(duty.id for duty in self.duties)

    def name_of(self, ref: str, language: str) -> str:
        """The name of a body, party or sub-unit reference as a person reads it."""
        owner, _, unit_id = ref.partition("/")
        found = next((p for p in (*self.bodies, *self.parties) if p.id == owner), None)
        if found is None:
            raise UnknownRuleError(table="body or party", name=ref, day="-")
        unit = found.sub_unit(unit_id) if unit_id and isinstance(found, Body) else None
        if unit is None:
            return found.title(language)
        return unit.zh if language == "zh" else unit.en

    def strand_of(self, article_ids: Iterable[str], on: date | None = None) -> str:
        """The strand of cooperation of the first of these articles that belongs to one; empty where none does."""
        strands = self._strands(on)
        return next((strands[article] for article in article_ids if article in strands), "")

    def _strands(self, on: date | None) -> dict[str, str]:
        if on is not None:
            return _by_article(_standing(self.strands, on))
        return self._standing_strands

    @cached_property
    def _standing_strands(self) -> dict[str, str]:
        return _by_article(_standing(self.strands, None))

    @cached_property
    def _kinds_by_id(self) -> dict[str, tuple[LetterKind, ...]]:
        return _by_id(self.letter_kinds)

    @cached_property
    def _settings_by_id(self) -> dict[str, tuple[Setting, ...]]:
        return _by_id(self.settings)

    def _among(self, who: str, *groups: tuple[str, ...]) -> bool:
        refs = {body_of(ref) for group in groups for ref in group}
        return who in refs or ("*" in refs and any(body.id == who for body in self.bodies))


def _by_id(rules: tuple[R, ...]) -> dict[str, tuple[R, ...]]:
    found: dict[str, tuple[R, ...]] = {}
    for rule in rules:
        found[rule.id] = (*found.get(rule.id, ()), rule)
    return found


def _by_article(strands: Iterable[Strand]) -> dict[str, str]:
    return {article: strand.id for strand in strands for article in strand.articles}


def _standing(rules: tuple[R, ...], on: date | None) -> tuple[R, ...]:
    if on is not None:
        return tuple(rule for rule in rules if rule.valid_on(on))
    last: dict[str, R] = {}
    for rule in rules:
        if rule.id not in last or rule.valid_from >= last[rule.id].valid_from:
            last[rule.id] = rule
    return tuple(rule for rule in rules if last[rule.id] is rule)


def _find(table: str, rules: tuple[R, ...], name: str, on: date | None) -> R:
    found = [rule for rule in rules if rule.id == name and (on is None or rule.valid_on(on))]
    if not found:
        raise UnknownRuleError(table=table, name=name, day=on or "any day")
    return max(found, key=lambda rule: rule.valid_from)
