"""How often we may ask a public source: so many requests in any minute, a small burst, never more.

Pure: time comes in as monotonic seconds.
"""

from __future__ import annotations


class Budget:
    """A token bucket whose burst and refill together stay within `per_minute` in every window of a minute."""

    def __init__(self, per_minute: int, burst: int) -> None:
        if not 1 <= burst < per_minute:
            raise ValueError("burst must be at least 1 and less than per_minute")
        self.per_minute = per_minute
        self._burst = float(burst)
        self._rate = (per_minute - burst) / 60.0
        self._tokens = float(burst)
        self._at: float | None = None

    def tokens(self, now: float) -> float:
        """Requests that may leave at once; negative when some are promised for later."""
        if self._at is None:
            self._at = now
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._at) * self._rate)
        self._at = now
        return self._tokens

    def take(self, now: float, *, patience_s: float, keep: float = 0.0) -> float | None:
        """Promise one request: seconds to wait before it leaves, or None when that would be longer than the patience.

        `keep` leaves that many tokens to others who are in more of a hurry. A promise counts whether it is used or not.
        """
        tokens = self.tokens(now)
        wait = max(0.0, (1.0 + keep - tokens) / self._rate)
        if wait > patience_s:
            return None
        self._tokens -= 1.0
        return wait
