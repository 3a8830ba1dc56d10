"""An attachment goes with the last letter that has it; its key is then to be struck beside every backup."""

from __future__ import annotations

import hashlib
from pathlib import Path

import sqlalchemy as sa

from services.chassis.attachments.model import Owner, Shape, UseState
from services.chassis.attachments.tables import ATTACHMENTS
from services.chassis.attachments.uses import hold
from services.chassis.destruction.aftermath import Step, owed
from services.chassis.storage import Transaction
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.destruction.destroying_for_tests import destroyed, finishing, told

DIGEST = hashlib.sha256(b"a scan").digest()
KEY = b"the wrapped key of this very attachment"
SHAPE = Shape(DIGEST, 6, 6, "ed25519-x25519-v1")


def keep(office: WholeOffice, *letter_ids: str) -> None:
    """One content that these letters have."""

    def work(tx: Transaction) -> None:
        row = {"file": "file-1", "digest": DIGEST, "size": 6, "chunk_size": 6, "suite": SHAPE.suite}
        rest = {"chunk_digests": b"", "storage_key_id": "", "wrapped_key": KEY, "kept_at": tx.now}
        tx.connection.execute(sa.insert(ATTACHMENTS).values(row | rest))
        for letter_id in letter_ids:
            hold(tx, Owner.LETTER, letter_id, SHAPE, UseState.READY)

    office.do(work)


def files(office: WholeOffice) -> list[str]:
    return list(office.ask(lambda c: c.scalars(sa.select(ATTACHMENTS.c.file)).all()))


def struck(office: WholeOffice) -> set[str]:
    dues = office.ask(owed)
    return {one.what for one in dues if one.step is Step.STRIKE and one.what.startswith("attachments/")}


async def test_the_key_of_an_attachment_leaves_the_tables_of_either_database(
    office_county_on_both: OfficeCounty, tmp_path: Path
):
    congress, _ = await office_county_on_both.open("congress", "inspection")
    letter_id = told(office_county_on_both, congress, "inspection")
    keep(congress, letter_id)
    destroyed(congress, letter_id)

    assert await finishing(congress, tmp_path).finish() == 0

    database = congress.node.database
    if database.url.get_backend_name() == "sqlite":
        path = Path(database.url.database or "")
        assert KEY not in b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))
    else:
        emptied = sa.text("SELECT relname FROM pg_stat_user_tables WHERE vacuum_count > 0")
        assert {"attachments", "attachment_arrivals"} <= set(congress.ask(lambda c: c.scalars(emptied).all()))


async def test_an_attachment_stays_while_another_letter_has_it(office_county_on_both: OfficeCounty):
    county = office_county_on_both
    congress, _ = await county.open("congress", "inspection")
    first, second = (told(county, congress, "inspection") for _ in range(2))
    keep(congress, first, second)

    destroyed(congress, first)
    assert (files(congress), struck(congress)) == (["file-1"], set())

    destroyed(congress, second)
    assert (files(congress), struck(congress)) == ([], {"attachments/file-1"})
