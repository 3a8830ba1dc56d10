"""One request of a program: whose token it carries, in which language, and where its next page is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Header, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from gateway.api.errors import TokenMissingError
from gateway.api.limits import Limits
from gateway.api.wording import both, told
from gateway.clients.channel import set_caller_token
from gateway.clients.node import NodeClient
from gateway.state import Gateway, gateway_of

TOKEN_PREFIX = "gtp."  # noqa: S105  how the node's access tokens begin, which is no secret
_LONGEST_TOKEN = 200
_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="accessToken",
    description=both(
        "个人访问令牌(以 gtp. 开头), 在网页“我的账户”中创建。令牌不能签发, 不能查看仅限特定人员知悉(P3、P4)的内容。",
        "A personal access token (it begins with gtp.), made under “My account” in the browser. It never signs and "
        "never reads what is for named persons only (P3, P4).",
    ),
)


@dataclass(frozen=True)
class Call:
    """What an operation is handed."""

    request: Request
    gateway: Gateway

    @property
    def node(self) -> NodeClient:
        """The node's services, called in the name of the token's owner."""
        return self.gateway.node

    def next(self, page_token: str) -> str | None:
        """The address of the next page of this list; None on the last one."""
        if not page_token:
            return None
        kept = [pair for pair in self.request.query_params.multi_items() if pair[0] != "page_token"]
        return f"{self.request.url.path}?{urlencode([*kept, ('page_token', page_token)])}"


async def by_token(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> Call:
    """A call by whoever holds the token; what it may do the node judges.

    Raises:
        TokenMissingError: there is no token, or it is no personal access token: sessions are for browsers.
        TooManyRequestsError: too many requests came with it, or from its address.
    """
    token = credentials.credentials if credentials else ""
    limits: Limits = request.app.state.limits
    limits.take(token, request.client.host if request.client else "", time.monotonic())
    if (
        not token.startswith(TOKEN_PREFIX)
        or len(token) > _LONGEST_TOKEN
        or not (token.isascii() and token.isprintable())
    ):
        raise TokenMissingError
    set_caller_token(token)
    return Call(request, gateway_of(request))


ByToken = Annotated[Call, Depends(by_token)]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern="^[!-~]{1,64}$",
        description=both(
            "由调用方选定, 每项请求不同。同一请求以同一键重发, 得到第一次的答复; 同一键用于另一请求则被拒绝。",
            "Chosen by the caller, another for each request. The same request with the same key again gets the first "
            "answer; the same key with another request is refused.",
        ),
        examples=["import-2026-03-02-001"],
    ),
]
Id = Annotated[str, Path(pattern="^[0-9A-Za-z_-]{1,64}$")]
LedgerName = Annotated[
    str,
    Path(pattern="^[a-z0-9_]{1,60}$"),
    told("台账名, 见台账目录", "Name of the ledger, as the list has it", "audit_issues"),
]
