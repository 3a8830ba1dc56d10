"""A matter of two bodies with letters of other matters between, the file that one of them makes of it, and a reader."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis.exchange.keeping import Why, destroy_content
from services.chassis.exchange.model import LetterDraft, Signer
from services.chassis.exchange.naming import names_among
from services.chassis.exchange.tables import LETTERS
from services.chassis.identity.signed import SignedDirectory
from services.chassis.journal import store as journal
from services.chassis.proof.file import Cover, write_proof
from services.chassis.proof.gathering import Start, gather, signed_directories
from services.chassis.storage import Database
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import ExchangeCounty, ExchangeNode, settle

MATTER = "0190-the-matter"
WHY = Why("retention_ended", "account-1", "account-2")
VERIFIER = Path(__file__).parents[3] / "deploy" / "verifier" / "guantong_verify.py"


@dataclass
class Read:
    """What the verifier said."""

    code: int
    out: str


@dataclass
class Case:
    """Alpha and beta, with what each knows of the matter."""

    county: ExchangeCounty
    alpha: ExchangeNode
    beta: ExchangeNode
    folder: Path

    @property
    def anchor(self) -> str:
        assert self.county.office
        return base64.b64encode(self.county.office.public).decode()

    def start(self, node: ExchangeNode) -> Start:
        assert self.county.office
        first = SignedDirectory.sign(node.identity.first, self.county.office)
        return Start(node.identity.body, node.identity.first.version, first.to_bytes())

    async def writes(self, node: ExchangeNode, to: str, matter: str = MATTER, content: bytes = b"words") -> str:
        signer = Signer("张三", "审计局局长", self.county.clock.now(), "李四")
        draft = LetterDraft((to,), "info.request", content, "guantong.exchange.v1.InfoRequest", matter, signer=signer)
        sent = await node.database.writer.run(lambda tx: node.exchange.send(tx, draft))
        self.county.clock.advance(minutes=1)
        return sent.letter_id

    async def settle(self) -> None:
        await settle(self.alpha, self.beta)

    async def destroys(self, node: ExchangeNode, letter_id: str) -> None:
        (name,) = node.database.reader.read_sync(lambda c: names_among(c, LETTERS.c.letter_id == letter_id))
        await node.database.writer.run(lambda tx: destroy_content(tx, name, WHY))

    def proof(self, node: ExchangeNode, *, contents: bool = True) -> bytes:
        """The file as the node hands it out."""
        identity, now = node.identity, self.county.clock.now()
        key = identity.keyring.signing_key(identity.directory, now)
        anchor = base64.b64decode(self.anchor)

        def make(connection: sa.Connection) -> bytes:
            evidence = gather(connection, identity.keyring, MATTER, self.start(node), contents=contents)
            cover = Cover(
                *(identity.county, "青禾县", identity.demo, identity.body, MATTER, now, "王五", "主任", "复核"),
                *(contents, "实施意见", "00" * 32, anchor, journal.head(connection)),
            )
            directories = signed_directories(connection, self.start(node))
            return write_proof(cover, directories, evidence.entries, evidence.links, key)

        return node.database.reader.read_sync(make)

    def read(self, proof: bytes, *options: str, anchor: str | None = None) -> Read:
        """What the verifier says of the file, on a machine that has nothing else."""
        file = self.folder / "matter.proof"
        file.write_bytes(proof)
        given = ("--anchor", self.anchor if anchor is None else anchor)
        return run_verifier((str(file), *given, *options), self.folder)


def run_verifier(arguments: Sequence[str], folder: Path) -> Read:
    """The program as a stranger starts it: isolated, nothing in the environment, away from this tree."""
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), *arguments],
        capture_output=True,
        check=False,
        cwd=folder,
        env={},
        timeout=60,
    )
    assert done.stderr == b""
    return Read(done.returncode, done.stdout.decode())


@pytest.fixture
async def case(open_sqlite_database: Callable[..., Database], clock: FixedClock, tmp_path: Path) -> Case:
    """A matter of three letters; in the channel of two of them others stand between and behind."""
    county = ExchangeCounty(clock, open_sqlite_database)
    county.join("alpha", "beta")
    made = Case(county, await county.open("alpha"), await county.open("beta"), tmp_path)
    await made.writes(made.alpha, "beta", "another")
    await made.writes(made.alpha, "beta")
    await made.writes(made.alpha, "beta", "a-third")
    await made.writes(made.alpha, "beta", content=b"more words")
    await made.writes(made.alpha, "beta", "another")
    await made.settle()
    await made.writes(made.beta, "alpha", content=b"an answer")
    await made.settle()
    return made
