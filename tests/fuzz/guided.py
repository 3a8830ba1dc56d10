"""`python -m tests.fuzz.guided TARGET SECONDS`: one target under Atheris, guided by what the code does."""

from __future__ import annotations

import importlib
import logging
import sys
import traceback
from pathlib import Path

from tests.fuzz.bounds import SECONDS, in_time
from tests.fuzz.corpus import FOLDER, keep


def main(target: str, seconds: int) -> None:
    """Look for inputs until the time is up; ends the process."""
    atheris = importlib.import_module("atheris")
    logging.disable(logging.CRITICAL)
    with atheris.instrument_imports(include=["services"]):
        attempt = importlib.import_module("tests.fuzz.targets").attempt

    def one(data: bytes) -> None:
        try:
            with in_time():
                attempt(target, data)
        except Exception:
            sys.stdout.write(f"{target}: {keep(target, data).name}\n{traceback.format_exc(limit=-6)}")
            sys.stdout.flush()
            raise

    folder = Path("build") / "fuzz" / target
    folder.mkdir(parents=True, exist_ok=True)
    limits = (f"-max_total_time={seconds}", f"-timeout={2 * SECONDS}", "-rss_limit_mb=4096")
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", str(folder), str(FOLDER / target)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
