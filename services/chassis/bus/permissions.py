"""The narrowest rights with which a body can do its work on the bus, generated from the list of bodies.

They are the second wall. The first is the signature inside every frame: the server does not check the reply
subject of a request against the sender's rights, so a hostile body can have bytes stored under another's name.
In the status account nodes have no request rights at all and its streams answer nothing, so there no reply
subject can be forged and the subject does tell the body.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.chassis.bus import subjects
from services.chassis.bus.certificates import OPERATOR, STATUS_OPERATOR, SYSTEM, status_name

Rights = dict[str, Any]


def user(common_name: str, rights: Rights | None = None) -> dict[str, Any]:
    """A user of the server that is whoever holds the certificate of this name."""
    entry: dict[str, Any] = {"user": f"CN={common_name}"}
    return entry if rights is None else entry | {"permissions": rights}


def letter_rights(body: str, bodies: Sequence[str]) -> Rights:
    """Publish under the own name to each other body, fetch and acknowledge what it sent here, hear the own inbox and
    the own presence, ask what time it is.

    Letters have a consumer for each sender, attachments one for all.
    """
    others = [other for other in bodies if other != body]
    lanes = [subjects.letter_lane(body, other) for other in others]
    return _rights(
        publish=[
            *(subjects.letter(other, body) for other in others),
            *(subjects.attachment(other, body) for other in others),
            *(subjects.pull(subjects.LETTERS, lane) for lane in lanes),
            *(f"$JS.ACK.{subjects.LETTERS}.{lane}.>" for lane in lanes),
            subjects.pull(subjects.ATTACHMENTS, body),
            f"$JS.ACK.{subjects.ATTACHMENTS}.{body}.>",
            subjects.presence(body),
            subjects.TIME,
        ],
        subscribe=[f"{subjects.inbox(body)}.>", subjects.presence(body)],
    )


def status_rights(body: str, *, observer: bool) -> Rights:
    """Publish the own status and spans; an observer also reads everyone's."""
    publish = [subjects.status(body), subjects.spans(body)]
    if not observer:
        return _rights(publish=publish, subscribe=[])
    reads = [f"$JS.API.DIRECT.GET.{subjects.STATUS}", subjects.pull(subjects.SPANS, body)]
    return _rights(publish=[*publish, *reads], subscribe=[f"{subjects.inbox(body)}.>"])


def accounts(bodies: Sequence[str], observers: Sequence[str]) -> dict[str, Any]:
    """The three accounts: the system's, the letters' and the status's, each with its users."""
    return {
        subjects.SYSTEM_ACCOUNT: {"users": [user(SYSTEM)]},
        subjects.LETTERS_ACCOUNT: {
            "jetstream": "enabled",
            "users": [user(OPERATOR), *(user(body, letter_rights(body, bodies)) for body in bodies)],
        },
        subjects.STATUS_ACCOUNT: {
            "jetstream": "enabled",
            "users": [
                user(STATUS_OPERATOR),
                *(user(status_name(body), status_rights(body, observer=body in observers)) for body in bodies),
            ],
        },
    }


def _rights(publish: Sequence[str], subscribe: Sequence[str]) -> Rights:
    # An empty allow list would mean "everything": what is not allowed is denied by name.
    return {
        "publish": {"allow": list(publish)},
        "subscribe": {"allow": list(subscribe)} if subscribe else {"deny": [">"]},
    }
