"""Work under way: another round whose letters wait at the bodies, so that there is something to do at each desk."""

from __future__ import annotations

from datetime import timedelta

from deploy.demo.story import Story
from guantong.inspection.v1 import rounds_service_pb2 as rounds
from services.chassis.clock import BEIJING
from tests.browser.county import Town

FIRST_SEQ = 8


def open_round(town: Town) -> Story:
    """Another round, up to its request letters: signed, sent and at their recipients, none signed for."""
    told = town.story
    story = Story(told.offices, told.clock, told.wait, told.say)
    before = len(story.hub.clerk.rounds.ListRounds(rounds.ListRoundsRequest()).rounds)
    today = story.clock.now().astimezone(BEIJING).date()
    waiting = {body: len(town.office(body).received("info.request")) for body in ("audit", "statistics")}
    story.plan_round(FIRST_SEQ + before, today + timedelta(days=14), today + timedelta(days=60))
    story.fix_targets(today)
    story.send_requests()
    for body, count in waiting.items():
        office = town.office(body)
        story.wait(
            f"a new letter at {body}", lambda office=office, count=count: len(office.received("info.request")) > count
        )
    return story
