"""`python -m tests.faults` tries every fault and every absence on real processes and records the figures.

Shipped settings throughout. It writes build/reliability.json; with `--record` also docs/reliability.json and the
tables of docs/reliability.md. With `--only WORDS` it tries some faults again; `--render` measures nothing, and puts
the totals of the last soak beside what is recorded.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from services.chassis.bus.process import find_binary
from tests.faults import downtime, matrix, tables
from tests.faults.matrix import Runner
from tests.faults.nursery import Nursery
from tests.faults.pairs import Ground
from tests.faults.stores import Stores
from tests.faults.trials import Setting
from tests.fixtures.postgres import PostgresCluster, binaries

_LETTERS, _OUTAGE_SECONDS, _AT_ONCE = 300, 15.0, 4
_SOAK = Path("build/soak.json")


async def measure(folder: Path, cluster: PostgresCluster, only: str) -> dict[str, Any]:
    """Both tables: first the absences, side by side, then the faults, few at a time; or faults named like `only`."""
    nursery = Nursery()
    ground = Ground(folder, nursery)
    stores = (Stores(folder), Stores(folder, cluster))
    faults = [fault for fault in (*matrix.kills(), *matrix.others()) if only in fault.name]
    absences, rows, missing = [], [], []
    try:
        if not only:
            _say("downtime: absences of up to ten minutes, side by side")
            absences = await downtime.table(ground, stores, downtime.Load())
        for kind in stores:
            _say(f"faults on {tables.TITLES[kind.kind]}")
            runner = Runner(Setting(ground, kind, _LETTERS, _OUTAGE_SECONDS), _AT_ONCE)
            rows += await runner.rows(fault for fault in faults if fault.name != matrix.POSTGRESQL_STOPPED)
            # It takes the database of every other away.
            rows += await runner.rows(fault for fault in faults if fault.name == matrix.POSTGRESQL_STOPPED)
            missing += runner.missing
    finally:
        nursery.close()
    return {
        "downtime": [row.to_dict() for row in absences],
        "faults": [row.to_dict() for row in rows],
        "missing": missing,
    }


def _simulation() -> dict[str, Any] | None:
    totals: dict[str, Any] | None = json.loads(_SOAK.read_text(encoding="utf-8")) if _SOAK.exists() else None
    return totals


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - a command that runs for a quarter of an hour says where it is


def _version(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _about(folder_of_binaries: Path) -> dict[str, Any]:
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "nats_server": _version(str(find_binary(None)), "--version").replace(": v", " "),
        "postgresql": _version(str(folder_of_binaries / "postgres"), "--version").partition("(")[0].strip(),
    }


def _replaced(record: dict[str, Any], again: dict[str, Any], only: str) -> dict[str, Any]:
    """The record with the rows of faults that were tried again in the place of their earlier ones.

    A row that did not heal goes by its trial's name, without a place, and gives way to whatever came of it now.
    """
    new = {(row["fault"], row["where"], row["database"]): row for row in again["faults"]}
    kept = [row for row in record["faults"] if row["where"] or only not in row["fault"]]
    rows = [new.pop((row["fault"], row["where"], row["database"]), row) for row in kept]
    return record | {"faults": [*rows, *new.values()]}


def main() -> None:
    """Measure, write, and fail when anything was lost, repeated or otherwise wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/reliability.json"))
    parser.add_argument("--record", action="store_true", help="also put the figures into docs")
    parser.add_argument("--only", default="", help="try only faults with these words in their names, again")
    parser.add_argument("--render", action="store_true", help="only the totals of the last soak, into docs")
    arguments = parser.parse_args()
    if arguments.render:
        tables.write_record(tables.read_record() | {"simulation": _simulation()})
        return
    folder_of_binaries = binaries()
    if folder_of_binaries is None:
        sys.exit("PostgreSQL's initdb and pg_ctl are needed")
    record = _about(folder_of_binaries)
    cluster = PostgresCluster(folder_of_binaries)
    cluster.start()
    try:
        with tempfile.TemporaryDirectory() as name:
            record |= asyncio.run(measure(Path(name), cluster, arguments.only))
    finally:
        cluster.delete()
    record["simulation"] = _simulation()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if arguments.record:
        tables.write_record(_replaced(tables.read_record(), record, arguments.only) if arguments.only else record)
    _say("\n".join([*tables.downtime(record["downtime"]), "", *tables.faults(record["faults"])]))
    wrong = [row for row in (*record["downtime"], *record["faults"]) if row["lost"] or row["twice"] or row["faults"]]
    if wrong:
        sys.exit(f"not clean: {json.dumps(wrong, indent=1, ensure_ascii=False)}")


if __name__ == "__main__":
    main()
