"""The address that open pages listen to, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from gateway.auth.cookies import session_of
from gateway.live.feeds import Said
from gateway.visit import SignedIn, SignInNeededError, Visit

router = APIRouter()
_STILL_HERE = 15.0
"""Seconds after which a silent stream says that it lives, so that proxies keep it open."""


@router.get("/live", name="live")
async def live(visit: SignedIn) -> Response:
    """Says `changed` when something changed at the node, `ended` when the session did."""
    session = session_of(visit.request)
    if session is None:
        raise SignInNeededError
    return StreamingResponse(
        _events(visit, session.token),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _events(visit: Visit, token: str) -> AsyncIterator[str]:
    gateway = visit.gateway
    yield "retry: 2000\n\n"
    ending = asyncio.create_task(gateway.ending.wait(), name="live-ending")
    try:
        async with gateway.feeds.listening(gateway.node, token) as page:
            while not ending.done():
                said = asyncio.create_task(page.get(), name="live-said")
                await asyncio.wait({said, ending}, timeout=_STILL_HERE, return_when=asyncio.FIRST_COMPLETED)
                if not said.done():
                    said.cancel()
                    yield ": still here\n\n"
                    continue
                yield f"event: {said.result().value}\ndata: 1\n\n"
                if said.result() is Said.ENDED:
                    return
    finally:
        ending.cancel()
