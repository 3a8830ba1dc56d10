"""What befalls the bus: killed, paused, wiped, cut short, damaged bit by bit, unreadable, full."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.faults.pairs import More
from tests.faults.party import for_seconds
from tests.faults.trials import Row, Setting, healed, under_load

_BUS = "bus"


def _wipe(storage: Path) -> None:
    shutil.rmtree(storage)


def _truncate(pattern: str, keep: float) -> Callable[[Path], None]:
    def damage(storage: Path) -> None:
        for file in _files(storage, pattern):
            os.truncate(file, int(file.stat().st_size * keep))

    return damage


def _flip(pattern: str, *places: float) -> Callable[[Path], None]:
    """Turn one bit at each of `places`, parts of the file's length."""

    def damage(storage: Path) -> None:
        for file in _files(storage, pattern):
            content = bytearray(file.read_bytes())
            for place in places:
                content[int((len(content) - 1) * place)] ^= 0x10
            file.write_bytes(content)

    return damage


def _files(storage: Path, pattern: str) -> list[Path]:
    found = sorted(file for file in storage.rglob(pattern) if file.is_file() and file.stat().st_size)
    assert found, f"the bus keeps no {pattern} any more; see what it keeps instead"
    return found


DAMAGES: dict[str, Callable[[Path], None]] = {
    "storage wiped": _wipe,
    "blocks cut to half": _truncate("*.blk", 0.5),
    "blocks emptied": _truncate("*.blk", 0.0),
    "one bit at the start of blocks": _flip("*.blk", 0.0),
    "one bit in the middle of blocks": _flip("*.blk", 0.5),
    "bits all over blocks": _flip("*.blk", 0.1, 0.3, 0.5, 0.7, 0.9),
    "bits in the streams' and consumers' settings": _flip("meta.inf", 0.2, 0.6),
    "settings cut to half": _truncate("meta.inf", 0.5),
    "bits in the consumers' states": _flip("o.dat", 0.3, 0.8),
    "bits in checksums": _flip("meta.sum", 0.5),
}
"""Done to the bus's files while it is down."""


async def damaged(setting: Setting, damage: str) -> Row:
    """SIGKILL the bus under load, damage its files, start it."""
    with setting.pair() as pair:
        await under_load(pair)
        pair.bus.kill()
        DAMAGES[damage](pair.bus.storage)
        pair.bus.start()
        return await healed(f"bus killed, {damage}", _BUS, pair)


async def killed_again_and_again(setting: Setting) -> Row:
    """SIGKILL nats-server three times under load; the bus process starts it again."""
    with setting.pair() as pair:
        pair.start()
        for part in (1, 2, 3):
            await pair.reaches(pair.sender.orders.letters * part // 5)
            await pair.bus.strike_server()
        return await healed("SIGKILL three times under load", _BUS, pair)


async def paused(setting: Setting) -> Row:
    """SIGSTOP nats-server, then SIGCONT."""
    with setting.pair() as pair:
        await under_load(pair)
        server = pair.bus.server
        os.kill(server, signal.SIGSTOP)
        await for_seconds(setting.seconds)
        os.kill(server, signal.SIGCONT)
        return await healed(f"SIGSTOP for {setting.seconds:g} s", _BUS, pair)


async def wiped_while_running(setting: Setting) -> Row:
    """Remove the files under the running server."""
    with setting.pair() as pair:
        await under_load(pair)
        pair.bus.storage.rename(pair.bus.storage.with_name("lost"))
        return await healed("storage removed under the running server", _BUS, pair)


async def unreadable(setting: Setting) -> Row:
    """Kill the bus, take away the right to read its storage, start it, give the right back, start it as a supervisor
    would. Needs a nursery whose processes heed file modes.
    """
    with setting.pair() as pair:
        await under_load(pair)
        pair.bus.kill()
        store = pair.bus.storage / "jetstream"
        with _mode(store, 0):
            pair.bus.start()
            await for_seconds(setting.seconds)
            pair.bus.kill()
        pair.bus.start()
        return await healed("storage unreadable, then readable", _BUS, pair)


async def unwritable(setting: Setting) -> Row:
    """Take away the right to write to the storage under the running server, and give it back."""
    with setting.pair() as pair:
        await under_load(pair)
        folders = [folder for folder in pair.bus.storage.rglob("*") if folder.is_dir()]
        for folder in folders:
            folder.chmod(0o500)
        await for_seconds(setting.seconds)
        for folder in folders:
            folder.chmod(0o700)
        return await healed("storage not writable for a while", _BUS, pair)


async def full(setting: Setting, disk: Path) -> Row:
    """Fill the bus's disk under load, and empty it."""
    with setting.pair(More(storage=disk / "storage")) as pair:
        await under_load(pair)
        with filled(disk):
            await for_seconds(setting.seconds)
        return await healed("disk full, then free", _BUS, pair)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no byte free on `disk` meanwhile."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def _mode(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)
