"""Write the next migration by comparing the tables in the code with those the migrations make.

    python -m services.chassis.storage.revise "add the parked table"
    python -m services.chassis.storage.revise --package services.<body> "first tables"

The chassis's migrations lie in its own folder; a body's lie in `migrations/` of the body's package and may refer to
the chassis's tables.
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory

from services.chassis.storage import schema, versions
from services.chassis.storage.engine import parse_url, writer_engine

CHASSIS = "services.chassis"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write one revision file."""
    parser = argparse.ArgumentParser(prog="python -m services.chassis.storage.revise")
    parser.add_argument("message")
    parser.add_argument("--package", default=CHASSIS, help="the package whose tables changed")
    options = parser.parse_args(arguments)
    revise(options.message, options.package)


def revise(message: str, package: str = CHASSIS) -> None:
    """Bring a throw-away database to the present heads, compare, and write the difference as a revision."""
    chassis_tables = schema.import_tables(CHASSIS)
    if package == CHASSIS:
        owned, folder, extra = chassis_tables, versions.CHASSIS, []
    else:
        owned = schema.import_tables(package) - chassis_tables
        folder = Path(next(iter(importlib.import_module(package).__path__))) / "migrations"
        folder.mkdir(exist_ok=True)
        extra = [folder]
    with tempfile.TemporaryDirectory() as scratch:
        engine = writer_engine(parse_url(f"sqlite:///{scratch}/schema.sqlite"))
        with engine.connect() as connection:
            schema.upgrade(connection, extra)
            config = schema.configuration(connection, extra)
            config.attributes["owned_tables"] = owned
            branch = package.rsplit(".", maxsplit=1)[-1]
            command.revision(
                config,
                message,
                autogenerate=True,
                version_path=str(folder),
                **_place(ScriptDirectory.from_config(config), branch),
            )
        engine.dispose()


def _place(scripts: ScriptDirectory, branch: str) -> dict[str, Any]:
    """Where the new revision hangs: on its own branch's head, or as the first of its branch."""
    branches = {label for script in scripts.walk_revisions() for label in script.branch_labels}
    if branch in branches:
        return {"head": f"{branch}@head"}
    chassis = scripts.get_revision("chassis@head") if "chassis" in branches else None
    return {
        "head": "base",
        "branch_label": branch,
        "depends_on": chassis.revision if chassis is not None else None,
    }


if __name__ == "__main__":
    main()
