"""Schema changes: upgrade by Alembic from inside the package, and compare what migrations make with the tables."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from services.chassis.storage import versions
from services.chassis.storage.errors import SchemaNewerError
from services.chassis.storage.tables import METADATA

MIGRATIONS = Path(__file__).parent / "migrations"


def configuration(connection: sa.Connection | None, extra: Sequence[Path] = ()) -> Config:
    """Alembic's configuration without any file: where the scripts lie, and the connection to run them on."""
    config = Config()
    locations = [versions.CHASSIS, *extra]
    # The file format behind this configuration reads % as a reference.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(path).replace("%", "%%") for path in locations))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: sa.Connection, extra: Sequence[Path] = ()) -> None:
    """Run every migration not yet run, of the chassis and of the folders in `extra`; all or none.

    Raises:
        SchemaNewerError: the database stands at a version that this program does not have.
    """
    config = configuration(connection, extra)
    with connection.begin():
        # Ended here: the library commits only what it began itself.
        _refuse_unknown(config, MigrationContext.configure(connection).get_current_heads())
    command.upgrade(config, "heads")


def upgrade_within(connection: sa.Connection, extra: Sequence[Path], versions: Sequence[str]) -> None:
    """Run migrations up to `versions` ("heads": all) in the transaction that `connection` is in; it stays open.

    Raises:
        SchemaNewerError: this program does not have one of them.
    """
    config = configuration(connection, extra)
    _refuse_unknown(config, set(versions) - {"heads"})
    for version in versions:
        command.upgrade(config, version)


def _refuse_unknown(config: Config, versions: Iterable[str]) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if strange := set(versions) - known:
        raise SchemaNewerError(version=", ".join(sorted(strange)))


def differences(connection: sa.Connection, metadata: sa.MetaData = METADATA) -> list[Any]:
    """What differs between the database and `metadata`: empty when the migrations tell the whole truth."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def import_tables(package: str) -> frozenset[str]:
    """Import every `tables` module (and the journal's store) of `package`; the names of all tables known then."""
    root = importlib.import_module(package)
    for folder in root.__path__:
        for file in sorted(Path(folder).rglob("*.py")):
            if file.name == "tables.py" or file.parts[-2:] == ("journal", "store.py"):
                parts = file.relative_to(folder).with_suffix("").parts
                importlib.import_module(".".join((package, *parts)))
    return frozenset(METADATA.tables)
