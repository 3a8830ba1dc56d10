"""What is left of a county's round, opened for tests: databases, letters as their holders read them, files, pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

import sqlalchemy as sa

from deploy.demo.offices import Office
from deploy.demo.run import Demo
from deploy.demo.story import Story
from guantong.exchange.v1 import content_pb2 as content
from services.chassis.config import NodeConfig, read_config
from services.chassis.county.layout import County
from services.chassis.exchange.model import Direction, StoredLetter
from services.chassis.exchange.reading import at_places
from services.chassis.exchange.tables import LETTERS
from services.chassis.identity.keys import Keyring
from services.chassis.storage import open_reader

T = TypeVar("T")


@dataclass(frozen=True)
class Lived:
    """The county, how its round ended, and what was told of it."""

    demo: Demo
    passed: bool
    printed: str
    report: dict[str, Any]
    metrics_ports: dict[str, int]

    @property
    def county(self) -> County:
        return self.demo.county

    @property
    def folder(self) -> Path:
        return self.demo.folder

    @property
    def story(self) -> Story:
        assert self.demo.story is not None
        return self.demo.story

    def office(self, body: str) -> Office:
        return self.demo.offices[body]

    def config(self, body: str) -> NodeConfig:
        return read_config(self.county.folder.config(body))

    def keyring(self, body: str) -> Keyring:
        return Keyring.load(body, self.config(body).keys)

    def read(self, body: str, query: Callable[[sa.Connection], T]) -> T:
        """Read the body's database, which its node goes on using."""
        reader = open_reader(self.config(body).database)
        try:
            return reader.read_sync(query)
        finally:
            reader.close()

    def rows(self, body: str, query: str) -> list[tuple[Any, ...]]:
        """Rows as the database file has them, read past all of our own code."""
        path = self.config(body).database.removeprefix("sqlite:///")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    def letters(self, body: str) -> list[StoredLetter]:
        """Every letter the body holds, with its content as the body itself can open it."""
        keyring = self.keyring(body)

        def opened(connection: sa.Connection) -> list[StoredLetter]:
            return at_places(connection, keyring, list(connection.scalars(sa.select(LETTERS.c.place))))

        return self.read(body, opened)

    @cached_property
    def replies(self) -> dict[str, list[content.InfoReply]]:
        """The replies the office received, by the body that answers, as they came."""
        found: dict[str, list[content.InfoReply]] = {}
        for letter in self.letters(self.county.hub):
            if letter.direction is Direction.IN and letter.header.kind == "info.reply":
                reply = content.InfoReply.FromString(letter.content or b"")
                found.setdefault(letter.header.sender, []).append(reply)
        return found

    def metrics(self, body: str) -> bytes:
        """The body's metrics page."""
        with urlopen(f"http://127.0.0.1:{self.metrics_ports[body]}/metrics", timeout=30) as page:
            return bytes(page.read())


def section_of(reply: content.InfoReply, unit_id: str, code: str) -> content.Section:
    """One section of one unit."""
    (unit,) = [one for one in reply.units if one.unit_id == unit_id]
    (section,) = [one for one in unit.sections if one.code == code]
    return section
