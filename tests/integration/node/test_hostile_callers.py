"""Callers of a node's API who send whatever they like: refused with a reason and words, never an incident of ours."""

from __future__ import annotations

import base64
import importlib
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.status_pb2 import Status

import guantong.inspection.v1 as of_inspection
import guantong.node.v1 as of_every_node
from services.chassis.config import NodeConfig, RpcConfig
from services.chassis.identity.keys import KeyPair, Purpose
from services.chassis.identity.signed import SignedDirectory
from services.chassis.node.serving import build_server
from services.chassis.rpc.callers import Role
from services.chassis.rpc.status import DETAILS_KEY, from_status
from tests.fixtures.offices import OfficeCounty, WholeOffice
from tests.integration.people.people_for_tests import PASSWORD, Office
from tests.integration.rpc.rpc_for_tests import Pki

OPEN_TO_ANYONE = {"SignIn", "RedeemInvitation"}
ROLES = tuple(Role)
REQUEST_IDS = count(1)
Fill = Callable[[FieldDescriptor], Any]


def methods_of(package: Any) -> Iterator[MethodDescriptor]:
    """Every method of the services of a generated package."""
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.endswith("_service_pb2"):
            descriptor = importlib.import_module(f"{package.__name__}.{module.name}").DESCRIPTOR
            for service in descriptor.services_by_name.values():
                yield from service.methods


@dataclass
class Door:
    """A node's server, and the tokens of one person for each role."""

    channel: grpc.aio.Channel
    tokens: dict[Role, str]
    people: Office

    async def call(self, method: MethodDescriptor, request: Message, token: str | None) -> Any:
        """What it answers: None, or the error as any client reads it."""
        answer = GetMessageClass(method.output_type)
        path = f"/{method.containing_service.full_name}/{method.name}"
        metadata = () if token is None else (("authorization", f"Bearer {token}"),)
        if method.client_streaming:
            taking: Any = self.channel.stream_unary(path, type(request).SerializeToString, answer.FromString)
            call = taking(iter([request, request]), metadata=metadata, timeout=20)
        else:
            kind = self.channel.unary_stream if method.server_streaming else self.channel.unary_unary
            start: Any = kind(path, type(request).SerializeToString, answer.FromString)
            call = start(request, metadata=metadata, timeout=20)
        try:
            if method.server_streaming:
                async for _ in call:
                    break  # a refusal comes first, and a stream of changes has no end
                call.cancel()
            else:
                await call
        except grpc.aio.AioRpcError as error:
            return read(error)
        return None


def read(error: grpc.aio.AioRpcError) -> Any:
    details = dict(error.trailing_metadata() or ()).get(DETAILS_KEY)
    assert isinstance(details, bytes), f"{error.code()} without details"
    return from_status(Status.FromString(details))


@asynccontextmanager
async def opened(
    office: WholeOffice, county: OfficeCounty, folder: Path, *, second_factor: bool = False
) -> AsyncIterator[Door]:
    """The office's whole API, with people of every role signed in."""
    Pki.make(folder)
    rpc = RpcConfig.model_construct(host="127.0.0.1", port=0, certificate=folder / "rpc.crt", key=folder / "rpc.key")
    identity, key = office.node.identity, KeyPair.generate(Purpose.SIGNING, county.clock.now())
    directory = folder / "directory.json"
    directory.write_bytes(SignedDirectory.sign(identity.directory, key).to_bytes())
    config = NodeConfig.model_construct(
        body=office.body,
        county=identity.county,
        county_name="青禾县",
        anchor=base64.b64encode(key.public).decode("ascii"),
        directory=directory,
        light_passwords=True,
        second_factor=second_factor,
        custodian_keys=None,
        rpc=rpc,
    )
    server = build_server(replace(office.node, config=config))
    people = await Office(office.node.database, county.clock).found()
    logins = {role: f"of-{role.value.replace('_', '-')}" for role in ROLES}
    for role, login in logins.items():
        await people.hire(login, role)
    tokens = {role: (await people.gate.sign_in(login, PASSWORD)).token for role, login in logins.items()}
    await server.start()
    authority = grpc.ssl_channel_credentials((folder / "ca.crt").read_bytes())
    try:
        async with grpc.aio.secure_channel(f"127.0.0.1:{server.port}", authority) as channel:
            yield Door(channel, tokens, people)
    finally:
        await server.stop(0)


def filled(kind: Any, fill: Fill, depth: int = 0) -> Message:
    """A message with every field set to what `fill` gives."""
    message: Message = GetMessageClass(kind)()
    taken: set[str] = set()
    for field in kind.fields:
        if field.containing_oneof is not None:
            if field.containing_oneof.name in taken:
                continue
            taken.add(field.containing_oneof.name)
        if field.type == field.TYPE_MESSAGE:
            if depth < 3:
                inner = filled(field.message_type, fill, depth + 1)
                target = getattr(message, field.name)
                target.add().CopyFrom(inner) if field.is_repeated else target.CopyFrom(inner)
        elif field.is_repeated:
            getattr(message, field.name).extend([fill(field)] * 3)
        else:
            setattr(message, field.name, fill(field))
    if "request_id" in kind.fields_by_name:
        message.request_id = f"request-{next(REQUEST_IDS)}"  # type: ignore[attr-defined]
    return message


def with_text(text: str, number: int, raw: bytes) -> Fill:
    def fill(field: FieldDescriptor) -> Any:
        if field.type == field.TYPE_STRING:
            return text
        if field.type == field.TYPE_BYTES:
            return raw
        if field.type == field.TYPE_BOOL:
            return True
        if field.enum_type is not None:
            return 99 if number < 0 else field.enum_type.values[-1].number
        large = field.type in {field.TYPE_INT64, field.TYPE_SINT64, field.TYPE_SFIXED64}
        return number if large else max(-(2**31), min(2**31 - 1, number))

    return fill


NONSENSE: dict[str, Fill] = {
    "nothing": with_text("", 0, b""),
    "a zero byte": with_text("a\0b", 1, b"\0"),
    "a path": with_text("../../../../etc/passwd", 2**63 - 1, b"\xff" * 1000),
    "a statement": with_text("'; DROP TABLE letters; --", -(2**63), b"'"),
    "a long text": with_text("长" * 3000, 2**31 - 1, b"x" * 100_000),
    "the end of time": with_text("9999-12-31", 253_402_300_799, b"\x0a\xff"),
    "a day that is none": with_text("2026-02-30", 7, b"\x08"),
    "odd Unicode": with_text("\u202e\ufeff\U0001f9ff e\u0301\u0301\u0301 \ufffe", 3, "\u202e".encode()),
}
PACKAGES = {"petitions": (of_every_node,), "inspection": (of_every_node, of_inspection)}


@pytest.mark.parametrize("body", PACKAGES)
async def test_nobody_without_a_token_of_this_node_gets_past_any_method(
    office_county: OfficeCounty, tmp_path: Path, body: str
):
    other, office = await office_county.open("audit", body)
    (tmp_path / "other").mkdir()
    (tmp_path / "own").mkdir()
    async with (
        opened(other, office_county, tmp_path / "other") as next_door,
        opened(office, office_county, tmp_path / "own") as door,
    ):
        tokens = (None, "", "x" * 5000, "../../token", next_door.tokens[Role.LEADER])
        for method in (one for package in PACKAGES[body] for one in methods_of(package)):
            if method.name in OPEN_TO_ANYONE:
                continue
            for token in tokens:
                answer = await door.call(method, GetMessageClass(method.input_type)(), token)
                assert (method.name, answer.reason) == (method.name, "NOT_SIGNED_IN")


async def test_a_token_that_ran_out_is_no_token(office_county: OfficeCounty, tmp_path: Path):
    (office,) = await office_county.open("audit")
    method = next(one for one in methods_of(of_every_node) if one.name == "ListLetters")
    async with opened(office, office_county, tmp_path) as door:
        request = GetMessageClass(method.input_type)()
        assert await door.call(method, request, door.tokens[Role.LEADER]) is None
        office_county.clock.advance(days=2)
        assert (await door.call(method, request, door.tokens[Role.LEADER])).reason == "NOT_SIGNED_IN"


@pytest.mark.parametrize("body", PACKAGES)
@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE.keys())
async def test_nonsense_in_every_field_of_every_method_is_answered_or_refused_in_words(
    office_county_on_both: OfficeCounty, tmp_path: Path, body: str, nonsense: Fill
):
    (office,) = await office_county_on_both.open(body)
    incidents = []
    async with opened(office, office_county_on_both, tmp_path) as door:
        for method in (one for package in PACKAGES[body] for one in methods_of(package)):
            for role in ROLES:
                answer = await door.call(method, filled(method.input_type, nonsense), door.tokens[role])
                if answer is None or answer.reason == "ROLE_MISSING":
                    continue
                if answer.code in {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN} or not answer.text("zh"):
                    incidents.append((method.full_name, role.value, answer.reason, answer.facts))

    assert incidents == []
