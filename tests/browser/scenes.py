"""Work under way: another round whose letters wait at the bodies, so that there is something to do at each desk."""

from __future__ import annotations

from datetime import timedelta

from deploy.demo.story import ASKED, Story
from guantong.inspection.v1 import rounds_service_pb2 as rounds
from services.chassis.clock import BEIJING
from tests.browser.county import Town

FIRST_SEQ = 8


def open_round(town: Town) -> Story:
    """Another round, up to its request letters: signed, sent and at their recipients, none signed for."""
    told = town.story
    story = Story(told.offices, told.clock, told.wait, told.say)
    today = story.clock.now().astimezone(BEIJING).date()
    waiting = {body: _requests(town, body) for body in ASKED}
    story.plan_round(next_seq(town), today + timedelta(days=14), today + timedelta(days=60))
    story.fix_targets(today)
    story.send_requests()
    story.wait("every new letter", lambda: all(_requests(town, body) > waiting[body] for body in ASKED))
    return story


def next_seq(town: Town) -> int:
    """The number of the round that comes after those there are."""
    return FIRST_SEQ + len(town.office(town.county.hub).clerk.rounds.ListRounds(rounds.ListRoundsRequest()).rounds)


def _requests(town: Town, body: str) -> int:
    return len(town.office(body).received("info.request"))
