"""What one running gateway holds: its configuration, its node, the names of bodies, templates and files."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import Request

from gateway.auth.secret import Secret
from gateway.clients.node import NodeClient
from gateway.config import GatewayConfig
from gateway.live.feeds import Feeds
from gateway.uploads import Uploads
from gateway.web.rendering import Rendering
from services.chassis.clock import Clock
from services.chassis.rulebook.book import Rulebook
from services.chassis.telemetry.start import Telemetry


@dataclass
class Gateway:
    """Everything that lives as long as the process."""

    config: GatewayConfig
    secret: Secret
    book: Rulebook
    clock: Clock
    telemetry: Telemetry | None
    rendering: Rendering
    served: frozenset[str]
    """The addresses of the pages there are."""
    node: NodeClient = field(init=False)
    """The node's services, from the moment the gateway listens."""
    feeds: Feeds = field(default_factory=Feeds)
    uploads: Uploads = field(default_factory=Uploads)
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process is asked to end, so that streams end by themselves."""

    @property
    def is_hub(self) -> bool:
        """Whether this is the inspection office's gateway."""
        return self.book.hub.id == self.config.body

    def trace_id(self) -> str:
        """Finds the present request among the spans; empty where nothing is traced."""
        return self.telemetry.calls.trace_id() if self.telemetry else ""

    def now(self) -> datetime:
        """The county's present instant."""
        return self.clock.now()


def gateway_of(request: Request) -> Gateway:
    """The gateway that serves `request`."""
    gateway: Gateway = request.app.state.gateway
    return gateway
