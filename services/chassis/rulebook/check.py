"""Checks what no single entry can show: references between rules, duplicates, and what the opinion itself fixes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from services.chassis.rulebook.book import Rulebook
from services.chassis.rulebook.check_kinds import kind_faults, payload_faults
from services.chassis.rulebook.dues import MonthsDue, NotBeforeDue, ScheduleDue
from services.chassis.rulebook.errors import RuleFault
from services.chassis.rulebook.files import Entry
from services.chassis.rulebook.lines import Path
from services.chassis.rulebook.model import Approval, Body, Duty, Party, Rule, Setting, Strand, body_of
from services.chassis.rulebook.placed import Placed


def check(placed: Placed, shipped: Rulebook | None) -> list[RuleFault]:
    """Every mistake between the rules. `shipped` is the default rulebook that a county's own is compared with."""
    return [
        *_duplicates(placed),
        *_References(placed).faults(),
        *_bodies(placed, shipped),
        *kind_faults(placed),
        *payload_faults(placed),
        *_quotes(placed),
        *_strands(placed),
    ]


def _duplicates(placed: Placed) -> Iterator[RuleFault]:
    for rules in placed.rules.values():
        by_id: dict[str, list[tuple[Rule, Entry]]] = {}
        for rule, entry in rules:
            by_id.setdefault(rule.id, []).append((rule, entry))
        for same in by_id.values():
            for (one, first), (two, second) in combinations(same, 2):
                if _overlap(one, two):
                    where = f"{first.file.name}:{first.file.lines.of(first.path)}"
                    yield second.fault(
                        ("id",),
                        f"{two.id} stands already at {where} and is valid on the same days; "
                        "remove one, or end the older with valid_to",
                        f"{two.id} 已见于 {where},有效期重叠;请删除其一,或用 valid_to 结束旧规则",
                    )


def _strands(placed: Placed) -> Iterator[RuleFault]:
    """A list by strands would show what two of them claim twice."""
    claimed: dict[str, Strand] = {}
    for strand, entry in placed.each(Strand, "strand"):
        for article in strand.articles:
            other = claimed.setdefault(article, strand)
            if other.id != strand.id and _overlap(other, strand):
                yield entry.fault(
                    ("articles",),
                    f"{article} belongs to {other.id} already; name each article in one strand",
                    f"{article} 已属于 {other.id};每一条款只能归入一个方面",
                )


def _overlap(one: Rule, two: Rule) -> bool:
    return (two.valid_to is None or one.valid_from <= two.valid_to) and (
        one.valid_to is None or two.valid_from <= one.valid_to
    )


class _References:
    """Everything that names another rule must name one that exists."""

    def __init__(self, placed: Placed) -> None:
        self.placed = placed
        self.parties = {"*"} | placed.ids("body") | placed.ids("party")
        for body in placed.of(Body, "body"):
            self.parties |= {f"{body.id}/{unit.id}" for unit in body.sub_units}
        unreadable = placed.unreadable.get("setting", set())
        flags = {s.id for s in placed.of(Setting, "setting") if isinstance(s.value, bool)}
        self.flags = flags | unreadable
        self.numbers = placed.ids("setting") - flags

    def faults(self) -> Iterator[RuleFault]:
        for rules in self.placed.rules.values():
            for rule, entry in rules:
                for key, value in self._references(rule):
                    yield from self._named(entry, (key,), value)
                for index, approval in enumerate(getattr(rule, "approvals", ())):
                    yield from self._approval(entry, ("approvals", index), approval)
        for due, entry in self._dues():
            yield from self._due(due, entry)

    def _references(self, rule: Rule) -> Iterator[tuple[str, object]]:
        for key in _REFERENCES:
            value = getattr(rule, key, None)
            if value is not None:
                yield key, value

    def _named(self, entry: Entry, path: Path, value: object) -> Iterator[RuleFault]:
        table = _REFERENCES[str(path[-1])]
        known = self.parties if table == "body or party" else self.placed.ids(table)
        for name in [value] if isinstance(value, str) else list(value) if isinstance(value, Iterable) else []:
            # A body that is wrong in itself has told nothing of its sub-units.
            if name not in known and body_of(str(name)) not in self.placed.unreadable.get("body", ()):
                yield _unknown(entry, path, table, str(name))

    def _approval(self, entry: Entry, path: Path, approval: Approval) -> Iterator[RuleFault]:
        yield from self._named(entry, (*path, "by"), approval.by)
        yield from self._named(entry, (*path, "article"), approval.article)
        if approval.setting is not None and approval.setting not in self.flags:
            yield _unknown(entry, (*path, "setting"), "setting (true/false)", approval.setting)
        if approval.setting is not None and approval.mark == "opinion":
            yield entry.fault(
                (*path, "setting"),
                "an approval of the opinion itself cannot be switched by a setting",
                "意见本身规定的批准不能由设置开关",
            )

    def _dues(self) -> Iterator[tuple[Rule, Entry]]:
        yield from self.placed.rules.get("due_rule", [])

    def _due(self, due: Rule, entry: Entry) -> Iterator[RuleFault]:
        if isinstance(due, MonthsDue) and due.roll_setting not in self.flags:
            yield _unknown(entry, ("roll_setting",), "setting (true/false)", due.roll_setting)
        if isinstance(due, NotBeforeDue) and due.warn_setting not in self.numbers:
            yield _unknown(entry, ("warn_setting",), "setting", due.warn_setting)
        if isinstance(due, ScheduleDue):
            for key in ("period_setting", "working_days_setting"):
                if getattr(due, key) not in self.numbers:
                    yield _unknown(entry, (key,), "setting", str(getattr(due, key)))


_REFERENCES: dict[str, str] = {
    "senders": "body or party",
    "recipients": "body or party",
    "optional_senders": "body or party",
    "optional_recipients": "body or party",
    "supervisors": "body or party",
    "who": "body or party",
    "whom": "body or party",
    "by": "body or party",
    "to": "body or party",
    "body": "body",
    "shares": "body or party",
    "article": "duty",
    "articles": "duty",
    "answers": "letter_kind",
    "kinds": "letter_kind",
    "request": "letter_kind",
    "sections_from": "letter_kind",
    "due_rule": "due_rule",
    "reminders": "reminder_ladder",
    "look_back": "look_back",
    "lead_route": "lead_route",
}


def _unknown(entry: Entry, path: Path, table: str, name: str) -> RuleFault:
    return entry.fault(
        path,
        f"names {name}, and there is no such {table}; add it or correct the name",
        f"引用了 {name},但没有这样的 {table};请补充该条或改正名称",
    )


def _bodies(placed: Placed, shipped: Rulebook | None) -> Iterator[RuleFault]:
    bodies = list(placed.each(Body, "body"))
    hubs = {body.id for body, _ in bodies if body.hub}
    if len(hubs) != 1 and "body" not in placed.unreadable:
        at = bodies[-1][1] if bodies else None
        en = "exactly one body must have hub = true: the inspection office"
        zh = "必须有且只有一个机构设 hub = true,即县委巡察办"
        yield at.fault(("hub",), en, zh) if at else RuleFault("-", 0, "body", en, zh)
    yield from _twice(bodies, "role")
    yield from _twice(bodies, "document_prefix")
    for body, entry in bodies:
        units = [unit.id for unit in body.sub_units]
        for index, unit in enumerate(units):
            if unit in units[:index]:
                yield entry.fault(("sub_units", index, "id"), f"sub-unit {unit} stands twice", f"内设机构 {unit} 重复")
    for party, entry in placed.each(Party, "party"):
        if party.id in placed.ids("body"):
            yield entry.fault(("id",), f"{party.id} is a body already", f"{party.id} 已是有节点的机构")
    if shipped is None or shipped.document.id != placed.document.id:
        return
    named = placed.unreadable.get("body", set()) | {
        body.id for body, _ in bodies if body.named_by_opinion and body.valid_to is None
    }
    for missing in (b for b in shipped.bodies if b.named_by_opinion and b.id not in named):
        yield RuleFault(
            bodies[0][1].file.name if bodies else "-",
            0,
            f"body.{missing.id}",
            f"the opinion names {missing.en}: it cannot be removed, ended or unmarked (A0.1); put it back",
            f"意见点名的{missing.zh}不能删除、终止或取消标记(A0.1);请恢复",
        )


def _twice(bodies: list[tuple[Body, Entry]], key: str) -> Iterator[RuleFault]:
    seen: dict[str, str] = {}
    for body, entry in bodies:
        value = str(getattr(body, key))
        if seen.setdefault(value, body.id) != body.id:
            yield entry.fault((key,), f"{value} belongs to {seen[value]} already", f"{value} 已属于 {seen[value]}")


def _quotes(placed: Placed) -> Iterator[RuleFault]:
    for duty, entry in placed.each(Duty, "duty"):
        if placed.text and duty.source == placed.document.id and duty.clause not in placed.text:
            yield entry.fault(
                ("clause",),
                "is not found word for word in the document's text; quote it exactly",
                "在文件原文中找不到此句;请逐字引用",
            )
