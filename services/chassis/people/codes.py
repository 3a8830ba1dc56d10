"""One-time codes that a device computes from the time (RFC 6238), and codes on paper for when it is lost. Pure."""

from __future__ import annotations

import base64
import hmac
import unicodedata
from collections.abc import Callable
from datetime import datetime

import pyotp

STEP_SECONDS = 30
RECOVERY_CODES = 10
_DRIFT = 1
"""Steps before and after the present one that still count: devices' clocks are some seconds off."""
_SECRET_BYTES = 20
_CODE_BYTES = 10


def new_secret(random: Callable[[int], bytes]) -> str:
    """A secret of 160 bits, the length of the hash (RFC 4226 4), in base32 as devices take it."""
    return base64.b32encode(random(_SECRET_BYTES)).decode("ascii")


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Which step's code this is, of those that count at `now`; None when it is none of them."""
    device = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    typed = code.encode()
    # Each is compared, so that the time taken does not tell which one was near.
    right = [
        step
        for step in range(present - _DRIFT, present + _DRIFT + 1)
        if hmac.compare_digest(device.generate_otp(step).encode(), typed)
    ]
    return right[-1] if right else None


def otpauth_uri(secret: str, login: str, issuer: str) -> str:
    """What a device reads from the picture; `issuer` says whose account it is."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=login, issuer_name=issuer)


def grouped(secret: str) -> str:
    """A secret as it is typed: groups of four."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def new_recovery_codes(random: Callable[[int], bytes]) -> list[str]:
    """Ten codes of 80 bits each: too many to try, also for who holds the digests."""
    made = (base64.b32encode(random(_CODE_BYTES)).decode("ascii").lower() for _ in range(RECOVERY_CODES))
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in made]


def as_typed(code: str) -> str:
    """What was meant by what was typed: without spaces and dashes, full-width digits as plain ones, lower case."""
    return "".join(one for one in unicodedata.normalize("NFKC", code) if one.isalnum()).lower()
