"""`python -m tests.bench` measures, prints tables, and writes build/bench.json."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench import attachments, county, crowd, exchange, gateway, long_journal
from tests.bench.floods import QUIET
from tests.bench.parties import CONTENT
from tests.bench.ways import BACKLOG, TRACED

Rows = Mapping[str, Mapping[str, float]]

_WAYS = {
    "guantong": "Letters, durable at both ends and receipted",
    TRACED: "The same, with a node's spans and metrics",
    "obvious": "The first, one transaction and publication each",
    "raw": "The bus alone, without the job",
    "guantong, one in flight": "One letter in flight",
    "obvious, one in flight": "The same, the obvious way",
}
_CROWD = {
    "ten senders": "Ten senders to one recipient, together",
    BACKLOG: "A backlog of 50,000 after an outage",
    QUIET: "One letter at a time, nobody else",
    "flood of garbage": "Beside a flood of garbage",
    "flood of letters": "Beside a flood of sound letters",
    "flood of huge frames": "Beside a flood of the largest frames",
}
_STARTS = {"first": "Ten nodes and the bus, first start", "second": "The same, second start"}


def main() -> None:
    """Run every measurement."""
    parser = argparse.ArgumentParser(description="Measure the exchange and a county's start; medians of several runs.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    arguments = parser.parse_args()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    load_before = round(os.getloadavg()[0], 2)
    cores = len(os.sched_getaffinity(0))
    print(f"{cores} cores, load {load_before} before, medians of {arguments.runs} runs\n")  # noqa: T201
    with _set_aside(arguments.out.with_suffix(".log")):
        letters = asyncio.run(exchange.measure(arguments.runs))
        print("\n".join(_letter_lines(letters)), flush=True)  # noqa: T201 - the tables are what this command is for
        crowds = asyncio.run(crowd.measure(arguments.runs))
        print("\n".join(("", *_crowd_lines(crowds))), flush=True)  # noqa: T201
        journals = long_journal.measure(arguments.runs)
        print("\n".join(("", *_journal_lines(journals))), flush=True)  # noqa: T201
        carried = attachments.measure(arguments.runs)
        print("\n".join(("", *attachments.lines(carried))), flush=True)  # noqa: T201
        starts = county.measure(arguments.runs)
        print("\n".join(("", *_start_lines(starts))), flush=True)  # noqa: T201
        pages = gateway.measure()
        print("\n".join(("", *gateway.lines(pages))))  # noqa: T201
    report = {
        "cores": cores,
        "load_average_before": load_before,
        "python": platform.python_version(),
        "runs": arguments.runs,
        "letter_bytes": len(CONTENT),
        "exchange": letters,
        "crowd": crowds,
        "journal": journals,
        "attachment": carried,
        "county": starts,
        "gateway": pages,
    }
    arguments.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _letter_lines(measured: Rows) -> Iterator[str]:
    for way, title in _WAYS.items():
        row = measured[way]
        times = f"p50 {row['p50_ms']:>7.1f} ms   p99 {row['p99_ms']:>7.1f} ms" if row["p50_ms"] else " " * 33
        yield f"{title:<48}{row['per_second']:>9.0f}/s   {times}   cpu {row['cpu_us']:>6.0f} µs each"


def _crowd_lines(measured: Rows) -> Iterator[str]:
    for name, title in _CROWD.items():
        row = measured[name]
        rate = f"{row['per_second']:>9.0f}/s" if "per_second" in row else " " * 11
        times = f"   p50 {row['p50_ms']:>7.1f} ms   p99 {row['p99_ms']:>7.1f} ms" if "p50_ms" in row else ""
        yield f"{title:<48}{rate}{times}"


def _journal_lines(measured: Rows) -> Iterator[str]:
    for name, row in measured.items():
        more = f"   {row['more']:+.1f} %" if "more" in row else ""
        yield f"{name:<48}{row['per_second']:>9.0f}/s   cpu {row['cpu_us']:>6.0f} µs each{more}"


def _start_lines(measured: Rows) -> Iterator[str]:
    for start, title in _STARTS.items():
        row = measured[start]
        yield (
            f"{title:<48}{row['ready_seconds']:>9.1f} s   cpu {row['cpu_seconds']:>5.1f} s   "
            f"memory {row['memory_mib']:>5.0f} MiB"
        )


@contextlib.contextmanager
def _set_aside(log: Path) -> Iterator[None]:
    """Have what servers and nodes say on standard error go to a file, so that the table stands alone."""
    kept = os.dup(sys.stderr.fileno())
    with log.open("wb") as file:
        os.dup2(file.fileno(), sys.stderr.fileno())
    try:
        yield
    finally:
        os.dup2(kept, sys.stderr.fileno())
        os.close(kept)


if __name__ == "__main__":
    main()
