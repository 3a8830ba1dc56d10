"""One-time codes as RFC 6238 defines them, and what people type."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.people.codes import as_typed, new_recovery_codes, new_secret, step_of

SECRET = base64.b32encode(b"12345678901234567890").decode()
"""The shared secret of RFC 6238's test vectors (appendix B)."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_vectors_of_the_rfc(seconds: int, code: str):
    assert step_of(SECRET, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


def test_a_device_may_be_half_a_minute_off_and_no_more():
    at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    code = "081804"
    its_own = datetime.fromtimestamp(1111111109, UTC)
    steps = [step_of(SECRET, code, its_own + timedelta(seconds=30 * off)) for off in range(-2, 3)]
    assert steps == [None, 37037036, 37037036, 37037036, None]
    assert step_of(SECRET, "", at) is None
    assert step_of(SECRET, "零一二三四五", at) is None


def test_what_is_typed_is_read_as_it_was_meant():
    assert as_typed(" １２３ 456 ") == "123456"
    assert as_typed("ABCD-efgh—2345") == "abcdefgh2345"


def test_secrets_are_as_long_as_the_hash_and_codes_too_many_to_try():
    assert len(base64.b32decode(new_secret(bytes))) == 20
    assert new_recovery_codes(bytes) == ["aaaa-aaaa-aaaa-aaaa"] * 10
