"""Trading phase of a snapshot: the source's own code, read together with the time it carries.

Sources differ: Shenzhen files carry digits, Shanghai files words, QMT its `stockStatus` numbers. All of them
may say "trading" while nothing trades (Shanghai at lunch, both exchanges between the opening auction and
09:30), so a code that says continuous is believed only inside the hours of continuous trading.
"""

from __future__ import annotations

from core.domain.enums import Phase

_MINUTE = 60_000
_DAY = 24 * 60 * _MINUTE
_SHANGHAI_OFFSET = 8 * 60 * _MINUTE  # no daylight saving since 1991

FILE_CODES: dict[str, Phase] = {
    # Shenzhen
    "1": Phase.OPEN_CALL,
    "2": Phase.PAUSE,
    "3": Phase.CONTINUOUS,
    "4": Phase.LUNCH,
    "5": Phase.CLOSE_CALL,
    "6": Phase.CLOSED,
    # Shanghai
    "START": Phase.PRE_OPEN,
    "OCALL": Phase.OPEN_CALL,
    "TRADE": Phase.CONTINUOUS,
    "BREAK": Phase.LUNCH,
    "SUSP": Phase.SUSPENDED,
    "CCALL": Phase.CLOSE_CALL,
    "CLOSE": Phase.CLOSED,
    "ENDTR": Phase.CLOSED,
}
"""Phase codes of recorded level-1 files."""

VENDOR_CODES: dict[int, Phase] = {
    11: Phase.PRE_OPEN,
    12: Phase.OPEN_CALL,
    13: Phase.CONTINUOUS,
    14: Phase.LUNCH,
    15: Phase.CLOSED,
    16: Phase.SUSPENDED,  # volatility break
    17: Phase.SUSPENDED,
    18: Phase.CLOSE_CALL,
    19: Phase.SUSPENDED,  # auction inside a halt: no continuous price
    20: Phase.SUSPENDED,
    22: Phase.AFTER_HOURS,
}
"""QMT's `stockStatus` codes, which `openInt` repeats for stocks; 0 and 10 say nothing."""


def time_of_day(time_ms: int) -> int:
    """Milliseconds since midnight in Shanghai."""
    return (time_ms + _SHANGHAI_OFFSET) % _DAY


def at(hour: int, minute: int, second: int = 0) -> int:
    """A time of day in milliseconds since midnight."""
    return (hour * 60 + minute) * _MINUTE + second * 1000


_OPEN_CALL, _PAUSE, _MORNING = at(9, 15), at(9, 25), at(9, 30)
_LUNCH, _AFTERNOON, _CLOSE = at(11, 30), at(13, 0), at(15, 0)


def combined_phase(code: Phase, time_ms: int) -> Phase:
    """The source's phase corrected by the time of the snapshot.

    Only a continuous code is corrected. Between 14:57 and 15:00 the code is believed: Shanghai funds traded
    continuously until 15:00 before 2026-07-06, and sources do tell the closing call. A snapshot stamped
    11:30:00 or 15:00:00 sharp shows the market up to then, so there too the code decides (300274.SZ on
    2022-06-01).
    """
    if code is not Phase.CONTINUOUS:
        return code
    now = time_of_day(time_ms)
    if _MORNING <= now <= _LUNCH or _AFTERNOON <= now <= _CLOSE:
        return code
    if _LUNCH < now < _AFTERNOON:
        return Phase.LUNCH
    if now > _CLOSE:
        return Phase.CLOSED
    if now >= _PAUSE:
        return Phase.PAUSE
    return Phase.OPEN_CALL if now >= _OPEN_CALL else Phase.PRE_OPEN


NO_LIMIT_FROM = 99_999_000
"""Feeds write 99999.99 or 100000 where a day has no price limit; no listed price comes near."""


def clean_limit(price_milli: int) -> int:
    """A limit price in thousandths, or 0 where the source wrote one of its "no limit" marks."""
    return price_milli if 0 < price_milli < NO_LIMIT_FROM else 0
