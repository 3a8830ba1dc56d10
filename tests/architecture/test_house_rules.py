"""The house rules that a program can check: sizes, one clock, one commit, one error family, privacy of the tree."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import CODE_FOLDERS, PRODUCT_FOLDERS, ROOT, calls, name_of, python_files, tree

FILE_LINES, FUNCTION_LINES = 450, 60


def bodies() -> list[str]:
    rules = tomllib.loads((ROOT / "services/chassis/rulebook/default/bodies.toml").read_text(encoding="utf-8"))
    return [body["id"] for body in rules["body"]]


def test_no_file_is_longer_than_a_reader_can_hold():
    long = {name_of(p): n for p in python_files(*CODE_FOLDERS) if (n := p.read_text().count("\n")) > FILE_LINES}

    assert long == {}


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{name_of(path)}:{node.lineno} {node.name}": lines
        for path in python_files(*CODE_FOLDERS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    }

    assert long == {}


def test_every_file_says_in_its_first_line_why_it_exists():
    silent = [
        name_of(path)
        for path in python_files(*CODE_FOLDERS)
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree(path))
    ]

    assert silent == []


def test_only_the_clock_reads_the_clock():
    reads = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "datetime.datetime.now"}
    found = [
        f"{name_of(path)}:{line} {call}"
        for path in python_files(*PRODUCT_FOLDERS)
        if name_of(path) != "services/chassis/clock.py"
        for line, call in calls(path)
        if call in reads
    ]

    assert found == []


def test_only_storage_commits():
    found = [
        f"{name_of(path)}:{line}"
        for path in python_files(*PRODUCT_FOLDERS)
        if not name_of(path).startswith("services/chassis/storage/")
        for line, call in calls(path)
        if call.endswith(".commit")
    ]

    assert found == []


def test_nobody_raises_a_bare_exception():
    bare = {"Exception", "BaseException", "RuntimeError"}
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files(*PRODUCT_FOLDERS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Raise)
        and node.exc is not None
        and ast.unparse(node.exc.func if isinstance(node.exc, ast.Call) else node.exc) in bare
    ]

    assert found == []


def test_tests_neither_sleep_nor_patch():
    """`asyncio.sleep(0)` only lets others run; every other sleep is a guess about time."""
    found = [
        f"{name_of(path)}:{line} {call}"
        for path in python_files("tests")
        if "bench" not in name_of(path)
        for line, call in calls(path)
        if call in {"time.sleep", "mock.patch", "patch", "monkeypatch.setattr"}
        or (call == "asyncio.sleep" and line not in _yielding(path))
    ]

    assert found == []


def _yielding(path: Path) -> set[int]:
    return {
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node) == "asyncio.sleep(0)"
    }


@pytest.mark.parametrize("body", bodies())
def test_the_chassis_knows_no_body_by_name(body: str):
    """Strings in chassis code never equal a body's id: bodies are data of the rulebook."""
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("services/chassis")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and node.value == body
    ]

    assert found == []


def test_no_committed_file_names_a_package_index_or_a_home_of_this_machine():
    hosts = "|".join(["pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian\.org"])
    # A home folder or an absolute work folder has no place in a tree that others clone.
    homes = r"(^|[^A-Za-z0-9_.])/(" + "|".join(["wo" + "rk", "ro" + "ot"]) + ")/"
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    bad = re.compile(f"{hosts}|{homes}")
    found = [
        f"{name}:{number}"
        for name in listed.splitlines()
        if (ROOT / name).suffix in {".py", ".toml", ".md", ".lock", ".in", ".proto", ".yml", ".yaml", ".conf", ""}
        and (ROOT / name).is_file()
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if bad.search(line)
    ]

    assert found == []
