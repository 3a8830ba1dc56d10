"""A measured process: `python -m tests.bench.party FOLDER WAY send|receive|flood LETTERS IN_FLIGHT [BODY]`.

One that is told which body it is says when it is ready, and sends once it reads a line.
"""

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
from tests.bench.floods import FLOODS
from tests.bench.parties import RECIPIENT, SENDER, identity, url_file
from tests.bench.ways import RECEIVE, SEND, TRACED, Party

logging.getLogger("asyncio").setLevel(logging.ERROR)


async def main(folder: Path, way: str, task: str, letters: int, in_flight: int, *, named: str = "") -> None:
    """Take part, and print what was measured when sending."""
    body = named or (SENDER if task == "send" else RECIPIENT)
    bodies = sorted(keys.name for keys in (folder / "keys").iterdir())
    told = url_file(folder, body)
    address = told.read_text(encoding="utf-8") if told.exists() else f"sqlite:///{folder / f'{body}.sqlite'}"
    database = Database.open(address)
    database.create_all()
    tls = folder / "tls"
    url = (folder / "url").read_text(encoding="ascii")
    login = BusLogin(url, tls / "ca.pem", tls / f"{body}.pem", tls / f"{body}.key")
    bus = NatsBus(body, login, lambda _alarm: None, lambda: bodies)
    await bus.wait_connected()
    telemetry = Telemetry.start(_telemetry_config(folder, body), body) if way == TRACED else None
    settle_memory()
    tracing = telemetry.letters if telemetry else NoTracing()
    party = Party(identity(folder, body, bodies), database, bus, tracing, waits=bool(named))
    try:
        if task == "send":
            print(json.dumps(asdict(await SEND[way](party, letters, in_flight))), flush=True)  # noqa: T201
        elif task == "flood":
            await FLOODS[way](party)
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
    asyncio.run(
        main(
            Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), named="".join(sys.argv[6:])
        )
    )
