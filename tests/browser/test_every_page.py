"""Every page that anybody can reach opens, loads nothing from elsewhere, breaks no policy, is accessible and fits."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Sit
from tests.browser.walking import walk

PEOPLE = [
    ("audit", "clerk"),
    ("audit", "reviewer"),
    ("audit", "leader"),
    ("inspection", "clerk"),
    ("inspection", "leader"),
    ("inspection", "team1"),
    ("inspection", "system"),
    ("inspection", "security-admin"),
    ("inspection", "auditor"),
    ("finance", "clerk"),
]
seen: set[str] = set()


def none(wrong: list[str]) -> bool:
    """Whether nothing is wrong; otherwise tells all of it, one to a line."""
    assert not wrong, "\n".join(["", *wrong])
    return True


@pytest.mark.parametrize(("body", "login"), PEOPLE)
@pytest.mark.usefixtures("open_work")
def test_every_page_is_sound(sit: Sit, body: str, login: str):
    desk = sit(body, login)

    walked = walk(desk, seen, f"{body}-{login}")

    assert none(walked.wrong + desk.wrongs.found)
    assert "/" in walked.opened


@pytest.mark.parametrize(("body", "login"), [("audit", "clerk"), ("inspection", "clerk"), ("inspection", "system")])
@pytest.mark.usefixtures("open_work")
def test_every_page_is_there_in_english(sit: Sit, body: str, login: str):
    desk = sit(body, login, language="en")

    walked = walk(desk, seen, f"{body}-{login}-en")

    assert none(walked.wrong + desk.wrongs.found)
    assert desk.page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize(("body", "login"), [("audit", "clerk"), ("inspection", "clerk")])
@pytest.mark.usefixtures("open_work")
def test_every_page_opens_without_scripts(sit: Sit, body: str, login: str):
    desk = sit(body, login, scripts=False)

    walked = walk(desk, seen, f"{body}-{login}-plain")

    assert none(walked.wrong + desk.wrongs.found)
