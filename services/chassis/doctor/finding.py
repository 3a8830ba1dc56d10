"""What the doctor says: a level in words, what was seen, what it means, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How bad it is; the worst of all findings is the exit code."""

    FINE = 0
    NOTE = 1
    FAULT = 2

    @property
    def words(self) -> tuple[str, str]:
        """In Chinese and English: nobody has to see a colour."""
        return _WORDS[self]


_WORDS = {Level.FINE: ("正常", "fine"), Level.NOTE: ("注意", "NOTE"), Level.FAULT: ("故障", "FAULT")}


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in one language. `do` names the command to run, and is empty where nothing is to be done."""

    seen: str
    means: str = ""
    do: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `check` is stable: area and what was found, for programs and for tests.

    Counts, ages, bodies' ids and names of files; never a person's name or a word of a letter.
    """

    check: str
    level: Level
    zh: Said
    en: Said

    @property
    def area(self) -> str:
        """What was looked at."""
        return self.check.partition(".")[0]


def fine(check: str, zh: str, en: str) -> Finding:
    """Nothing to be done."""
    return Finding(check, Level.FINE, Said(zh), Said(en))


def note(check: str, zh: tuple[str, str, str], en: tuple[str, str, str]) -> Finding:
    """Somebody should look at it soon. Each language: seen, means, do."""
    return Finding(check, Level.NOTE, Said(*zh), Said(*en))


def fault(check: str, zh: tuple[str, str, str], en: tuple[str, str, str]) -> Finding:
    """Something does not work, or will not be there when it is needed. Each language: seen, means, do."""
    return Finding(check, Level.FAULT, Said(*zh), Said(*en))


def worst(findings: Iterable[Finding]) -> Level:
    """The level of the worst one."""
    return max((one.level for one in findings), default=Level.FINE)
