"""How many requests are taken of one token and one address: a few at once, and then so many a minute."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from dataclasses import dataclass, field

from gateway.api.errors import TooManyRequestsError

_MOST_KNOWN = 2_000
_BURST_SECONDS = 10
_ADDRESS_SHARE = 4
"""An address may come with several tokens, so it may ask this many times as often as one."""


@dataclass
class _Bucket:
    left: float
    at: float


@dataclass
class Allowance:
    """Takes `per_minute` requests of each name, ten seconds' worth of them at once. Times are seconds of any clock."""

    per_minute: int
    _known: OrderedDict[str, _Bucket] = field(default_factory=OrderedDict)

    def take(self, name: str, now: float) -> float:
        """Take one request; how many seconds to wait where that is too many, else zero."""
        rate, most = self.per_minute / 60, max(1.0, self.per_minute * _BURST_SECONDS / 60)
        bucket = self._known.setdefault(name, _Bucket(most, now))
        self._known.move_to_end(name)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        bucket.left = min(most, bucket.left + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.left < 1:
            return (1 - bucket.left) / rate
        bucket.left -= 1
        return 0.0


class Limits:
    """The limits of one gateway; tokens are known by their digests."""

    def __init__(self, per_minute: int) -> None:
        self._tokens = Allowance(per_minute)
        self._addresses = Allowance(per_minute * _ADDRESS_SHARE)

    def take(self, token: str, address: str, now: float) -> None:
        """Take one request.

        Raises:
            TooManyRequestsError: it is one too many.
        """
        digest = hashlib.sha256(token.encode()).hexdigest()
        wait = self._addresses.take(address, now) or self._tokens.take(digest, now)
        if wait:
            raise TooManyRequestsError(retry_seconds=math.ceil(wait))
