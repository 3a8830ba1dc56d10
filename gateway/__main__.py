"""Runs one gateway: `python -m gateway --config gateway.toml`, until it is told to end."""

from __future__ import annotations

import asyncio
import gc
import signal
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import click
import structlog
import uvicorn

from gateway.app import create_app
from gateway.certificate import Shown
from gateway.config import GatewayConfig, read_gateway_config
from services.chassis.config import TelemetryConfig
from services.chassis.errors import GuantongError
from services.chassis.telemetry.start import Telemetry

_END_SECONDS = 3
_log = structlog.get_logger("guantong.gateway")


class _Server(uvicorn.Server):
    """Uvicorn without hands on the process's signals; `_serve` has them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


async def run(config: GatewayConfig) -> None:
    """Serve until the process is asked to end (SIGTERM, SIGINT)."""
    telemetry = Telemetry.start(
        TelemetryConfig(
            log=config.log,
            spans=config.spans,
            metrics_port=config.metrics_port,
            otlp_endpoint=config.otlp_endpoint,
        ),
        config.body,
        searched=False,
    )
    try:
        await _serve(config, telemetry)
    finally:
        telemetry.stop()


async def _serve(config: GatewayConfig, telemetry: Telemetry) -> None:
    web, application = config.web, create_app(config, telemetry)
    served = uvicorn.Config(
        application,
        host=web.host,
        port=web.port,
        ssl_certfile=web.certificate,
        ssl_keyfile=str(web.key) if web.key else None,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=web.behind_tls_proxy,
        timeout_graceful_shutdown=_END_SECONDS,
        h11_max_incomplete_event_size=64 * 1024,
    )
    served.load()
    if web.certificate is not None and web.key is not None and served.ssl is not None:
        Shown(web.certificate, web.key).heed(served.ssl)
    server = _Server(served)
    loop = asyncio.get_running_loop()

    def end() -> None:
        application.gateway.ending.set()
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    gc.collect()
    gc.freeze()
    _log.info("gateway_started", port=web.port, version=metadata.version("guantong"))
    await server.serve()
    _log.info("gateway_stopped")


@click.command()
@click.option("--config", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)
def main(config: Path) -> None:
    """Run the gateway that `config` describes."""
    try:
        asyncio.run(run(read_gateway_config(config)))
    except GuantongError as error:
        raise click.ClickException(f"{error.text('zh')}\n{error.text('en')} [{error.reason}]") from error


if __name__ == "__main__":
    main()
