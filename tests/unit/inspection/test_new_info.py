"""New information about the team or the office goes around the office."""

from __future__ import annotations

from services.inspection.newinfo.records import Subject, addressee


def test_whoever_learns_of_it_writes_around_the_office():
    assert addressee(Subject.TEAM_OR_OFFICE, office="inspection", intake="discipline") == "discipline"
    assert addressee(Subject.MEMBER, office="inspection", intake="discipline") == "inspection"
