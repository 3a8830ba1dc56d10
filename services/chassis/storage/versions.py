"""Tells whether a database has had every schema change, without loading the library that makes them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import sqlalchemy as sa

CHASSIS = Path(__file__).parent / "migrations" / "versions"
"""The folder of the chassis's own schema changes."""

_VERSIONS = sa.table("alembic_version", sa.column("version_num"))
_FOLLOWED = ("down_revision", "depends_on")


def is_current(connection: sa.Connection, folders: Iterable[Path]) -> bool:
    """Whether the database stands at the last of the schema changes in `folders`."""
    if not sa.inspect(connection).has_table(_VERSIONS.name):
        return False
    return set(connection.scalars(sa.select(_VERSIONS.c.version_num))) == last_versions(folders)


def last_versions(folders: Iterable[Path]) -> set[str]:
    """The versions that no other follows or rests on: what the database names when it has them all."""
    made: set[str] = set()
    followed: set[str] = set()
    for folder in folders:
        for file in folder.glob("*.py"):
            facts = dict(_facts(file))
            made |= facts.get("revision", set())
            followed.update(*(facts.get(name, set()) for name in _FOLLOWED))
    return made - followed


def _facts(file: Path) -> Iterator[tuple[str, set[str]]]:
    """The named versions of one file, by what they are to it."""
    # What is said of a version stands before what it does, which can be long.
    head, _, _ = file.read_text(encoding="utf-8").partition("\ndef ")
    for node in ast.parse(head).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            if node.target.id not in ("revision", *_FOLLOWED):
                continue
            value = ast.literal_eval(node.value)
            yield node.target.id, {value} if isinstance(value, str) else set(value or ())
