"""The county as browser tests find it: where its gateways are, and its people's services to set a scene with."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.gateways import addresses
from deploy.demo.offices import Office, request_id
from deploy.demo.story import Story
from deploy.demo.telling import wait_until
from guantong.inspection.v1 import rounds_service_pb2 as rounds
from guantong.node.v1 import people_service_pb2 as people
from guantong.node.v1 import people_service_pb2_grpc as people_rpc
from services.chassis.clock import DemoClock
from services.chassis.county.layout import County, open_county
from services.chassis.county.processes import Processes
from services.chassis.rpc.status import RemoteError

RUNNING = "GUANTONG_TRY_COUNTY"
"""Names the folder of a demonstration county that runs already, to write tests without waiting for a new one."""
_ADMINISTRATORS = ("security-admin", "system", "auditor")
_PEOPLE, _TEAM_LEADERS = ("clerk", "deputy", "reviewer", "leader"), ("team1", "team2", "team3", "team4")


@dataclass(frozen=True)
class Town:
    """A county whose gateways run."""

    gateways: dict[str, str]
    story: Story
    county: County
    processes: Processes

    def office(self, body: str) -> Office:
        """A body's people, signed in at their node."""
        return self.story.offices[body]

    def name(self, body: str, login: str, matter_id: str) -> None:
        """What only named persons may see: the security administrator names one of the body's clerks for a matter."""
        office = self.office(body)
        keeper = people_rpc.PeopleServiceStub(office.people[office.keeper].channel)
        naming = people.GrantRoleRequest(
            request_id=request_id(),
            account_id=office.people[login].account_id,
            role=people.ROLE_CLERK,
            matter_id=matter_id,
        )
        try:
            keeper.GrantRole(naming)
        except RemoteError as error:
            if error.reason != "GRANT_HELD":
                raise


def attached() -> Town | None:
    """The running county that the environment names."""
    named = os.environ.get(RUNNING)
    if not named:
        return None
    county = open_county(Path(named))
    offices = {body: Office.of(county, body) for body in county.bodies}
    for body, office in offices.items():
        office.keeper = _ADMINISTRATORS[0]
        for login in (*_ADMINISTRATORS, *_PEOPLE, *(_TEAM_LEADERS if body == county.hub else ())):
            office._sign_in(login)
    story = Story(offices, DemoClock(county.folder.clock), wait_until, lambda *_: None)
    story.round_id = story.hub.clerk.rounds.ListRounds(rounds.ListRoundsRequest()).rounds[0].round_id
    return Town(addresses(county), story, county, Processes(county))
