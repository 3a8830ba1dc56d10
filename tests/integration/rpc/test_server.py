"""A node's server: found by health and reflection, reached by TLS alone, answering within the time it is given."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from guantong.node.v1 import people_service_pb2 as pb
from guantong.node.v1 import people_service_pb2_grpc as rpc
from services.chassis.bus.certificates import CertificateAuthority
from services.chassis.clock import SystemClock
from services.chassis.errors import Fault
from services.chassis.rpc.access import SIGNED_IN, ServiceAccess
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.client import ClientTls, connect
from services.chassis.rpc.errors import AddressTakenError, PlaintextRefusedError, ServiceUndeclaredError
from services.chassis.rpc.health import is_serving
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.status import RemoteError
from services.chassis.rpc.tls import ServerTls
from tests.integration.rpc.rpc_for_tests import (
    ACCESS,
    QUICK,
    SERVICE,
    KnownTokens,
    Pki,
    serving,
    telling,
    who,
)


async def note_nothing(refusal: object) -> None:
    del refusal


def builder() -> ServerBuilder:
    return ServerBuilder("audit", KnownTokens(), note_nothing)


async def test_a_started_server_says_that_it_serves_and_a_stopped_one_does_not(pki: Pki):
    async with serving(pki, {"GetCaller": who}) as served:
        assert await asyncio.to_thread(is_serving, served.address, served.tls)

    assert not await asyncio.to_thread(is_serving, served.address, served.tls, 0.2)


async def test_reflection_shows_our_service_without_any_file_of_ours(pki: Pki):
    def look(address: str, tls: ClientTls) -> tuple[list[str], list[str]]:
        with grpc.secure_channel(address, tls.credentials()) as channel:
            shown = ProtoReflectionDescriptorDatabase(channel)
            service = DescriptorPool(shown).FindServiceByName(SERVICE)
            return sorted(shown.get_services()), [method.name for method in service.methods]

    async with serving(pki, {"GetCaller": who}) as served:
        services, methods = await asyncio.to_thread(look, served.address, served.tls)

    assert SERVICE in services
    assert "SignIn" in methods


async def test_a_client_that_trusts_another_authority_does_not_talk_to_us(pki: Pki):
    other = CertificateAuthority.create("other", SystemClock().now())
    other.credential.write(pki.folder / "other.crt", pki.folder / "other.key")
    async with serving(pki, {"GetCaller": who}) as served:
        stranger = replace(served, tls=ClientTls(pki.folder / "other.crt"))
        with pytest.raises(RemoteError) as caught:
            await stranger.call("GetCaller", pb.GetCallerRequest(), patience=3.0)

    assert caught.value.fault is Fault.UNAVAILABLE
    assert "节点" in caught.value.text("zh")


def test_without_tls_neither_side_leaves_this_machine():
    with pytest.raises(PlaintextRefusedError):
        builder().build("0.0.0.0:0", None)
    with pytest.raises(PlaintextRefusedError), connect("192.0.2.1:7001", None, "token"):
        pass


async def test_two_servers_never_share_a_port(pki: Pki):
    async with serving(pki, {"GetCaller": who}) as served:
        with pytest.raises(AddressTakenError):
            builder().build(served.address, pki.server)


async def test_where_callers_need_a_certificate_one_without_is_turned_away(pki: Pki):
    strict = replace(pki, server=ServerTls(pki.server.certificate, pki.server.key, pki.folder / "ca.crt"))
    authority = CertificateAuthority.load(pki.folder / "ca.crt", pki.folder / "ca.key")
    authority.issue_client("desk", SystemClock().now()).write(pki.folder / "desk.crt", pki.folder / "desk.key")
    known = ClientTls(pki.folder / "ca.crt", pki.folder / "desk.crt", pki.folder / "desk.key")
    async with serving(strict, {"GetCaller": who}) as served:
        await replace(served, tls=known).call("GetCaller", pb.GetCallerRequest())
        with pytest.raises(RemoteError) as caught:
            await served.call("GetCaller", pb.GetCallerRequest(), patience=3.0)

    assert caught.value.fault is Fault.UNAVAILABLE


@pytest.mark.parametrize("asked", [10.0, 0.3])
async def test_a_call_is_stopped_when_its_time_is_over_and_the_caller_hears_why(pki: Pki, asked: float):
    """Also when the caller would wait much longer than the server grants."""
    stopped = asyncio.Event()

    async def for_ever(request: Any) -> Any:
        del request
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with serving(pki, {"GetCaller": for_ever}, deadlines=QUICK) as served:
        with pytest.raises(RemoteError) as caught:
            await served.call("GetCaller", pb.GetCallerRequest(), patience=asked)
        await asyncio.wait_for(stopped.wait(), 5)

    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert caught.value.reason == "OUT_OF_TIME"
    assert caught.value.facts["method"] == "GetCaller"
    assert caught.value.retry_seconds is not None


async def test_a_message_larger_than_the_server_takes_is_refused_and_the_next_call_goes_on(pki: Pki):
    async with serving(pki, {"GetCaller": who, "RecordPost": who}, largest_request=64 * 1024) as served:
        with pytest.raises(RemoteError) as caught:
            await served.call("RecordPost", pb.RecordPostRequest(post="长" * 64 * 1024))
        await served.call("GetCaller", pb.GetCallerRequest())

    assert caught.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert caught.value.fault is Fault.INVALID


async def test_calls_at_the_same_moment_each_see_their_own_caller(pki: Pki):
    both = asyncio.Barrier(2)

    async def me(request: Any) -> pb.GetCallerResponse:
        del request
        await both.wait()
        return pb.GetCallerResponse(account=pb.Account(account_id=current_caller().account_id))

    async with serving(pki, {"GetCaller": me}) as served:
        answers = await asyncio.gather(
            *(served.call("GetCaller", pb.GetCallerRequest(), token) for token in ("clerk-token", "security-token"))
        )

    assert [answer.account.account_id for answer in answers] == ["account-clerk", "account-security"]


@pytest.mark.parametrize(
    "access",
    [
        pytest.param(replace(ACCESS, service="guantong.node.v1.Other"), id="another service"),
        pytest.param(ServiceAccess(SERVICE, SIGNED_IN, {"NoSuchMethod": SIGNED_IN}), id="a method that is not there"),
    ],
)
def test_a_service_whose_callers_are_not_declared_exactly_is_not_served(access: ServiceAccess):
    with pytest.raises(ServiceUndeclaredError):
        builder().add(rpc.add_PeopleServiceServicer_to_server, telling({}), access)


def test_a_service_is_added_once():
    first = builder().add(rpc.add_PeopleServiceServicer_to_server, telling({}), ACCESS)

    with pytest.raises(ServiceUndeclaredError):
        first.add(rpc.add_PeopleServiceServicer_to_server, telling({}), ACCESS)
