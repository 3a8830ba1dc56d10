"""A body that turns against the others, with valid credentials of its own: what the server refuses and what it cannot.

South attacks; north and east are its victims. Whatever the server lets through is told here too, because the
signature inside every frame has to make up for it.
"""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from urllib.parse import urlsplit

import nats.errors
import pytest

from services.chassis.bus.certificates import (
    OPERATOR,
    SERVER,
    CertificateAuthority,
    Credential,
    status_name,
)
from services.chassis.bus.connection import settle
from services.chassis.bus.nats_bus import NatsBus
from services.chassis.bus.port import CONNECTION_FAULT, DENIED, BusAlarm, BusDeniedError, OutgoingFrame
from services.chassis.bus.status_board import NatsStatusBoard
from services.chassis.clock import SystemClock
from tests.fixtures.nats import BODIES, CountyBus, eventually

LETTER = "guantong.exchange.v1"


NOT_TO_BE_HEARD = (
    f"{LETTER}.north.*",
    f"{LETTER}.south.*",
    f"{LETTER}.>",
    "_INBOX_north.>",
    "_INBOX_north.pull.1",
    "_INBOX.>",
    "$JS.>",
    "$JS.API.>",
    "$JS.EVENT.>",
    "$SYS.>",
    "*.>",
    ">",
)
NOT_TO_BE_SAID = (
    f"{LETTER}.north.east",
    f"{LETTER}.south.north",
    f"{LETTER}.south.south",
    f"{LETTER}.north.south.extra",
    f"{LETTER}.north",
    "guantong.status.v1.south",
    "guantong.status.v1.north",
    "guantong.spans.v1.north",
    "_INBOX_north.pull.1",
    "$JS.ACK.EXCHANGE.north~south.1.1.1.1700000000000000000.0",
    "$JS.ACK.EXCHANGE.north~east.1.1.1.1700000000000000000.0",
    "$JS.ACK.EXCHANGE.south.1.1.1.1700000000000000000.0",
    "$JS.API.CONSUMER.MSG.NEXT.EXCHANGE.north~south",
    "$JS.API.CONSUMER.MSG.NEXT.EXCHANGE.north~east",
    "$JS.API.CONSUMER.MSG.NEXT.EXCHANGE.south",
    "$SYS.REQ.SERVER.PING",
    "anything.else",
)
NOT_TO_BE_MANAGED = (
    "INFO",
    "ACCOUNT.PURGE.EXCHANGE",
    "STREAM.NAMES",
    "STREAM.LIST",
    "STREAM.CREATE.MINE",
    "STREAM.INFO.EXCHANGE",
    "STREAM.UPDATE.EXCHANGE",
    "STREAM.DELETE.EXCHANGE",
    "STREAM.PURGE.EXCHANGE",
    "STREAM.SNAPSHOT.EXCHANGE",
    "STREAM.RESTORE.EXCHANGE",
    "STREAM.MSG.GET.EXCHANGE",
    "STREAM.MSG.DELETE.EXCHANGE",
    "DIRECT.GET.EXCHANGE",
    f"DIRECT.GET.EXCHANGE.{LETTER}.north.east",
    "CONSUMER.NAMES.EXCHANGE",
    "CONSUMER.LIST.EXCHANGE",
    "CONSUMER.INFO.EXCHANGE.south~east",
    "CONSUMER.INFO.EXCHANGE.north~east",
    "CONSUMER.CREATE.EXCHANGE",
    "CONSUMER.CREATE.EXCHANGE.mine",
    f"CONSUMER.CREATE.EXCHANGE.mine.{LETTER}.north.*",
    "CONSUMER.DURABLE.CREATE.EXCHANGE.mine",
    "CONSUMER.DELETE.EXCHANGE.north~east",
    "CONSUMER.DELETE.EXCHANGE.north~south",
    "CONSUMER.PAUSE.EXCHANGE.north~east",
    "CONSUMER.RESET.EXCHANGE.north~east",
    "CONSUMER.UNPIN.EXCHANGE.north~east",
    "SERVER.REMOVE",
)


async def test_nobody_listens_to_what_is_not_his(running_bus: CountyBus):
    async with running_bus.raw("south") as south:
        heard = [subject for subject in NOT_TO_BE_HEARD if not await south.refused_to_listen(subject)]

    assert heard == []


async def test_nobody_speaks_as_another_or_in_anothers_place(running_bus: CountyBus):
    async with running_bus.raw("south") as south:
        said = [subject for subject in NOT_TO_BE_SAID if not await south.refused(subject, b"forged")]

    assert said == []


async def test_no_body_manages_or_reads_streams_and_consumers(running_bus: CountyBus):
    async with running_bus.raw("south") as south:
        done = [name for name in NOT_TO_BE_MANAGED if not await south.refused(f"$JS.API.{name}", b"{}")]

    assert done == []


async def test_refusals_are_alarms_on_the_side_of_the_server(running_bus: CountyBus):
    async with running_bus.raw("south") as south:
        assert await south.refused(f"{LETTER}.north.east", b"forged")

    expected = BusAlarm(DENIED, "south", f"publish of {LETTER}.north.east")
    await eventually(lambda: expected in running_bus.alarms)


async def test_claiming_another_user_beside_the_certificate_ends_the_connection(running_bus: CountyBus):
    with pytest.raises(nats.errors.Error, match="Authorization"):
        async with running_bus.raw("south", user="CN=north", password="x"):
            pytest.fail("was let in")


async def test_a_senders_headers_erase_and_rewrite_nothing(running_bus: CountyBus):
    """Roll-ups would let one sender empty the stream; expected sequences and lifetimes would let it race others."""
    async with running_bus.bus("east") as east, running_bus.bus("north") as north:
        await east.publish([OutgoingFrame("north", b"east's")])
        async with running_bus.raw("south") as south:
            for headers in ({"Nats-Rollup": "all"}, {"Nats-Rollup": "sub"}, {"Nats-TTL": "1s"}):
                answer = await south.client.request(f"{LETTER}.north.south", b"x", headers=headers, timeout=2)
                assert "error" in json.loads(answer.data), headers

        assert [frame.data for frame in await north.fetch(10, 5)] == [b"east's"]


async def test_our_own_senders_cannot_slip_server_headers_through(running_bus: CountyBus):
    async with running_bus.bus("east") as east, running_bus.bus("north") as north:
        await east.publish([OutgoingFrame("north", b"first")])
        await east.publish([OutgoingFrame("north", b"second", {"Nats-Rollup": "all", "traceparent": "t"})])

        found = await north.fetch(10, 5)
        assert [(frame.data, dict(frame.headers)) for frame in found] == [
            (b"first", {}),
            (b"second", {"traceparent": "t"}),
        ]


async def test_a_forged_reply_subject_can_name_another_sender_but_only_replay_own_mail(running_bus: CountyBus):
    """The server does not check reply subjects: this is why a claimed sender is never believed without a signature."""
    async with running_bus.bus("east") as east, running_bus.bus("north") as north:
        await east.publish([OutgoingFrame("south", b"sealed to south")])
        async with running_bus.raw("south") as south:
            await south.client.publish(
                "$JS.API.CONSUMER.MSG.NEXT.EXCHANGE.south~east",
                json.dumps({"batch": 1, "no_wait": True}).encode(),
                reply=f"{LETTER}.north.east",
            )
            await settle(south.client)
            assert south.errors == []

        arrived = await north.fetch(10, 2)
        assert {frame.data for frame in arrived} <= {b"sealed to south", b""}


async def test_junk_made_to_arrive_in_a_victims_inbox_neither_delays_nor_confuses_it(running_bus: CountyBus):
    async with running_bus.bus("north") as north, running_bus.bus("east") as east:
        fetching = asyncio.create_task(north.fetch(10, 10))
        async with running_bus.raw("south") as south:
            for number in range(20):
                await south.client.publish(
                    "$JS.API.CONSUMER.MSG.NEXT.EXCHANGE.south~east",
                    json.dumps({"batch": 1, "no_wait": True}).encode(),
                    reply=f"_INBOX_north.pull.{number}",
                )
            await settle(south.client)
        await east.publish([OutgoingFrame("north", b"true")])

        assert [frame.data for frame in await fetching] == [b"true"]


async def test_a_huge_message_costs_its_sender_the_connection_and_nobody_else(running_bus: CountyBus):
    login = running_bus.login("south")
    address = urlsplit(login.url)
    async with running_bus.bus("east") as east, running_bus.bus("north") as north:
        reader, writer = await asyncio.open_connection(
            address.hostname, address.port, ssl=login.tls(), server_hostname=address.hostname
        )
        writer.write(b'CONNECT {"verbose":false,"pedantic":false}\r\n')
        writer.write(b"PUB %s.north.south 100000000\r\n" % LETTER.encode())
        async with asyncio.timeout(5):
            said = await reader.read()
        writer.close()

        assert b"Maximum Payload" in said
        await east.publish([OutgoingFrame("north", b"goes on")])
        assert [frame.data for frame in await north.fetch(10, 5)] == [b"goes on"]


def _credential(bus: CountyBus, kind: str) -> Credential:
    now = SystemClock().now()
    if kind == "another county":
        return CertificateAuthority.create("another county", now).issue_client("south", now)
    if kind == "expired":
        return bus.authority.issue_client("south", now - timedelta(days=800))
    if kind == "unlisted body":
        return bus.authority.issue_client("west", now)
    return bus.authority.issue_server(["127.0.0.1"], now, name=SERVER)


@pytest.mark.parametrize("kind", ["another county", "expired", "unlisted body", "the server's own name"])
async def test_a_certificate_that_is_not_a_listed_bodys_gets_no_connection(running_bus: CountyBus, kind: str):
    own = running_bus.login("south")
    _credential(running_bus, kind).write(own.certificate, own.key)
    alarms: list[BusAlarm] = []

    south = NatsBus("south", own, alarms.append, lambda: BODIES)
    await eventually(lambda: bool(alarms))

    assert not south.connected
    assert alarms[0].kind == CONNECTION_FAULT
    await south.close()


async def test_without_a_certificate_there_is_no_connection(running_bus: CountyBus):
    context = running_bus.login("south").tls()
    anonymous = type(context)(context.protocol)
    anonymous.load_verify_locations(running_bus.config.authority)

    with pytest.raises((nats.errors.Error, OSError)):
        await nats.connect(
            running_bus.config.url,
            tls=anonymous,
            tls_handshake_first=True,
            allow_reconnect=False,
            error_cb=_ignore,
            max_reconnect_attempts=1,
        )


async def _ignore(_error: Exception) -> None:
    """The library would write it to the log."""


async def test_a_node_with_anothers_certificate_is_told_so_at_once(running_bus: CountyBus):
    """A misconfigured node, not an attack: it must not hang on silence."""
    bus = NatsBus("east", running_bus.login("south"), running_bus.alarms.append, lambda: BODIES)
    await bus.wait_connected()

    with pytest.raises(BusDeniedError):
        async with asyncio.timeout(3):
            await bus.publish([OutgoingFrame("north", b"x")])
    await bus.close()


async def test_in_the_status_account_a_body_may_only_state_its_own(running_bus: CountyBus):
    said = (
        "guantong.status.v1.north",
        "guantong.spans.v1.north",
        "$JS.API.DIRECT.GET.STATUS",
        "$JS.API.STREAM.INFO.STATUS",
        "$JS.API.STREAM.MSG.GET.STATUS",
        "$JS.API.STREAM.PURGE.STATUS",
        "$JS.API.CONSUMER.CREATE.STATUS",
        "$JS.API.CONSUMER.MSG.NEXT.SPANS.north",
        f"{LETTER}.north.south",
    )
    heard = ("guantong.status.v1.*", "guantong.spans.v1.*", "_INBOX_south.>", "_INBOX_north.>", ">")
    async with running_bus.raw(status_name("south")) as south:
        assert [subject for subject in said if not await south.refused(subject, b"{}")] == []
        assert [subject for subject in heard if not await south.refused_to_listen(subject)] == []


async def test_a_status_wipes_no_other_status(running_bus: CountyBus):
    async with running_bus.board("east") as east, running_bus.board("north") as observer:
        await east.publish_status(b"before")
        async with running_bus.raw(status_name("south")) as south:
            await south.client.publish("guantong.status.v1.south", b"y", headers={"Nats-Rollup": "all"})
            await settle(south.client)
        await observer.publish_status(b"after")

        async def told() -> bool:
            return "north" in await observer.read_all()

        await eventually(told)
        assert (await observer.read_all()).keys() == {"east", "north"}


async def test_a_body_that_is_no_observer_reads_no_status_and_no_spans(running_bus: CountyBus):
    board = NatsStatusBoard("south", running_bus.login(status_name("south")), running_bus.alarms.append)
    await board.wait_connected()

    with pytest.raises(BusDeniedError):
        await board.read_all()
    with pytest.raises(BusDeniedError):
        await board.fetch_spans(1, 2)
    await board.close()


async def test_the_operators_name_is_no_bodys_and_reaches_only_letters(running_bus: CountyBus):
    """Whoever holds the operator's key rules the letters' stream, and still reads no status and no system account."""
    async with running_bus.raw(OPERATOR, inbox="_INBOX_operator") as operator:
        assert "error" in await operator.ask("$JS.API.STREAM.INFO.STATUS")
        assert "config" in await operator.ask("$JS.API.STREAM.INFO.EXCHANGE")
        with pytest.raises(nats.errors.Error):
            await operator.ask("$SYS.REQ.SERVER.PING", within=0.5)
