"""One of two measured processes: `python -m tests.bench.party FOLDER WAY send|receive LETTERS IN_FLIGHT`."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path

from services.chassis.bus.connection import BusLogin
from services.chassis.bus.nats_bus import NatsBus
from services.chassis.config import TelemetryConfig
from services.chassis.exchange.tracing import NoTracing
from services.chassis.node.__main__ import settle_memory
from services.chassis.storage import Database
from services.chassis.telemetry.start import Telemetry
from tests.bench.parties import RECIPIENT, SENDER, identity
from tests.bench.ways import RECEIVE, SEND, TRACED, Party

logging.getLogger("asyncio").setLevel(logging.ERROR)


async def main(folder: Path, way: str, task: str, letters: int, in_flight: int) -> None:
    """Take part, and print what was measured when sending."""
    body = SENDER if task == "send" else RECIPIENT
    database = Database.open(f"sqlite:///{folder / f'{body}.sqlite'}")
    database.create_all()
    tls = folder / "tls"
    url = (folder / "url").read_text(encoding="ascii")
    login = BusLogin(url, tls / "ca.pem", tls / f"{body}.pem", tls / f"{body}.key")
    bus = NatsBus(body, login, lambda _alarm: None, lambda: (SENDER, RECIPIENT))
    await bus.wait_connected()
    telemetry = Telemetry.start(_telemetry_config(folder, body), body) if way == TRACED else None
    settle_memory()
    party = Party(identity(folder, body), database, bus, telemetry.letters if telemetry else NoTracing())
    try:
        if task == "send":
            print(json.dumps(asdict(await SEND[way](party, letters, in_flight))), flush=True)  # noqa: T201
        else:
            await RECEIVE[way](party)
    finally:
        await bus.close()
        database.close()
        if telemetry:
            telemetry.stop()


def _telemetry_config(folder: Path, body: str) -> TelemetryConfig:
    return TelemetryConfig(log=folder / f"{body}.log", spans=folder / f"{body}.spans")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
