"""What follows a right password or code: the words that were kept, or the page that was wanted."""

from __future__ import annotations

from datetime import timedelta

from fastapi import Response

from gateway.auth import cookies
from gateway.auth.forms import mark_of
from gateway.auth.kept import kept_words
from gateway.clients.channel import calling_as
from gateway.visit import Visit
from gateway.web.paths import inside
from guantong.node.v1 import people_service_pb2 as people
from services.chassis.errors import GuantongError


async def finished(visit: Visit, session: cookies.Session, kept: str, after: str) -> Response:
    """The first page of a complete session, which the browser holds from now on."""
    response = await _give_back(visit, session, kept) or visit.go(inside(after))
    cookies.keep_session(visit.request, response, session)
    return response


async def _give_back(visit: Visit, session: cookies.Session, sealed: str) -> Response | None:
    """A page with the words that were typed when the session ended; only for whoever typed them."""
    words = kept_words(visit.gateway.secret, sealed)
    if words is None:
        return None
    with calling_as(session.token):
        found = await visit.node.people.GetCaller(people.GetCallerRequest())
    # The account that the cookie names is the browser's own word; whose session it is the node alone knows.
    if words.account_id != found.account.account_id:
        return None
    mark = mark_of(visit.request, visit.gateway.secret, session)
    return Visit(visit.request, visit.gateway, found.account).page("session/kept.html", words=words, form_mark=mark)


def wait_until(visit: Visit, error: GuantongError) -> str:
    """From when a locked sign-in is looked at again, Beijing time to the minute; empty where nothing is locked."""
    seconds = error.facts.get("retry_seconds", "")
    if error.reason != "SIGN_IN_LOCKED" or not seconds.replace(".", "", 1).isdecimal():
        return ""
    # The next full minute, so that whoever waits for it does not come too early.
    return visit.formats.when(visit.gateway.now() + timedelta(seconds=float(seconds) + 59))
