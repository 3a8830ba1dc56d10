"""The node's people: how they sign in, and the services that concern them, put together from its configuration."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.clock import SystemClock
from services.chassis.duties.service import Duties, add_duties
from services.chassis.node.assemble import Node, sub_units_of
from services.chassis.notices.service import Notices, add_notices
from services.chassis.people.authenticating import BearerAuthenticator
from services.chassis.people.gate import Gate
from services.chassis.people.passwords import Passwords
from services.chassis.people.records import SessionTimes
from services.chassis.people.second_factor import SecondFactor
from services.chassis.people.second_factor_service import add_second_factor
from services.chassis.people.service import People, add_people
from services.chassis.people.sessions_service import OwnSessions, add_sessions
from services.chassis.people.tokens_service import Tokens, add_tokens
from services.chassis.rpc.server import ServerBuilder


def gate_of(node: Node) -> Gate:
    """Where the node's people give their passwords."""
    config = node.config
    passwords = Passwords(light=config.light_passwords)
    return Gate(node.database, passwords, _times(node), second_factor=config.second_factor)


def authenticator_of(node: Node) -> BearerAuthenticator:
    """What tells who calls the node."""
    return BearerAuthenticator(node.database, node.clock, _times(node), node.config.second_factor)


def add_people_services(builder: ServerBuilder, node: Node, gate: Gate) -> None:
    """Have the server offer accounts and roles, the second factor, sessions, access tokens and handing over."""
    config, times = node.config, _times(node)
    add_people(builder, People(node.database, gate, node.clock, node.paging, sub_units_of(node.book, config.body)))
    issuer = f"{config.county_name} {node.book.body(config.body).zh}"
    # Devices have the real time, also where a demonstration's clock is shifted.
    devices = SystemClock()
    add_second_factor(
        builder,
        SecondFactor(
            node.database, gate, node.identity.keyring, devices, issuer, demanded=config.second_factor, times=times
        ),
    )
    add_sessions(builder, OwnSessions(node.database, node.clock, times))
    add_tokens(builder, Tokens(node.database, gate, node.paging))
    add_notices(builder, Notices(node.database, config.notices is not None))
    add_duties(builder, Duties(node.database, node.clock, node.paging, node.book))


def _times(node: Node) -> SessionTimes:
    sessions = node.config.sessions
    return SessionTimes(timedelta(minutes=sessions.idle_minutes), timedelta(hours=sessions.longest_hours))
