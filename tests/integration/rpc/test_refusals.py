"""Who is let in, and what a caller who is refused, or whose call fails, gets to know."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, PreconditionFailure
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status
from structlog.testing import capture_logs

from guantong.node.v1 import people_service_pb2 as pb
from guantong.node.v1 import people_service_pb2_grpc as rpc
from services.chassis.errors import Fault, GuantongError
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.errors import FieldInvalidError
from services.chassis.rpc.status import RemoteError
from tests.integration.rpc.rpc_for_tests import Pki, serving, who


class LetterClosedError(GuantongError):
    """A state error as bodies have them."""

    reason: ClassVar[str] = "LETTER_CLOSED"
    fault: ClassVar[Fault] = Fault.STATE
    message_en: ClassVar[str] = "Letter {letter} is closed ({article}). Open a new one."
    message_zh: ClassVar[str] = "函件 {letter} 已办结（{article}）。请另行发函。"


class NotYoursError(GuantongError):
    """A refusal that only the use case can decide."""

    reason: ClassVar[str] = "NOT_YOURS"
    fault: ClassVar[Fault] = Fault.DENIED
    message_en: ClassVar[str] = "Not yours."
    message_zh: ClassVar[str] = "无权办理。"


def raising(error: Exception) -> Any:
    async def method(request: Any) -> Any:
        del request
        raise error

    return method


async def refused(served: Any, method: str, request: Any, token: str | None) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        await served.call(method, request, token)
    return caught.value


@pytest.mark.parametrize("token", [None, "", "forged-token"])
async def test_nobody_is_let_in_without_a_token_that_counts(pki: Pki, token: str | None):
    async with serving(pki, {"GetCaller": who}) as served:
        error = await refused(served, "GetCaller", pb.GetCallerRequest(), token)

    assert error.code is grpc.StatusCode.UNAUTHENTICATED
    assert error.reason == "NOT_SIGNED_IN"
    assert served.refusals == []


async def test_a_method_open_to_anyone_knows_no_caller_even_when_a_token_is_sent(pki: Pki):
    async def sign_in(request: Any) -> Any:
        del request
        return pb.SignInResponse(token=current_caller().account_id)

    async with serving(pki, {"SignIn": sign_in}) as served:
        error = await refused(served, "SignIn", pb.SignInRequest(), "clerk-token")

    assert error.reason == "NOT_SIGNED_IN"


async def test_a_caller_without_the_role_is_refused_on_record_and_the_servicer_never_runs(pki: Pki):
    ran: list[str] = []

    async def grant(request: pb.GrantRoleRequest) -> pb.GrantRoleResponse:
        ran.append(request.account_id)
        return pb.GrantRoleResponse()

    async with serving(pki, {"GrantRole": grant}) as served:
        error = await refused(served, "GrantRole", pb.GrantRoleRequest(), "clerk-token")
        await served.call("GrantRole", pb.GrantRoleRequest(account_id="second"), "security-token")

    assert ran == ["second"]
    assert error.code is grpc.StatusCode.PERMISSION_DENIED
    assert error.reason == "ROLE_MISSING"
    assert error.facts == {"method": "GrantRole", "roles": "security_admin"}
    assert [(one.method, one.caller.account_id) for one in served.refusals] == [
        ("/guantong.node.v1.PeopleService/GrantRole", "account-clerk")
    ]


async def test_a_refusal_decided_by_the_use_case_is_on_record_too(pki: Pki):
    async with serving(pki, {"GetCaller": raising(NotYoursError())}) as served:
        await refused(served, "GetCaller", pb.GetCallerRequest(), "clerk-token")

    assert [one.reason for one in served.refusals] == ["NOT_YOURS"]


async def test_an_error_crosses_with_reason_facts_and_both_languages(pki: Pki):
    async with serving(pki, {"GetCaller": raising(LetterClosedError(letter="7", article="A3.2h"))}) as served:
        error = await refused(served, "GetCaller", pb.GetCallerRequest(), "clerk-token")

    assert error.code is grpc.StatusCode.FAILED_PRECONDITION
    assert (error.fault, error.reason, error.domain) == (Fault.STATE, "LETTER_CLOSED", "audit.guantong")
    assert error.facts == {"letter": "7", "article": "A3.2h"}
    assert error.text("en") == "Letter 7 is closed (A3.2h). Open a new one."
    assert error.text("zh") == "函件 7 已办结（A3.2h）。请另行发函。"


async def test_a_program_that_knows_only_google_rpc_status_reads_the_same(pki: Pki):
    """Without any client code of ours, as another vendor's program would call."""
    error = FieldInvalidError(field="login", problem="too short")
    statuses: list[Status] = []

    def call(served: Any, method: str, request: Any) -> None:
        with grpc.secure_channel(served.address, served.tls.credentials()) as channel:
            metadata = (("authorization", "Bearer clerk-token"),)
            with pytest.raises(grpc.RpcError) as caught:
                getattr(rpc.PeopleServiceStub(channel), method)(request, metadata=metadata, timeout=10)
            statuses.append(rpc_status.from_call(caught.value))  # type: ignore[arg-type]

    methods = {"GetCaller": raising(error), "RecordPost": raising(LetterClosedError(letter="7", article="A3.2h"))}
    async with serving(pki, methods) as served:
        await asyncio.to_thread(call, served, "GetCaller", pb.GetCallerRequest())
        await asyncio.to_thread(call, served, "RecordPost", pb.RecordPostRequest())

    assert unpacked(statuses[0], ErrorInfo).reason == "FIELD_INVALID"
    assert unpacked(statuses[0], LocalizedMessage).locale == "zh-CN"
    assert unpacked(statuses[0], BadRequest).field_violations[0].field == "login"
    assert unpacked(statuses[1], PreconditionFailure).violations[0].subject == "A3.2h"


def unpacked(status: Status, kind: Any) -> Any:
    found = kind()
    assert any(detail.Unpack(found) for detail in status.details)
    return found


async def test_our_own_mistake_tells_the_caller_nothing_but_an_incident_and_the_log_where_once(pki: Pki):
    """An exception's text may quote a letter or a name: it reaches neither the caller nor the log."""
    with capture_logs() as logs:
        async with serving(pki, {"GetCaller": raising(KeyError("王小明"))}) as served:
            error = await refused(served, "GetCaller", pb.GetCallerRequest(), "clerk-token")

    assert error.code is grpc.StatusCode.INTERNAL
    assert "王小明" not in repr((error.facts, error.text("en"), error.text("zh"), logs))
    loud = [entry for entry in logs if entry["log_level"] == "error"]
    assert len(loud) == 1
    assert loud[0]["incident"] == error.facts["incident"]
    assert loud[0]["error"] == "KeyError"
    assert any("test_refusals.py" in place for place in loud[0]["where"])


async def test_time_that_runs_out_inside_a_use_case_is_our_mistake_not_the_callers_deadline(pki: Pki):
    async with serving(pki, {"GetCaller": raising(TimeoutError())}) as served:
        error = await refused(served, "GetCaller", pb.GetCallerRequest(), "clerk-token")

    assert error.code is grpc.StatusCode.INTERNAL


async def test_the_callers_fault_is_no_error_of_ours_in_the_log(pki: Pki):
    with capture_logs() as logs:
        async with serving(pki, {"GetCaller": raising(FieldInvalidError(field="login", problem="short"))}) as served:
            await refused(served, "GetCaller", pb.GetCallerRequest(), "clerk-token")
            await refused(served, "GetCaller", pb.GetCallerRequest(), None)

    assert {entry["log_level"] for entry in logs} == {"info"}
    assert [entry["reason"] for entry in logs] == ["FIELD_INVALID", "NOT_SIGNED_IN"]


async def test_a_method_nobody_wrote_says_so_and_is_our_mistake(pki: Pki):
    async with serving(pki, {}) as served:
        error = await refused(served, "GetCaller", pb.GetCallerRequest(), "clerk-token")

    assert error.code is grpc.StatusCode.INTERNAL


async def test_facts_too_long_for_trailers_are_cut_rather_than_lost_with_everything_else(pki: Pki):
    facts = {f"fact{number}": "长" * 5000 for number in range(40)}
    async with serving(pki, {"GetCaller": raising(LetterClosedError(**facts))}) as served:
        error = await refused(served, "GetCaller", pb.GetCallerRequest(), "clerk-token")

    assert error.reason == "LETTER_CLOSED"
