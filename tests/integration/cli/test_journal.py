"""An exported stretch of a journal is checked by command, without any node."""

from __future__ import annotations

from pathlib import Path

from services.chassis.journal.chain import GENESIS, Entry, digest
from services.chassis.journal.range_file import closing, entry_line, opening
from services.chassis.testing.clock import DEFAULT_INSTANT
from tests.integration.cli.conftest import guantong


def written(folder: Path) -> tuple[Path, str]:
    """A file of three entries, and the digest of the last."""
    lines, head = [opening("audit", "371399", 1, GENESIS)], GENESIS
    for number in range(1, 4):
        entry = Entry(number, head, "test.noted", DEFAULT_INSTANT, b"%d" % number)
        lines.append(entry_line(entry))
        head = digest(entry)
    file = folder / "journal.jsonl"
    file.write_bytes(b"".join([*lines, closing(3, head)]))
    return file, head.hex()


def test_a_whole_file_holds_together_and_is_the_one_that_was_noted(tmp_path: Path):
    file, head = written(tmp_path)

    told = guantong("--lang", "en", "journal", "check", str(file), "--head", head)

    assert told.code == 0, told.err
    assert "entries 1 to 3" in told.out
    assert head in told.out
    other = guantong("journal", "check", str(file), "--head", "0" * 64)
    assert (other.code, "RANGE_BROKEN" in other.err) == (1, True)


def test_a_changed_file_is_refused_with_its_line(tmp_path: Path):
    file, _ = written(tmp_path)
    file.write_bytes(file.read_bytes().replace(b'"kind":"test.noted"', b'"kind":"test.other"', 1))

    told = guantong("--lang", "en", "journal", "check", str(file))

    assert (told.code, "line 3" in told.err) == (1, True)
