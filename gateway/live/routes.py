"""The address that open pages listen to, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from gateway.auth.cookies import session_of
from gateway.live.feeds import EVERYTHING, WHAT_PEOPLE_DO, Said
from gateway.visit import SignedIn, SignInNeededError, Visit

router = APIRouter()
_STILL_HERE = 15.0
"""Seconds after which a silent stream says that it lives, so that proxies keep it open."""


@router.get("/live", name="live")
async def live(visit: SignedIn, *, everything: bool = False) -> Response:
    """Says `changed` when something changed at the node, `ended` when the session did.

    With `everything` also what changes by itself, such as when a body was last heard.
    """
    session = session_of(visit.request)
    if session is None:
        raise SignInNeededError
    return StreamingResponse(
        _events(visit, session.token, EVERYTHING if everything else WHAT_PEOPLE_DO),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _events(visit: Visit, token: str, topics: frozenset[int]) -> AsyncIterator[str]:
    gateway = visit.gateway
    yield "retry: 2000\n\n"
    async with gateway.feeds.listening(gateway.node, token, topics) as page:
        while not gateway.ending.is_set():
            said = await _said(page, gateway.ending)
            yield f"event: {said.value}\ndata: 1\n\n" if said else ": still here\n\n"
            if said is Said.ENDED:
                return


async def _said(page: asyncio.Queue[Said], ending: asyncio.Event) -> Said | None:
    """The next thing said; None when nothing was for a while, or the gateway is about to end."""
    waits = {asyncio.create_task(page.get(), name="live-said"), asyncio.create_task(ending.wait(), name="live-ending")}
    try:
        done, _ = await asyncio.wait(waits, timeout=_STILL_HERE, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
    return next((found for one in done if isinstance(found := one.result(), Said)), None)
