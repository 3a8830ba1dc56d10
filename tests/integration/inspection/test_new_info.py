"""New information reaches the leader of the unit's team, nobody else, and goes around the office where it must."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from guantong.exchange.v1 import content_pb2 as content
from services.chassis.storage import Database, Transaction
from services.chassis.testing.clock import FixedClock
from services.inspection.access.reads import Reader, ReasonMissingError
from services.inspection.access.tables import SENSITIVE_READS
from services.inspection.decisions import AUTHORIZE_TEAM, Scope
from services.inspection.newinfo import forwarding
from services.inspection.newinfo.errors import NewInfoNotFoundError, NewInfoWithoutRoundError, NoticeGoneError
from services.inspection.newinfo.records import Action, Entry, Notice, Subject
from services.inspection.rounds.records import Round, RoundState
from services.inspection.rounds.tables import ROUNDS
from services.inspection.teams.authorizing import authorize_team, revoke_authorization
from services.inspection.teams.errors import NoLiveLeaderError
from services.inspection.teams.forming import NewTeam, form_team
from services.inspection.teams.records import Member, TeamRole
from tests.integration.inspection.master_data import BODIES, load_master_data
from tests.integration.inspection.office import Decisions, Letters, fixed_round, journal_kinds, run

pytestmark = pytest.mark.usefixtures("current")
SECRET = "反映某班子成员在工程变更签证中存在问题"
ON_SITE = datetime(2026, 4, 2, 7, 20, tzinfo=UTC)
LEADER = Reader("p1", "acc1", "研判是否纳入了解重点")
NOTICE = Notice(
    letter_id="L1",
    from_body="petitions",
    round_id="",
    unit_id="U01",
    subject=Subject.MEMBER,
    received_at=ON_SITE,
)


@pytest.fixture
def letters() -> Letters:
    letters = Letters()
    letters.contents["L1"] = content.NewInfo(summary=SECRET).SerializeToString()
    return letters


@pytest.fixture
def decisions() -> Decisions:
    return Decisions()


@pytest.fixture
def office(sqlite_database: Database) -> Database:
    """SQLite only: the service's tests take the same queries to PostgreSQL."""
    load_master_data(sqlite_database)
    return sqlite_database


@pytest.fixture
def current(office: Database, decisions: Decisions, clock: FixedClock) -> Round:
    """A round on site, with an authorized team for U01 and none for U02."""
    made = fixed_round(office, decisions)
    authorize(office, made, decisions, ("p1", "p2"))
    on_site = sa.update(ROUNDS).values(state=RoundState.ON_SITE.value)
    run(office, lambda tx: tx.connection.execute(on_site))
    clock.set(ON_SITE)
    return made


def authorize(office: Database, made: Round, decisions: Decisions, persons: tuple[str, str]) -> str:
    members = (Member(persons[0], TeamRole.LEADER, "discipline"), Member(persons[1], TeamRole.DEPUTY, "finance"))
    scope = Scope(made.round_id, frozenset({"U01"}), frozenset(persons))
    decision = decisions.record(AUTHORIZE_TEAM, scope)

    def act(tx: Transaction) -> str:
        team = form_team(tx, made.round_id, NewTeam(1, ("U01",), members), BODIES, by="a1")
        dates = {"valid_from": date(2026, 3, 2), "valid_to": date(2026, 5, 8)}
        return authorize_team(tx, team.team_id, decision, decisions, **dates, by="a1").team_id

    return run(office, act)


def arrive(office: Database, notice: Notice = NOTICE) -> Entry:
    run(office, lambda tx: forwarding.receive(tx, notice))
    return office.reader.read_sync(all_entries)[0]


def all_entries(connection: sa.Connection) -> list[Entry]:
    rounds = connection.execute(sa.select(ROUNDS.c.id)).scalars()
    return [one for round_id in (*rounds, "") for one in forwarding.list_entries(connection, round_id, 50)]


@pytest.mark.article("A3.2j")
def test_the_leader_reads_what_was_forwarded_and_says_what_was_done(office: Database, current: Round, letters: Letters):
    entry = arrive(office)
    assert (entry.round_id, entry.outside_site_stage) == (current.round_id, False)

    forwarded = run(office, lambda tx: forwarding.forward(tx, entry.new_info_id, by="a1"))
    shown = run(office, lambda tx: forwarding.read(tx, entry.new_info_id, letters.content, LEADER))
    noted = run(
        office,
        lambda tx: forwarding.read(
            tx, entry.new_info_id, letters.content, LEADER, action=Action.FOLLOWED, remark="列入了解事项"
        ),
    )

    assert (forwarded.leader, forwarded.forwarded_at) == ("p1", ON_SITE)
    assert shown.message.summary == SECRET
    assert SECRET not in repr(shown)
    assert (noted.entry.action, noted.entry.read_at) == (Action.FOLLOWED, ON_SITE)


@pytest.mark.article("A3.2j")
def test_nobody_but_the_leader_reads_it_and_refusal_looks_like_absence(office: Database, letters: Letters):
    entry = arrive(office)

    def read(reader: Reader, new_info_id: str = entry.new_info_id) -> None:
        run(office, lambda tx: forwarding.read(tx, new_info_id, letters.content, reader))

    with pytest.raises(NewInfoNotFoundError) as before:
        read(LEADER)
    run(office, lambda tx: forwarding.forward(tx, entry.new_info_id, by="a1"))
    with pytest.raises(NewInfoNotFoundError) as member:
        read(replace(LEADER, person_id="p2"))
    with pytest.raises(NewInfoNotFoundError) as absent:
        read(LEADER, "no-such-notice")

    assert before.value.facts == member.value.facts == absent.value.facts == {}
    assert office.reader.read_sync(lambda c: c.execute(sa.select(SENSITIVE_READS)).all()) == []


def test_every_reading_states_a_reason_and_is_kept(office: Database, letters: Letters):
    entry = arrive(office)
    run(office, lambda tx: forwarding.forward(tx, entry.new_info_id, by="a1"))

    with pytest.raises(ReasonMissingError):
        run(
            office,
            lambda tx: forwarding.read(tx, entry.new_info_id, letters.content, replace(LEADER, explanation=" ")),
        )
    run(office, lambda tx: forwarding.read(tx, entry.new_info_id, letters.content, LEADER))

    rows = office.reader.read_sync(lambda c: c.execute(sa.select(SENSITIVE_READS)).all())
    assert [(row.person_id, row.ref, row.explanation) for row in rows] == [
        ("p1", entry.new_info_id, LEADER.explanation)
    ]


def test_a_leader_whose_authorization_has_ended_reads_nothing(office: Database, letters: Letters, clock: FixedClock):
    entry = arrive(office)
    run(office, lambda tx: forwarding.forward(tx, entry.new_info_id, by="a1"))
    clock.set(datetime(2026, 5, 9, 1, tzinfo=UTC))

    def listed_for(person: str, day: date) -> list[str]:
        found = office.reader.read_sync(lambda c: forwarding.forwarded_to(c, person, day))
        return [one.new_info_id for one in found]

    assert listed_for("p1", date(2026, 5, 8)) == [entry.new_info_id]
    assert listed_for("p1", date(2026, 5, 9)) == []
    with pytest.raises(NewInfoNotFoundError):
        run(office, lambda tx: forwarding.read(tx, entry.new_info_id, letters.content, LEADER))
    with pytest.raises(NoLiveLeaderError):
        run(office, lambda tx: forwarding.forward(tx, entry.new_info_id, by="a1"))


def test_a_notice_waits_until_the_unit_has_a_leader_who_may_act(office: Database):
    entry = arrive(office, replace(NOTICE, unit_id="U02"))

    with pytest.raises(NoLiveLeaderError):
        run(office, lambda tx: forwarding.forward(tx, entry.new_info_id, by="a1"))


def test_a_new_leader_is_handed_the_notice_and_the_old_one_sees_it_no_more(
    office: Database, current: Round, decisions: Decisions, letters: Letters
):
    entry = arrive(office)
    run(office, lambda tx: forwarding.forward(tx, entry.new_info_id, by="a1"))
    team = office.reader.read_sync(lambda c: c.execute(sa.text("SELECT id FROM inspection_teams")).scalar_one())
    run(office, lambda tx: revoke_authorization(tx, team, "工作调整", by="a1"))
    authorize(office, current, decisions, ("p8", "p9"))

    run(office, lambda tx: forwarding.forward(tx, entry.new_info_id, by="a1"))

    with pytest.raises(NewInfoNotFoundError):
        run(office, lambda tx: forwarding.read(tx, entry.new_info_id, letters.content, LEADER))
    new = replace(LEADER, person_id="p8")
    assert run(office, lambda tx: forwarding.read(tx, entry.new_info_id, letters.content, new)).message.summary


@pytest.mark.article("A3.2j")
def test_outside_the_site_stage_a_notice_is_accepted_and_marked(office: Database, clock: FixedClock):
    clock.set(datetime(2026, 5, 20, 1, tzinfo=UTC))

    assert arrive(office).outside_site_stage


def test_a_notice_on_a_unit_of_no_round_is_kept_too(office: Database):
    entry = arrive(office, replace(NOTICE, unit_id="U03"))

    assert (entry.round_id, entry.outside_site_stage) == ("", True)
    with pytest.raises(NewInfoWithoutRoundError):
        run(office, lambda tx: forwarding.forward(tx, entry.new_info_id, by="a1"))


def test_what_concerns_the_team_or_the_office_is_in_no_list_of_the_office(office: Database):
    before = journal_kinds(office)

    run(office, lambda tx: forwarding.receive(tx, replace(NOTICE, subject=Subject.TEAM_OR_OFFICE)))

    assert office.reader.read_sync(all_entries) == []
    assert journal_kinds(office) == before
    row = office.reader.read_sync(lambda c: c.execute(sa.text("SELECT * FROM inspection_new_info")).mappings().one())
    assert (row["from_body"], row["unit_id"], row["round_id"]) == ("", "", "")
    with pytest.raises(NewInfoNotFoundError):
        run(office, lambda tx: forwarding.forward(tx, row["id"], by="a1"))


def test_the_same_letter_twice_is_one_notice(office: Database):
    arrive(office)
    arrive(office)

    assert len(office.reader.read_sync(all_entries)) == 1


def test_destroyed_content_is_an_error_that_says_so(office: Database, letters: Letters):
    entry = arrive(office)
    run(office, lambda tx: forwarding.forward(tx, entry.new_info_id, by="a1"))
    letters.contents.clear()

    with pytest.raises(NoticeGoneError):
        run(office, lambda tx: forwarding.read(tx, entry.new_info_id, letters.content, LEADER))
