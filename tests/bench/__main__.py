"""`python -m tests.bench` measures, prints a table, and writes build/bench.json."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
from pathlib import Path

from tests.bench import exchange
from tests.bench.parties import CONTENT

_TITLES = {
    "guantong": "Letters, durable at both ends and receipted",
    "obvious": "The same, one transaction and publication each",
    "raw": "The bus alone, without the job",
    "guantong, one in flight": "One letter in flight",
    "obvious, one in flight": "The same, the obvious way",
}


def main() -> None:
    """Run every measurement."""
    parser = argparse.ArgumentParser(description="Measure the exchange; medians of several runs.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    arguments = parser.parse_args()
    measured = asyncio.run(exchange.measure(arguments.runs))
    cores = len(os.sched_getaffinity(0))
    report = {
        "cores": cores,
        "load_average": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "runs": arguments.runs,
        "letter_bytes": len(CONTENT),
        "exchange": measured,
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    lines = [f"{cores} cores, load {report['load_average']}, medians of {arguments.runs} runs", ""]
    for way, title in _TITLES.items():
        row = measured[way]
        times = f"p50 {row['p50_ms']:>7.1f} ms   p99 {row['p99_ms']:>7.1f} ms" if row["p50_ms"] else ""
        lines.append(f"{title:<48}{row['per_second']:>9.0f}/s   {times}".rstrip())
    print("\n".join(lines))  # noqa: T201 - the table is what this command is for


if __name__ == "__main__":
    main()
