"""`guantong node`: one node in the foreground, as its supervisor runs it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from services.chassis.cli.usage import command
from services.chassis.config import read_config
from services.chassis.node.__main__ import serve_until_signalled


@command()
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="节点的 node.toml / the node's node.toml",
)
def node(config: Path) -> None:
    """在前台运行一个节点, 收到 SIGTERM 或 SIGINT 后停止 / run one node until it gets SIGTERM or SIGINT."""
    asyncio.run(serve_until_signalled(read_config(config)))
