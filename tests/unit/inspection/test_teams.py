"""A team is formed for one round with the right people, and acts only while its authorization lives."""

from __future__ import annotations

from datetime import date

from services.inspection.teams.records import Authorization, Finding, Member, TeamFault, TeamRole, faults

LEADER = Member("p1", TeamRole.LEADER, "discipline", unit_id="u9")
DEPUTY = Member("p2", TeamRole.DEPUTY, "organization", unit_id="u8")
MEMBER = Member("p3", TeamRole.MEMBER, "audit", unit_id="u7")


def test_a_proper_team_has_no_faults():
    assert faults((LEADER, DEPUTY, MEMBER), {"u1"}, busy=()) == ()


def test_a_team_needs_exactly_one_leader_and_one_or_two_deputies():
    assert {one.fault for one in faults((MEMBER,), {"u1"}, ())} == {TeamFault.ONE_LEADER, TeamFault.DEPUTIES}


def test_nobody_inspects_the_own_unit_or_one_with_a_tie():
    tied = Member("p4", TeamRole.MEMBER, "finance", recusal_units=("u1",))

    found = faults((LEADER, DEPUTY, MEMBER, tied), {"u1", "u7"}, ())

    assert Finding(TeamFault.OWN_UNIT, "A2.1e", "p3") in found
    assert Finding(TeamFault.RECUSED, "A2.1e", "p4") in found


def test_a_person_serves_in_one_team_of_a_round_once():
    found = faults((LEADER, DEPUTY, MEMBER, MEMBER), {"u1"}, busy={"p2"})

    assert {(one.fault, one.person_id) for one in found} == {(TeamFault.TWICE, "p3"), (TeamFault.OTHER_TEAM, "p2")}


def test_an_authorization_lives_between_its_dates_and_dies_when_revoked():
    permission = Authorization("d1", date(2026, 3, 1), date(2026, 5, 8))
    revoked = Authorization("d1", date(2026, 3, 1), date(2026, 5, 8), revoked_on=date(2026, 4, 1))
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 8), date(2026, 5, 9))

    assert [permission.live(day) for day in days] == [False, True, True, False]
    assert not revoked.live(date(2026, 4, 1))
