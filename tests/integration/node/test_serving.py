"""A node offers every service that the contract promises of every node."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.chassis.config import NodeConfig, RpcConfig
from services.chassis.node.serving import build_server
from tests.fixtures.offices import OfficeCounty
from tests.integration.rpc.rpc_for_tests import Pki

CONTRACT = Path(__file__).parents[3] / "protos" / "guantong" / "node" / "v1"


def promised() -> list[str]:
    """The full names of the services in the contract's files."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(CONTRACT.glob("*.proto"))]
    return [
        f"guantong.node.v1.{name}" for text in texts for name in re.findall(r"^service (\w+) {", text, re.MULTILINE)
    ]


async def test_every_service_of_the_contract_is_served(office_county: OfficeCounty, tmp_path: Path):
    (office,) = await office_county.open("audit")
    Pki.make(tmp_path)
    rpc = RpcConfig.model_construct(
        host="127.0.0.1", port=0, certificate=tmp_path / "rpc.crt", key=tmp_path / "rpc.key"
    )
    config = NodeConfig.model_construct(
        body="audit", county_name="青禾县", light_passwords=True, custodian_keys=None, rpc=rpc
    )
    server = build_server(replace(office.node, config=config))
    await server.start()
    authority = grpc.ssl_channel_credentials((tmp_path / "ca.crt").read_bytes())

    try:
        async with grpc.aio.secure_channel(f"127.0.0.1:{server.port}", authority) as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            for name in promised():
                answer = await stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=10)
                assert answer.status == health_pb2.HealthCheckResponse.SERVING, name
    finally:
        await server.stop(0)
    assert len(promised()) > 8
