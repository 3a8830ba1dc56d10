"""A department's day: a letter is signed for and taken on, its drafted reply finished, handed up and signed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from deploy.demo.story import Story
from tests.browser.conftest import Sit
from tests.browser.county import Town
from tests.browser.days import finish_draft, sign_waiting, take_on


@dataclass(frozen=True)
class Way:
    """Whose day it is, and how their browsers are set."""

    body: str
    language: str = "zh"
    scripts: bool = True


@pytest.mark.article("A3.2h")
@pytest.mark.parametrize(
    "way", [Way("audit"), Way("statistics", "en"), Way("discipline", scripts=False)], ids=lambda way: way.body
)
def test_from_the_letter_to_the_signed_reply(sit: Sit, town: Town, open_work: Story, way: Way):
    before = len(town.office("inspection").received("info.reply"))
    clerk, reviewer, leader = (
        sit(way.body, login, scripts=way.scripts, language=way.language) for login in ("clerk", "reviewer", "leader")
    )

    matter_id = take_on(clerk)
    town.office(way.body).name_clerk_for(matter_id)
    draft = finish_draft(clerk, matter_id)
    reviewer.open(draft)
    reviewer.press("核稿通过, 送签")
    sign_waiting(leader)

    open_work.wait("the reply", lambda: len(town.office("inspection").received("info.reply")) == before + 1)
