"""Reads the files of a rulebook folder into raw entries that remember where they stand."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath

from services.chassis.rulebook.errors import RuleFault
from services.chassis.rulebook.lines import KeyLines, Path

_MAX_BYTES = 4_000_000
SHIPPED = "default/"
"""Stands before the name of a shipped file where a county's own files lie over it."""


@dataclass(frozen=True)
class RuleFile:
    """One TOML file: its name inside the folder, its text, and the lines of its keys when somebody asks."""

    name: str
    text: str

    @cached_property
    def lines(self) -> KeyLines:
        """Computed only to report a mistake: most files have none."""
        return KeyLines(self.text)


@dataclass(frozen=True)
class Entry:
    """One raw table of a file."""

    file: RuleFile
    path: Path
    raw: dict[str, object] = field(hash=False)

    def fault(self, inner: Path, en: str, zh: str) -> RuleFault:
        """A mistake at `inner` within this entry."""
        key = ".".join(_key_text(part) for part in (*self.path, *inner))
        return RuleFault(self.file.name, self.file.lines.of((*self.path, *inner)), key, en, zh)


def _key_text(part: str | int) -> str:
    if isinstance(part, int):
        return str(part + 1)
    # An empty key is a key in TOML; without its quotes nobody would see which one is meant.
    return part or '""'


class RawRules:
    """All entries of a folder by table, and the mistakes met on the way."""

    def __init__(self, tables: frozenset[str], single: frozenset[str]) -> None:
        self.tables, self.single = tables, single
        self.entries: dict[str, list[Entry]] = {}
        self.faults: list[RuleFault] = []
        self.folders: list[FilePath] = []

    def read(self, folder: FilePath) -> None:
        """Reads every *.toml below `folder` in the order of their names."""
        self.folders.append(folder)
        if not folder.is_dir():
            self._bad(
                folder.name or ".",
                "no such folder; name the county's rulebook folder",
                "没有这个文件夹;请指明本县规则库文件夹",
            )
            return
        names = _names(folder)
        if not names:
            self._bad(
                folder.name or ".",
                "the folder holds no .toml file; put the county's rules there",
                "文件夹中没有 .toml 文件;请将本县规则放入",
            )
        for name in names:
            self._read_file(folder / name, name)

    def read_below(self, shipped: FilePath) -> None:
        """Lays what was read over the shipped rules: a file of the same name takes the shipped one's place."""
        own, self.entries = self.entries, {}
        replaced = set(_names(self.folders[0]))
        for name in _names(shipped):
            if name not in replaced:
                self._read_file(shipped / name, SHIPPED + name)
        for table, entries in own.items():
            self.entries.setdefault(table, []).extend(entries)
        self.folders.append(shipped)

    def read_text(self, name: str, at: Entry) -> str:
        """The plain text of the document beside the rules, or beside the shipped ones."""
        if "/" in name or "\\" in name or name.startswith("."):
            self.faults.append(
                at.fault(("text_file",), "must be a file in the rulebook folder itself", "必须是规则库文件夹内的文件")
            )
            return ""
        path = next((folder / name for folder in self.folders if (folder / name).is_file()), self.folders[0] / name)
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            self.faults.append(
                at.fault(
                    ("text_file",),
                    "cannot be read as UTF-8 text; put the file there",
                    "无法按 UTF-8 文本读取;请放好该文件",
                )
            )
            return ""

    def _read_file(self, path: FilePath, name: str) -> None:
        try:
            data = path.read_bytes()
            if len(data) > _MAX_BYTES:
                self._bad(name, "the file is too large to be a rule file", "文件过大,不是规则文件")
                return
            file = RuleFile(name, data.decode("utf-8").replace("\r\n", "\n"))
        except (OSError, UnicodeDecodeError):
            self._bad(name, "cannot be read as UTF-8 text; save it as UTF-8", "无法按 UTF-8 读取;请另存为 UTF-8 编码")
            return
        try:
            document = tomllib.loads(file.text)
        except (ValueError, RecursionError) as error:
            place = re.search(r"at line (\d+)", str(error))
            reason = re.sub(r"\s*\(at .*\)$", "", str(error))[:200]
            self.faults.append(
                RuleFault(
                    name,
                    int(place[1]) if place else 1,
                    "-",
                    f"is not valid TOML: {reason}; correct the line",
                    f"不是合法的 TOML:{reason};请改正该行",
                )
            )
            return
        for table, value in document.items():
            self._take(file, table, value)

    def _take(self, file: RuleFile, table: str, value: object) -> None:
        tables, single = self.tables, self.single
        whole = Entry(file, (table,), {})
        if table in single and isinstance(value, dict):
            self.entries.setdefault(table, []).append(Entry(file, (table,), value))
        elif table in tables and isinstance(value, list):
            for index, raw in enumerate(value):
                entry = Entry(file, (table, index), raw if isinstance(raw, dict) else {})
                if isinstance(raw, dict):
                    self.entries.setdefault(table, []).append(entry)
                else:
                    self.faults.append(entry.fault((), "must be a table of keys", "应为一组键值"))
        elif table in tables | single:
            shape = f"[{table}]" if table in single else f"[[{table}]]"
            self.faults.append(whole.fault((), f"must be written as {shape}", f"应写作 {shape}"))
        else:
            known = ", ".join(sorted(tables | single))
            self.faults.append(whole.fault((), f"unknown table; known are {known}", f"未知的表;可用的表有 {known}"))

    def _bad(self, name: str, en: str, zh: str) -> None:
        self.faults.append(RuleFault(name, 0, "-", en, zh))


def _names(folder: FilePath) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.toml") if path.is_file())
