"""A lost database comes back from a backup: what was written since returns from the peers, nothing twice."""

from __future__ import annotations

from services.chassis.exchange.verify import verify_journal
from tests.fixtures.exchanges import channel, settle
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
