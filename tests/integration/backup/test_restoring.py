"""A lost database comes back from a backup: what was written since returns from the peers, nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis.backup.errors import RestoreNotEmptyError, RestoreUnsoundError
from services.chassis.backup.tables import tables_in
from services.chassis.desk.tables import DECISIONS
from services.chassis.exchange.tables import LETTERS
from services.chassis.exchange.verify import verify_journal
from services.chassis.journal.store import JOURNAL
from services.chassis.storage import open_reader
from services.chassis.storage.errors import LeaseHeldError
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import ExchangeNode, channel, settle
from tests.integration.backup.backups_for_tests import BODY, PEER, Office


async def test_a_node_restored_from_a_backup_ends_where_it_would_have_been(office: Office):
    alpha, beta = await office.open(BODY), await office.open(PEER)
    await alpha.send(PEER, b"out 1")
    await beta.send(BODY, b"in 1")
    await settle(alpha, beta)
    taken = office.back_up(alpha)
    await alpha.send(PEER, b"out 2")
    await beta.send(BODY, b"in 2")
    await settle(alpha, beta)
    alpha.database.close()
    office.clock.advance(hours=1)

    url = office.new_url()
    found = office.restored(taken, url)
    alpha = await office.open(BODY, office.county.open_database(url), met=False)
    alpha.exchange.greet()
    beta.exchange.greet()
    await settle(alpha, beta)
    await alpha.send(PEER, b"out 3")
    await settle(alpha, beta)

    assert found.rows["letters"] == 2
    assert [one.content for one in beta.applied] == [b"out 1", b"out 2", b"out 3"]
    assert [one.content for one in alpha.applied] == [b"in 2"]
    stand = await channel(alpha)
    assert (stand.written, stand.receipted, stand.stored, stand.halted) == (3, 3, 2, None)
    identity = office.identity
    report = alpha.database.reader.read_sync(lambda connection: verify_journal(connection, identity, [found.head]))
    assert report.sound, report.faults
    assert report.anchored


async def test_what_one_kind_of_database_wrote_the_other_restores(
    office: Office, database_kind: str, tmp_path: Path, request: pytest.FixtureRequest
):
    """Every table, value by value: dates, flags, JSON, bytes."""
    other = sqlite_url(tmp_path) if database_kind == "postgresql" else postgres_url(request)
    clock = office.clock
    alpha, beta = await office.open(BODY), await office.open(PEER)
    await alpha.send(PEER, b"out 1")
    await alpha.database.writer.run(lambda tx: tx.connection.execute(sa.insert(DECISIONS).values(decisions(clock))))
    await settle(alpha, beta)
    taken = office.back_up(alpha)
    await alpha.send(PEER, b"out 2")
    await settle(alpha, beta)
    clock.advance(hours=1)

    office.restored(taken, other)
    reader = open_reader(other)
    assert reader.read_sync(lambda c: c.execute(sa.select(DECISIONS).order_by(DECISIONS.c.id)).all()) == decided(alpha)
    reader.close()
    again = await office.open(BODY, office.county.open_database(other), met=False)
    again.exchange.greet()
    await settle(again, beta)

    stand = await channel(again)
    assert (stand.written, stand.receipted, stand.halted) == (2, 2, None)
    assert [one.content for one in beta.applied] == [b"out 1", b"out 2"]


def decided(node: ExchangeNode) -> object:
    return node.database.reader.read_sync(lambda c: c.execute(sa.select(DECISIONS).order_by(DECISIONS.c.id)).all())


def decisions(clock: FixedClock) -> list[dict[str, object]]:
    """Two rows, of which the second refers to the first."""
    first: dict[str, object] = {
        "id": "1",
        "decided_by": "leading_group",
        "number": "会议〔2026〕3号",
        "decided_date": clock.now().date(),
        "form": "meeting",
        "participants": ["甲某", "乙某"],
        "acts": [{"act": "plan.agree", "units": ["U01"]}],
        "round_id": "",
        "unit_ids": [],
        "person_ids": [],
        "scan_digest": bytes(range(32)),
        "corrects_id": None,
        "digest": bytes(32),
        "entered_by": "clerk",
        "entered_at": clock.now(),
        "state": "open",
        "settled_by": "",
        "settled_at": None,
        "refusal_remark": "",
        "corrected_by_id": None,
    }
    return [first, first | {"id": "2", "corrects_id": "1", "settled_at": clock.now()}]


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder}/other.db"


def postgres_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("postgres_cluster").create("restored_across"))


async def test_a_restore_changes_nothing_that_is_there(sqlite_office: Office):
    office = sqlite_office
    alpha = await office.open(BODY)
    await alpha.send(PEER, b"1")
    taken = office.back_up(alpha)
    url = str(alpha.database.url)
    with pytest.raises(LeaseHeldError):
        office.restored(taken, url)
    alpha.database.close()
    with pytest.raises(RestoreNotEmptyError):
        office.restored(taken, url)

    again = await office.open(BODY, office.county.open_database(url))
    assert (await channel(again)).written == 1


async def test_a_database_damaged_before_it_was_backed_up_is_not_restored_at_all(sqlite_office: Office):
    office = sqlite_office
    alpha = await office.open(BODY)
    await alpha.send(PEER, b"1")
    await alpha.send(PEER, b"2")
    harm = sa.update(JOURNAL).where(JOURNAL.c.sequence == 1).values(kind="letter.stored")
    await alpha.database.writer.run(lambda tx: tx.connection.execute(harm))
    taken = office.back_up(alpha)
    url = office.new_url()

    with pytest.raises(RestoreUnsoundError):
        office.restored(taken, url)

    reader = open_reader(url)
    assert reader.read_sync(tables_in) == []
    reader.close()


async def test_a_restored_node_sends_nothing_before_its_peers_said_where_they_stand(sqlite_office: Office):
    office = sqlite_office
    alpha = await office.open(BODY)
    await alpha.send(PEER, b"1")
    taken = office.back_up(alpha)
    alpha.database.close()
    url = office.new_url()
    office.restored(taken, url)

    again = await office.open(BODY, office.county.open_database(url), met=False)

    assert (await channel(again)).halted == "restored"
    assert await again.exchange.relay_once() == 0
    assert again.database.reader.read_sync(lambda c: c.scalar(sa.select(sa.func.count()).select_from(LETTERS))) == 1
