"""A renewed certificate is shown to the next browser without a restart; half of one, or none, changes nothing."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.certificate import Shown
from services.chassis.bus.certificates import CertificateAuthority, Credential

NOW = datetime.now(UTC)


def credential() -> Credential:
    return CertificateAuthority.create("371399", NOW).issue_server(["localhost"], NOW, name="web.audit")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    credential().write(tmp_path / "web.crt", tmp_path / "web.key")
    return tmp_path / "web.crt", tmp_path / "web.key"


@pytest.fixture
async def port(files: tuple[Path, Path]) -> AsyncIterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    Shown(*files).heed(context)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def shown(port: int) -> str:
    return await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port))


async def test_the_next_browser_is_shown_the_new_certificate(files: tuple[Path, Path], port: int):
    first = files[0].read_text(encoding="ascii")
    assert await shown(port) == first
    credential().write(*files)

    assert await shown(port) == files[0].read_text(encoding="ascii") != first


@pytest.mark.parametrize("lost", [None, 0, 1])
async def test_until_both_files_are_there_the_old_one_is_shown(
    files: tuple[Path, Path], port: int, lost: int | None, tmp_path: Path
):
    first = files[0].read_text(encoding="ascii")
    fresh = credential()
    fresh.write(tmp_path / "other.crt", tmp_path / "other.key")
    if lost is None:
        (tmp_path / "other.key").replace(files[1])
    else:
        files[lost].unlink()
    assert await shown(port) == first

    fresh.write(*files)

    assert await shown(port) == files[0].read_text(encoding="ascii") != first
