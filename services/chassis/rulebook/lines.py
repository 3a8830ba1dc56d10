"""Finds the line of any key in a TOML text that already parsed, so that a mistake can be pointed at."""

from __future__ import annotations

Path = tuple[str | int, ...]

_OPEN, _CLOSE = "[{", "]}"


class KeyLines:
    """Line numbers of the tables and keys of one text; asked for a deeper path it names the nearest line above."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        _Scanner(text, self).run()

    def of(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing that encloses it; 1 when nothing does."""
        for length in range(len(path), 0, -1):
            line = self._lines.get(path[:length])
            if line is not None:
                return line
        return 1

    def header(self, names: list[str], line: int, *, repeated: bool) -> Path:
        """Notes a `[table]` or `[[table]]` line and returns the path its keys belong to."""
        path: Path = ()
        for name in names[:-1]:
            path = (*path, name)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        path = (*path, names[-1])
        self._lines.setdefault(path, line)
        if repeated:
            self._counts[path] = self._counts.get(path, 0) + 1
            path = (*path, self._counts[path] - 1)
        self._lines.setdefault(path, line)
        return path

    def key(self, table: Path, names: list[str], line: int) -> None:
        """Notes a `key = value` line; a dotted key notes every step."""
        for length in range(1, len(names) + 1):
            self._lines.setdefault((*table, *names[:length]), line)


class _Scanner:
    def __init__(self, text: str, found: KeyLines) -> None:
        self.text, self.found = text, found
        self.at, self.line = 0, 1
        self.table: Path = ()

    def run(self) -> None:
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in " \t\r\n":
                self._step()
            elif char == "#":
                self._comment()
            elif char == "[":
                self._header()
            else:
                line, names = self.line, self._names("=")
                self.found.key(self.table, names, line)
                self._value()

    def _header(self) -> None:
        line = self.line
        self._step()
        repeated = self.text[self.at : self.at + 1] == "["
        if repeated:
            self._step()
        names = self._names("]")
        if repeated:
            self._step()
        self.table = self.found.header(names, line, repeated=repeated)

    def _names(self, end: str) -> list[str]:
        names, bare = [], ""
        while self.at < len(self.text) and self.text[self.at] != end:
            char = self.text[self.at]
            if char in "\"'":
                start = self.at
                self._string()
                bare += self.text[start + 1 : self.at - 1]
                continue
            if char == ".":
                names.append(bare)
                bare = ""
            elif not char.isspace():
                bare += char
            self._step()
        self._step()
        return [*names, bare]

    def _value(self) -> None:
        depth = 0
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in "\"'":
                self._string()
                continue
            if char == "#":
                self._comment()
                continue
            if char == "\n" and depth == 0:
                return
            depth += (char in _OPEN) - (char in _CLOSE)
            self._step()

    def _string(self) -> None:
        quote = self.text[self.at]
        triple = self.text.startswith(quote * 3, self.at)
        mark = quote * 3 if triple else quote
        self._step(len(mark))
        while self.at < len(self.text) and not self.text.startswith(mark, self.at):
            self._step(2 if quote == '"' and self.text[self.at] == "\\" else 1)
        self._step(len(mark))
        # A multi-line string may end in one or two quotes of its own.
        while triple and self.text.startswith(quote, self.at):
            self._step()

    def _comment(self) -> None:
        while self.at < len(self.text) and self.text[self.at] != "\n":
            self._step()

    def _step(self, count: int = 1) -> None:
        self.line += self.text.count("\n", self.at, self.at + count)
        self.at += count
