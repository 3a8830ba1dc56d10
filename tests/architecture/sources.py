"""Finds and parses the project's own Python files for the architecture tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("services", "gateway", "deploy", "protos", "tests")
PRODUCT_FOLDERS = ("services", "gateway", "deploy")


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Every Python file below `folders`, generated code and generated migrations left out."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(path for path in found if not any(part in path.as_posix() for part in ("protos/gen", "/migrations/")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every call in `path`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)
