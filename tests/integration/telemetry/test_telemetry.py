"""Two nodes observed: one trace per letter across their span files, private logs, and metrics on loopback."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from services.chassis.bus.port import Bus
from services.chassis.config import TelemetryConfig
from services.chassis.errors import Fault, GuantongError
from services.chassis.exchange.exchange import Exchange
from services.chassis.exchange.model import LetterDraft, StoredLetter
from services.chassis.exchange.tracing import Tracing as LetterTracingPort
from services.chassis.rpc.tracing import Tracing as CallTracingPort
from services.chassis.storage import Database, Transaction
from services.chassis.telemetry import names
from services.chassis.telemetry.start import Telemetry, span_files
from services.chassis.telemetry.traces import SpanRecord, assemble_trace, read_spans, render_waterfall, trace_id_of
from services.chassis.testing.bus import MemoryExchange
from services.chassis.testing.clock import FixedClock
from tests.fixtures.exchanges import have_met, identities
from tests.fixtures.nats import eventually

SECRET = "关于举报人张三的来信"


class HandlingFailedError(GuantongError):
    reason = "HANDLING_FAILED"
    fault = Fault.STATE
    message_en = message_zh = SECRET


def config(folder: Path, body: str) -> TelemetryConfig:
    return TelemetryConfig(log=folder / body / "log.jsonl", spans=folder / body / "spans.jsonl")


@pytest.fixture
def telemetry(tmp_path: Path) -> Iterator[Telemetry]:
    started = Telemetry.start(config(tmp_path, "alpha"), "alpha")
    yield started
    started.stop()


@dataclass
class Node:
    telemetry: Telemetry
    config: TelemetryConfig
    database: Database
    exchange: Exchange
    answers: str = ""
    fails: bool = False

    def handle(self, tx: Transaction, letter: StoredLetter) -> None:
        if self.fails:
            raise HandlingFailedError
        if self.answers:
            draft = LetterDraft((letter.header.sender,), "info.reply", b"answer", matter_id=letter.header.matter_id)
            self.answers = ""
            self.exchange.send(tx, draft)

    async def turn(self) -> None:
        while await self.exchange.relay_once():
            pass
        while await self.exchange.receive_once():
            pass
        await self.exchange.receipt_once()
        while await self.exchange.apply_once():
            pass


@pytest.fixture
async def nodes(
    tmp_path: Path, clock: FixedClock, open_sqlite_database: Callable[..., Database]
) -> AsyncIterator[tuple[Node, Node]]:
    """Two nodes in one process, each with its own telemetry."""
    broker = MemoryExchange()
    made: list[Node] = []
    for body, identity in identities(("alpha", "beta"), clock).items():
        settings = config(tmp_path, body)
        telemetry = Telemetry.start(settings, body)
        database = open_sqlite_database()
        bus: Bus = broker.bus(body)
        place = len(made)

        def handle(tx: Transaction, letter: StoredLetter, place: int = place) -> None:
            made[place].handle(tx, letter)

        exchange = Exchange(identity, database, bus, clock, handle, tracing=telemetry.letters)
        await exchange.prepare()
        have_met(exchange)
        made.append(Node(telemetry, settings, database, exchange))
    yield made[0], made[1]
    for node in made:
        node.telemetry.stop()


async def send(node: Node, to: str) -> str:
    draft = LetterDraft((to,), "lead.handover", SECRET.encode(), matter_id="matter-of-张三"[:9])
    sent = await node.database.writer.run(lambda tx: node.exchange.send(tx, draft))
    return sent.letter_id


async def trace_of(node: Node, letter_id: str) -> str:
    letter = await node.database.reader.read(lambda connection: node.exchange.letter(connection, letter_id))
    found = trace_id_of(letter.traceparent or "")
    assert found is not None
    return found


def spans(*nodes: Node) -> list[SpanRecord]:
    for node in nodes:
        node.telemetry.flush()
    return list(read_spans(path for node in nodes for path in span_files(node.config)))


async def settle(*nodes: Node) -> None:
    for _ in range(4):
        for node in nodes:
            await node.turn()


async def test_one_letter_is_one_trace_across_both_nodes(nodes: tuple[Node, Node]):
    alpha, beta = nodes
    letter = await send(alpha, "beta")
    await settle(alpha, beta)

    [root] = assemble_trace(spans(alpha, beta), await trace_of(alpha, letter))

    assert root.outline() == (
        "alpha",
        "letter.write",
        (
            ("alpha", "letter.publish", (("beta", "letter.store", (("beta", "letter.apply", ()),)),)),
            ("alpha", "letter.receipt", ()),
        ),
    )
    assert await trace_of(beta, letter) == await trace_of(alpha, letter)


async def test_two_letters_are_two_traces_and_an_answer_goes_on_in_the_trace_of_its_cause(nodes: tuple[Node, Node]):
    alpha, beta = nodes
    beta.answers = "yes"
    first = await send(alpha, "beta")
    await settle(alpha, beta)
    second = await send(alpha, "beta")
    await settle(alpha, beta)

    found = spans(alpha, beta)
    assert await trace_of(alpha, first) != await trace_of(alpha, second)
    [root] = assemble_trace(found, await trace_of(alpha, first))
    text = render_waterfall([root])
    assert text.count("letter.write") == 2
    assert text.count("letter.receipt") == 2
    assert {span.body for span in found} == {"alpha", "beta"}


async def test_a_call_that_sends_a_letter_is_the_root_of_its_trace(nodes: tuple[Node, Node]):
    alpha, beta = nodes
    with alpha.telemetry.calls.calling("guantong.node.v1.LettersService/SendLetter") as metadata:
        sent_along = dict(metadata)
    with alpha.telemetry.calls.serving("/guantong.node.v1.LettersService/SendLetter", sent_along) as served:
        letter = await send(alpha, "beta")
        served.ended("OK", None)
    await settle(alpha, beta)

    [root] = assemble_trace(spans(alpha, beta), await trace_of(alpha, letter))

    assert root.span.name == "rpc.call"
    assert root.children[0].span.name == "rpc.serve"
    assert root.children[0].span.attributes["code"] == "OK"
    assert root.children[0].children[0].span.name == "letter.write"


async def test_a_failing_step_says_its_reason_and_never_its_text(nodes: tuple[Node, Node]):
    alpha, beta = nodes
    beta.fails = True
    letter = await send(alpha, "beta")
    await settle(alpha, beta)

    found = [span for span in spans(alpha, beta) if span.trace_id == await trace_of(alpha, letter) and span.failed]

    assert [(span.body, span.name, span.attributes) for span in found] == [
        ("beta", "letter.apply", {"peer": "alpha", "reason": "HANDLING_FAILED"})
    ]


async def test_nothing_of_a_letter_is_in_any_file(nodes: tuple[Node, Node], tmp_path: Path):
    alpha, beta = nodes
    beta.fails = True
    await send(alpha, "beta")
    await settle(alpha, beta)
    structlog.get_logger("guantong.test").error("rpc_failed", subject=SECRET, method=SECRET, text="张三")
    logging.getLogger("sqlalchemy.engine").error("INSERT INTO letters VALUES (%s)", SECRET)
    spans(alpha, beta)

    told = b"".join(path.read_bytes() for body in ("alpha", "beta") for path in (tmp_path / body).iterdir())

    for word in (SECRET, "张三", "lead.handover", "matter-of", "INSERT"):
        assert word.encode() not in told
        assert json.dumps(word)[1:-1].encode() not in told
    assert b"rpc_failed" in told
    assert b"library_message" in told


def test_both_tracings_are_what_their_users_ask_for(telemetry: Telemetry):
    letters: LetterTracingPort = telemetry.letters
    calls: CallTracingPort = telemetry.calls

    assert letters.current() is None
    assert calls is telemetry.calls


@pytest.mark.parametrize(
    "parent", ["", "junk", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "00-" + "g" * 52, "x" * 9999]
)
def test_a_peers_unreadable_trace_context_starts_a_trace_of_its_own(telemetry: Telemetry, parent: str):
    with telemetry.letters.step("letter.store", parent, "beta") as context:
        assert context is not None
        assert trace_id_of(context) is not None
        assert telemetry.letters.current() == context
    assert telemetry.letters.current() is None


def test_a_span_that_is_not_registered_is_dropped_and_counted(telemetry: Telemetry):
    with telemetry.letters.step("letter.read.by.zhang", None, "beta"):
        pass
    telemetry.flush()

    assert telemetry.drops.counts()["span_name"] == 1


def log_lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "alpha" / "log.jsonl").read_text().splitlines()]


def test_logs_are_json_lines_with_registered_keys_only(telemetry: Telemetry, tmp_path: Path):
    log = structlog.get_logger("guantong.test")
    with telemetry.letters.step("letter.write", None, "beta") as context:
        log.info("peer_unreachable", peer="beta", reason="BUS_AWAY", subject="x")
    log.info("something_new", anything="x")
    log.debug("peer_unreachable", peer="beta")

    first, second = log_lines(tmp_path)

    assert first.pop("at")
    assert first == {
        "level": "info",
        "event": "peer_unreachable",
        "node": "alpha",
        "trace": trace_id_of(context or ""),
        "peer": "beta",
        "reason": "BUS_AWAY",
    }
    assert (second["event"], second["level"]) == ("unregistered_event", "info")
    assert telemetry.drops.counts() == {"log_key": 1, "log_event": 1}


def test_an_exception_is_logged_by_its_class(telemetry: Telemetry, tmp_path: Path):
    assert telemetry.metrics_port
    try:
        int(SECRET)
    except ValueError:
        structlog.get_logger("guantong.test").exception("task_failed", task="relay")
        logging.getLogger("grpc").exception("it %s", SECRET)

    own, library = log_lines(tmp_path)
    assert (own["error"], own["task"]) == ("ValueError", "relay")
    assert (library["error"], library["source"]) == ("ValueError", "grpc")


def test_files_are_private_and_keep_themselves_small(tmp_path: Path, telemetry: Telemetry):
    log = structlog.get_logger("guantong.test")
    log.info("bus_ready")
    file = tmp_path / "alpha" / "log.jsonl"
    assert file.stat().st_mode & 0o077 == 0

    file.rename(file.with_name("taken-away.jsonl"))
    log.info("bus_ready")

    assert len(log_lines(tmp_path)) == 1
    assert telemetry.drops.counts() == {}


def test_a_log_that_cannot_be_written_is_counted_and_harms_nobody(tmp_path: Path, telemetry: Telemetry):
    (tmp_path / "alpha").mkdir(exist_ok=True)
    (tmp_path / "alpha" / "log.jsonl").mkdir()

    structlog.get_logger("guantong.test").info("bus_ready")

    assert telemetry.drops.counts() == {"write": 1}


def read_metrics(telemetry: Telemetry) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{telemetry.metrics_port}/metrics", timeout=5) as answer:
        text: str = answer.read().decode()
    return text


def test_metrics_are_served_on_the_loopback_address(telemetry: Telemetry):
    telemetry.metrics.gauge("guantong_letters_unreceipted", 7, peer="beta")
    telemetry.metrics.count("guantong_nothing_like_it")
    telemetry.metrics.gauge("guantong_letters_unreceipted", 1, peer="张三")
    telemetry.alarm("letter_parked", "beta", reason="HANDLING_FAILED", count=3)
    with telemetry.calls.serving("/guantong.node.v1.LettersService/ListLetters", {}) as served:
        served.ended("PERMISSION_DENIED", "ROLE_MISSING")

    text = read_metrics(telemetry)

    assert 'guantong_letters_unreceipted{peer="beta"} 7.0' in text
    assert 'guantong_alarms_total{kind="letter_parked"} 3.0' in text
    assert re.search(r'guantong_rpc_seconds_count\{code="PERMISSION_DENIED",method="\S+"\} 1\.0', text)
    assert 'guantong_telemetry_dropped_total{what="metric"} 2.0' in text
    assert "张三" not in text
    assert {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")} <= {
        *names.METRICS,
        *(f"{name}_created" for name in names.METRICS),
        *(f"{name.removesuffix('_total')}_created" for name in names.METRICS),
    }


async def test_spans_ride_the_bus_to_the_observer(tmp_path: Path):
    """The observer's own files hold everybody's spans, and no port is opened."""
    broker = MemoryExchange()
    alpha, beta = (Telemetry.start(config(tmp_path, body), body) for body in ("alpha", "beta"))
    tasks = [
        asyncio.create_task(alpha.receive_spans(broker.status_board("alpha"))),
        asyncio.create_task(alpha.send_spans(broker.status_board("alpha"))),
        asyncio.create_task(beta.send_spans(broker.status_board("beta"))),
    ]
    with alpha.letters.step("letter.publish", None, "beta") as context:
        pass
    with beta.letters.step("letter.store", context, "alpha"):
        pass
    await broker.status_board("gamma").publish_spans(b'{"name":"letter.write","body":"alpha"}\nnot a span')

    def arrived() -> bool:
        alpha.flush()
        beta.flush()
        found = assemble_trace(read_spans(span_files(config(tmp_path, "alpha"))), trace_id_of(context or "") or "")
        return [root.outline() for root in found] == [("alpha", "letter.publish", (("beta", "letter.store", ()),))]

    await eventually(arrived)
    await eventually(lambda: alpha.drops.counts().get("carried_span") == 2)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    alpha.stop()
    beta.stop()


async def test_a_bus_that_is_away_delays_spans_and_loses_only_the_oldest_of_too_many(tmp_path: Path):
    broker = MemoryExchange()
    broker.go_away()
    alpha = Telemetry.start(config(tmp_path, "alpha"), "alpha")
    sending = asyncio.create_task(alpha.send_spans(broker.status_board("alpha")))
    for _ in range(300):
        with alpha.letters.step("letter.write", None, "beta"):
            pass
    alpha.flush()
    await asyncio.sleep(0)
    broker.come_back()

    board = broker.status_board("observer")
    seen = 0
    async with asyncio.timeout(10):
        while seen < 300:
            seen += sum(frame.data.count(b"\n") for frame in await board.fetch_spans(10, 5))
    assert seen == 300
    sending.cancel()
    await asyncio.wait({sending})
    alpha.stop()


async def test_a_dead_collector_delays_the_end_by_seconds_at_most(tmp_path: Path):
    settings = config(tmp_path, "alpha").model_copy(update={"otlp_endpoint": "http://127.0.0.1:9"})
    alpha = Telemetry.start(settings, "alpha")
    with alpha.letters.step("letter.write", None, "beta"):
        pass

    async with asyncio.timeout(15):
        await asyncio.to_thread(alpha.stop)

    assert len(list(read_spans(span_files(settings)))) == 1
