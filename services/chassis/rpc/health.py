"""Asks a node whether it serves, by the standard health service."""

from __future__ import annotations

import grpc
from grpc_health.v1 import health_pb2

from services.chassis.rpc.client import ClientTls

_HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name


def is_serving(address: str, tls: ClientTls | None, timeout: float = 1.0) -> bool:
    """Whether the node at `address` answers that it serves, within `timeout` seconds."""
    channel = grpc.secure_channel(address, tls.credentials()) if tls else grpc.insecure_channel(address)
    with channel:
        # Not the generated stub, whose methods the published types leave out.
        check = channel.unary_unary(
            f"/{_HEALTH}/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            answer: health_pb2.HealthCheckResponse = check(health_pb2.HealthCheckRequest(), timeout=timeout)
        except grpc.RpcError:
            return False  # not there, or not yet: either way it does not serve
        return answer.status == health_pb2.HealthCheckResponse.SERVING
