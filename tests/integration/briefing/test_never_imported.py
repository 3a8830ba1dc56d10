"""A ledger that was never imported says nothing, not that there is nothing; an empty one says that there is nothing."""

from __future__ import annotations

import pytest

from services.audit.body import BODY
from services.audit.tables import ISSUES, PROJECTS
from services.chassis.briefing.draft import SectionState
from services.chassis.storage import Database
from tests.integration.briefing.figures_for_tests import drafted, put, stale

pytestmark = pytest.mark.article("A3.2f")


def state(database: Database) -> SectionState:
    return drafted(database, BODY).units[0].sections[0].draft.state


def test_what_was_never_imported_is_left_to_a_person_to_write(sqlite_database: Database):
    assert state(sqlite_database) is SectionState.TO_WRITE

    put(sqlite_database, PROJECTS)

    assert state(sqlite_database) is SectionState.TO_WRITE


def test_an_imported_ledger_without_rows_says_that_there_is_nothing_and_marks_drafts_made_before(
    sqlite_database: Database,
):
    before = drafted(sqlite_database, BODY)
    put(sqlite_database, PROJECTS)
    put(sqlite_database, ISSUES)

    assert stale(sqlite_database, BODY, before) == {"audit.audits_3y"}
    assert state(sqlite_database) is SectionState.NONE
