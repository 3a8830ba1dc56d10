"""Serves the second factor of signing in: a person's own, and its reset by the security administrator."""

# ruff: noqa: ARG002, N802  gRPC fixes the methods' names and arguments

from __future__ import annotations

from guantong.node.v1 import second_factor_service_pb2 as pb
from guantong.node.v1 import second_factor_service_pb2_grpc as rpc
from services.chassis.people.second_factor import SecondFactor, reset_second_factor
from services.chassis.rpc.access import AT_ANY_STEP, KNOWN, ServiceAccess
from services.chassis.rpc.callers import Role
from services.chassis.rpc.calls import current_caller
from services.chassis.rpc.server import ServerBuilder
from services.chassis.rpc.writing import write_once
from services.chassis.storage import Transaction
from services.chassis.timestamps import timestamp

ACCESS = ServiceAccess(
    "guantong.node.v1.SecondFactorService",
    KNOWN,
    {
        "GetSecondFactor": AT_ANY_STEP,
        "StartSecondFactor": AT_ANY_STEP,
        "ConfirmSecondFactor": AT_ANY_STEP,
        "GiveSecondFactor": AT_ANY_STEP,
        "ResetSecondFactor": frozenset({Role.SECURITY_ADMIN}),
    },
)


def add_second_factor(builder: ServerBuilder, served: SecondFactor) -> None:
    """Have the server offer the second factor."""
    builder.add(rpc.add_SecondFactorServiceServicer_to_server, SecondFactorServicer(served), ACCESS)


class SecondFactorServicer(rpc.SecondFactorServiceServicer):
    """One method per RPC; the contract says what each does."""

    def __init__(self, served: SecondFactor) -> None:
        self._served = served

    async def GetSecondFactor(self, request: pb.GetSecondFactorRequest, context: object) -> pb.GetSecondFactorResponse:
        standing = await self._served.standing(current_caller())
        since = standing.enrolled_at
        return pb.GetSecondFactorResponse(
            enrolled=since is not None,
            required=standing.required,
            enrolled_time=None if since is None else timestamp(since),
            recovery_code_count=standing.codes_left,
        )

    async def StartSecondFactor(
        self, request: pb.StartSecondFactorRequest, context: object
    ) -> pb.StartSecondFactorResponse:
        offer = await self._served.start(current_caller(), request.password, request.code)
        return pb.StartSecondFactorResponse(otpauth_uri=offer.otpauth_uri, secret=offer.secret)

    async def ConfirmSecondFactor(
        self, request: pb.ConfirmSecondFactorRequest, context: object
    ) -> pb.ConfirmSecondFactorResponse:
        fresh = await self._served.confirm(current_caller(), request.code)
        return pb.ConfirmSecondFactorResponse(recovery_codes=fresh)

    async def GiveSecondFactor(
        self, request: pb.GiveSecondFactorRequest, context: object
    ) -> pb.GiveSecondFactorResponse:
        left, expires_at = await self._served.give(current_caller(), request.code)
        return pb.GiveSecondFactorResponse(recovery_code_count=left, expires_time=timestamp(expires_at))

    async def RenewRecoveryCodes(
        self, request: pb.RenewRecoveryCodesRequest, context: object
    ) -> pb.RenewRecoveryCodesResponse:
        fresh = await self._served.renew_codes(current_caller(), request.password, request.code)
        return pb.RenewRecoveryCodesResponse(recovery_codes=fresh)

    async def RemoveSecondFactor(
        self, request: pb.RemoveSecondFactorRequest, context: object
    ) -> pb.RemoveSecondFactorResponse:
        await self._served.remove(current_caller(), request.password, request.code)
        return pb.RemoveSecondFactorResponse()

    async def ResetSecondFactor(
        self, request: pb.ResetSecondFactorRequest, context: object
    ) -> pb.ResetSecondFactorResponse:
        caller = current_caller()

        def work(tx: Transaction) -> pb.ResetSecondFactorResponse:
            reset_second_factor(tx, caller, request.account_id, request.reason)
            return pb.ResetSecondFactorResponse()

        return await write_once(self._served.database, caller, request, pb.ResetSecondFactorResponse, work)
