"""Files between preview and confirmation are held for one person each, for minutes, and never without a bound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.uploads import Held, Uploads

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def held(who: str, size: int = 1, minutes: int = 0) -> Held:
    return Held(who, "audit_issues", "a.csv", b"x" * size, NOW + timedelta(minutes=minutes))


def test_a_file_is_found_by_its_sender_for_its_ledger_alone():
    uploads = Uploads()
    key = uploads.hold(held("one"))

    assert uploads.find(key, "one", "audit_issues", NOW) is not None
    assert uploads.find(key, "two", "audit_issues", NOW) is None
    assert uploads.find(key, "one", "audit_projects", NOW) is None
    assert uploads.find("guessed", "one", "audit_issues", NOW) is None


def test_a_second_file_of_one_person_takes_the_first_ones_place():
    uploads = Uploads()
    first, second = uploads.hold(held("one")), uploads.hold(held("one"))

    assert uploads.find(first, "one", "audit_issues", NOW) is None
    assert uploads.find(second, "one", "audit_issues", NOW) is not None


def test_a_file_is_gone_after_a_quarter_of_an_hour_and_once_it_is_imported():
    uploads = Uploads()
    key = uploads.hold(held("one"))
    assert uploads.find(key, "one", "audit_issues", NOW + timedelta(minutes=16)) is None

    key = uploads.hold(held("one"))
    uploads.drop(key)
    assert uploads.find(key, "one", "audit_issues", NOW) is None


def test_the_oldest_give_way_when_many_wait():
    uploads = Uploads()
    keys = [uploads.hold(held(f"person {number}", 30 * 2**20, number)) for number in range(3)]
    later = NOW + timedelta(minutes=3)

    found = [uploads.find(key, f"person {n}", "audit_issues", later) is not None for n, key in enumerate(keys)]
    assert found == [False, True, True]


def test_what_a_file_holds_is_in_no_description_of_it():
    assert "xxx" not in repr(held("one", 3))
