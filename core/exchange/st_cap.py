"""What one investor may buy of one risk-warning stock in a day, in auction, block and fixed-price trades together."""

from __future__ import annotations

from datetime import date

from core.exchange.boards import SecurityClass, class_of

_C = SecurityClass
# (class, since, shares): what one investor may buy of one risk-warning stock in a day; STAR has no such cap.
_ST_CAPS = (
    (_C.SH_MAIN, date(2013, 1, 1), 500_000),
    (_C.SZ_MAIN, date(2020, 12, 31), 500_000),
    (_C.CHINEXT, date(2020, 12, 31), 500_000),
    (_C.BSE, date(2026, 8, 31), 200_000),
)


def st_daily_cap(symbol: str, day: date) -> int | None:
    """Shares one investor may buy of this stock in a day while it carries a risk warning; None without cap."""
    cls = class_of(symbol)
    return next((cap for which, since, cap in _ST_CAPS if which is cls and day >= since), None)
