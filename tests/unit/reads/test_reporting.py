"""Reading is unusual when it is much and much more than usual; one without the other is not."""

from __future__ import annotations

from collections import Counter
from datetime import date

from services.chassis.reads.reporting import Thresholds, judged, month_before

LIMITS = Thresholds(least=10, times=3, months=2)


def read(**accounts: int) -> dict[str, Counter[str]]:
    return {account: Counter(letter=count) for account, count in accounts.items()}


def test_both_thresholds_have_to_be_reached():
    found = judged(
        read(often=30, busy=30, newly=12, little=9), [read(often=30, busy=10), read(often=30, busy=8)], LIMITS
    )
    assert {one.account_id: (one.usual_hundredths, one.unusual) for one in found} == {
        "busy": (900, True),
        "newly": (0, True),
        "often": (3000, False),
        "little": (0, False),
    }
    assert [one.account_id for one in found] == ["busy", "newly", "often", "little"]


def test_letters_and_ledgers_count_together():
    (one,) = judged({"a": Counter(letter=4, ledger=6)}, [], LIMITS)
    assert (one.letters, one.ledgers, one.readings, one.usual_hundredths, one.unusual) == (4, 6, 10, None, True)


def test_the_month_before_january_is_december():
    assert month_before(date(2026, 1, 1)) == date(2025, 12, 1)
    assert month_before(date(2026, 3, 1)) == date(2026, 2, 1)
