"""What can be wrong with a rulebook, said with file, line, key, reason and remedy in two languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.errors import Fault, GuantongError


@dataclass(frozen=True)
class RuleFault:
    """One mistake in one place. `line` is 0 when the mistake is that something is missing altogether."""

    file: str
    line: int
    key: str
    en: str
    zh: str

    def text(self, language: str) -> str:
        """`file:line key: reason`, as an editor can jump to it."""
        reason = self.zh if language == "zh" else self.en
        return f"{self.file}:{self.line} {self.key}: {reason}"


class RulebookError(GuantongError):
    """The rulebook cannot be used. Every mistake found is listed; correct the files and load again."""

    reason = "RULEBOOK_INVALID"
    fault = Fault.INVALID
    message_en = "The rulebook has {count} mistake(s); correct the lines named and load it again:\n{faults_en}"
    message_zh = "规则库有 {count} 处错误,请按所列文件和行号改正后重新加载:\n{faults_zh}"

    def __init__(self, faults: Iterable[RuleFault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda fault: (fault.file, fault.line, fault.key, fault.en)))
        super().__init__(
            count=len(self.faults),
            faults_en="\n".join(fault.text("en") for fault in self.faults),
            faults_zh="\n".join(fault.text("zh") for fault in self.faults),
        )


class UnknownRuleError(GuantongError):
    """The rulebook in force has no such rule on that day: check the name, or the rule's dates of validity."""

    reason = "RULE_UNKNOWN"
    fault = Fault.NOT_FOUND
    message_en = "The rulebook has no {table} named {name} in force on {day}. Check the name or the rule's dates."
    message_zh = "规则库中没有在 {day} 有效的 {table}“{name}”。请核对名称或规则的有效期。"
