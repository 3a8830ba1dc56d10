"""A node's own ground: its disk is full, its files may not grow, its database is stopped, locked or not writable."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.faults.buses import filled
from tests.faults.pairs import More, Side
from tests.faults.party import for_seconds
from tests.faults.trials import RECIPIENT, Row, Setting, healed, under_load

DISK_BYTES = 48 * 1024 * 1024


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A disk of `DISK_BYTES` at `folder`; None where this machine lets nobody mount one."""
    folder.mkdir(exist_ok=True)
    if shutil.which("mount") is None:
        yield None
        return
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0777", "faults", str(folder)]
    done = subprocess.run(mount, check=False, capture_output=True)
    if done.returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def full(setting: Setting, disk: Path) -> Row:
    """Fill the disk with the recipient's database under load, and empty it."""
    with setting.pair(More(data=disk)) as pair:
        await under_load(pair)
        with filled(disk):
            await for_seconds(setting.seconds)
        return await healed("disk full, then free", RECIPIENT, pair)


async def files_limited(setting: Setting, role: str) -> Row:
    """Forbid one side's files to grow (RLIMIT_FSIZE), then allow it: a full quota, needing no right of the tester."""
    with setting.pair() as pair:
        await under_load(pair)
        victim = pair.recipient if role == RECIPIENT else pair.sender
        pid = victim.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, before[1]))
        await for_seconds(setting.seconds)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        return await healed("files may not grow, then may", role, pair)


async def locked(setting: Setting) -> Row:
    """Another program locks the recipient's SQLite file."""
    with setting.pair() as pair:
        await under_load(pair)
        with closing(sqlite3.connect(pair.recipient.database_file, isolation_level=None, timeout=60)) as other:
            other.execute("BEGIN IMMEDIATE").close()
            await for_seconds(setting.seconds)
            other.execute("ROLLBACK").close()
        return await healed("database locked by another program", RECIPIENT, pair)


async def read_only(setting: Setting) -> Row:
    """Take away the right to write to the recipient's SQLite files and their folder, kill the node, let it try to
    start, give the right back. Needs a nursery whose processes heed file modes.
    """
    folder = setting.folder / "data"
    folder.mkdir(exist_ok=True)
    with setting.pair(More(data=folder)) as pair:
        await under_load(pair)
        pair.recipient.kill()
        with _unwritable(folder):
            await _tries_to_start(pair.recipient, setting.seconds)
        pair.recipient.start()
        return await healed("database read-only at the start", RECIPIENT, pair)


async def _tries_to_start(side: Side, seconds: float) -> None:
    side.start()
    await for_seconds(seconds)
    side.kill()


@contextmanager
def _unwritable(folder: Path) -> Iterator[None]:
    files = list(folder.iterdir())
    for file in files:
        file.chmod(0o400)
    folder.chmod(0o500)
    yield
    folder.chmod(0o700)
    for file in files:
        file.chmod(0o600)


async def stopped(setting: Setting) -> Row:
    """Stop PostgreSQL at once, with its buffers unwritten, under load of both sides, and start it."""
    cluster = setting.stores.cluster
    assert cluster is not None
    with setting.pair() as pair:
        await under_load(pair)
        cluster.stop()
        await for_seconds(setting.seconds)
        cluster.start()
        for side in pair.sides:
            if not side.process.alive:
                side.start()
        return await healed("PostgreSQL stopped, then started", "both", pair)
