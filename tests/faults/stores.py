"""Databases for parties: SQLite files and databases of a PostgreSQL cluster, cloned from a template."""

from __future__ import annotations

import contextlib
import shutil
from itertools import count
from pathlib import Path

import psycopg
import sqlalchemy as sa

from services.chassis.storage import Database
from tests.faults.party import EFFECTS
from tests.fixtures.postgres import PostgresCluster

SQLITE, POSTGRESQL = "sqlite", "postgresql"
KINDS = (SQLITE, POSTGRESQL)


class Stores:
    """Makes databases of one kind, below `folder` or in `cluster`."""

    def __init__(self, folder: Path, cluster: PostgresCluster | None = None) -> None:
        self.cluster = cluster
        self._folder = folder
        self._numbers = count(1)
        self._template = ""
        if cluster is not None:
            # Its socket lies there, and parties are ordinary users.
            cluster.folder.chmod(0o711)

    @property
    def kind(self) -> str:
        return POSTGRESQL if self.cluster else SQLITE

    def new(self, folder: Path | None = None) -> str:
        """The URL of a fresh database with all tables; an SQLite file lies in `folder`."""
        name = f"faults_{next(self._numbers)}"
        if self.cluster:
            self._template = self._template or self._prepared(self.cluster.create(f"{name}_template"))
            return self.cluster.create(name, sa.make_url(self._template).database or "")
        self._template = self._template or self._prepared(f"sqlite:///{self._folder / 'template.sqlite'}")
        path = (folder or self._folder) / f"{name}.sqlite"
        shutil.copyfile(self._template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """Remove a database of the cluster: one that is started after a crash looks through all it has."""
        if self.cluster:
            with contextlib.suppress(psycopg.OperationalError):
                self.cluster.drop(sa.make_url(url).database or "")

    def _prepared(self, url: str) -> str:
        database = Database.open(url)
        database.create_all()
        database.create_all(EFFECTS)
        database.close()
        return url
