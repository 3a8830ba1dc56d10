"""A server is ended when its storage was removed, or when it gave up writing and there is room again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.chassis.bus.storage import REMOVED, UNWRITABLE, StorageWatch

FULL = "[7] [ERR] Filestore [EXCHANGE] Critical write error: write storage/jetstream/1.blk: no space left on device"


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    (tmp_path / "jetstream").mkdir()
    return tmp_path


def left_in(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


async def broken(watch: StorageWatch) -> str:
    async with asyncio.timeout(20):
        return await watch.broken()


async def test_a_server_that_gave_up_writing_is_ended_once_there_is_room(storage: Path):
    watch = StorageWatch(storage)

    assert watch.heard(FULL)
    assert not watch.heard(FULL), "it is told once"
    assert await broken(watch) == UNWRITABLE
    assert left_in(storage) == ["jetstream"]


async def test_a_server_is_left_alone_while_its_disk_is_full(tmp_path: Path):
    """No file can be written where there is no folder."""
    watch = StorageWatch(tmp_path / "away")
    watch.heard(FULL)
    waiting = asyncio.create_task(watch.broken())
    done, _ = await asyncio.wait({waiting}, timeout=1)

    assert not done
    waiting.cancel()


async def test_a_server_whose_files_were_removed_is_ended(storage: Path):
    watch = StorageWatch(storage)
    waiting = asyncio.create_task(broken(watch))
    await asyncio.sleep(0)
    (storage / "jetstream").rename(storage / "lost")

    assert await waiting == REMOVED


@pytest.mark.parametrize("line", ["[7] [INF] Server is ready", "[7] [INF] JetStream cluster is new"])
def test_other_lines_say_nothing(storage: Path, line: str):
    assert not StorageWatch(storage).heard(line)
