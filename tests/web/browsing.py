"""A body's real node served over TLS, its gateway before it, and people at their browsers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx2

from gateway.app import create_app
from gateway.clients.channel import open_channel
from gateway.clients.node import NodeClient
from gateway.config import GatewayConfig, NodeAddress, WebConfig
from gateway.guard import Guard
from services.chassis.config import RpcConfig, SessionsConfig
from services.chassis.node.assemble import Node
from services.chassis.node.serving import build_server
from services.chassis.rpc.tracing import NoTracing
from services.chassis.testing.clock import FixedClock
from tests.fixtures.offices import WholeOffice
from tests.integration.people.people_for_tests import PASSWORD
from tests.integration.rpc.rpc_for_tests import Pki

_FILE = re.compile(r'name="([^"]+)" type="file"')
_MARK = re.compile(r'name="form_mark" value="([^"]+)"')


@dataclass
class Browser:
    """One person's browser."""

    client: httpx2.AsyncClient
    sent: int = 0

    async def page(self, path: str, status: int = 200) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    async def sends(self, page: str, path: str, **typed: str) -> httpx2.Response:
        """Fill in a form of `page` and send it to `path`; where it leads to is followed."""
        return await self.client.post(path, data=await self._filled(page, typed), follow_redirects=True)

    async def uploads(self, page: str, path: str, file: tuple[str, bytes], **typed: str) -> httpx2.Response:
        """The same with a file, its name and what it holds, in the page's one field for files."""
        data = await self._filled(page, typed)
        field = _FILE.search(await self.page(page))
        assert field is not None
        return await self.client.post(path, data=data, files={field[1]: file}, follow_redirects=True)

    async def _filled(self, page: str, typed: dict[str, str]) -> dict[str, str]:
        found = _MARK.search(await self.page(page))
        assert found is not None
        self.sent += 1
        return {"form_mark": found[1], "request_id": f"r-{self.sent}", **typed}


@dataclass
class Gateways:
    """One gateway and everybody's browsers before it."""

    gateway: Guard
    open_clients: list[httpx2.AsyncClient] = field(default_factory=list)

    async def at(self, login: str, language: str = "zh") -> Browser:
        """That person, signed in."""
        transport = httpx2.ASGITransport(app=self.gateway)
        client = httpx2.AsyncClient(transport=transport, base_url="http://desk")
        self.open_clients.append(client)
        browser = Browser(client)
        await client.get(f"/language/{language}")
        signed = await browser.sends("/sign-in", "/sign-in", login=login, password=PASSWORD)
        assert signed.status_code == 200, signed.text
        return browser


@asynccontextmanager
async def gateway_before(office: WholeOffice, clock: FixedClock, folder: Path) -> AsyncIterator[Gateways]:
    """The gateway of an office whose node is served."""
    pki = Pki.make(folder)
    server = build_server(_served(office.node, pki))
    await server.start()
    address = NodeAddress(port=server.port, authority=pki.folder / "ca.crt")
    config = GatewayConfig(
        body=office.body, county_name="青禾县", node=address, web=WebConfig(port=0), secret=folder / "gateway.key"
    )
    gateway = create_app(config, clock=clock)
    channel = open_channel(address, NoTracing())
    gateway.gateway.node = NodeClient(channel)
    made = Gateways(gateway)
    yield made
    for client in made.open_clients:
        await client.aclose()
    await channel.close()
    await server.stop(0)


def _served(node: Node, pki: Pki) -> Node:
    """The node with what its server is configured with."""
    rpc = RpcConfig.model_construct(host="127.0.0.1", port=0, certificate=pki.server.certificate, key=pki.server.key)
    known = {
        "county_name": "青禾县",
        "custodian_keys": None,
        "light_passwords": True,
        "second_factor": False,
        "sessions": SessionsConfig(),
        "rpc": rpc,
    }
    return replace(node, config=node.config.model_copy(update=known))
