"""Alembic's entry: runs on the connection it is handed; there is no other way to run it."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from services.chassis.storage.tables import METADATA


def run() -> None:
    attributes = context.config.attributes
    connection: sa.Connection = attributes["connection"]
    owned: frozenset[str] | None = attributes.get("owned_tables")

    def include_name(name: str | None, kind: str, _parents: Any) -> bool:
        return owned is None or kind != "table" or name in owned

    def include_object(_item: Any, name: str | None, kind: str, *_: Any) -> bool:
        return include_name(name, kind, None)

    def render_item(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
        module = type(item).__module__
        if kind != "type" or not module.startswith("services."):
            return False
        autogen.imports.add(f"from {module} import {type(item).__name__}")
        return repr(item)

    context.configure(
        render_item=render_item,
        connection=connection,
        target_metadata=METADATA,
        include_name=include_name,
        include_object=include_object,
        compare_type=True,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
