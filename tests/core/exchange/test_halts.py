"""Temporary halts: which there are, when they begin and end."""

from __future__ import annotations

from decimal import Decimal

from core.exchange.halts import LAST_END, halt_end, halt_rules
from core.exchange.limits import NO_LIMITS, LimitFacts, Limits

MINUTE = 60_000
TEN = 10 * 60 * MINUTE
NEW = LimitFacts(listing_day=1)
STOCK = halt_rules("600000.SH", NO_LIMITS, NEW)
BOND = halt_rules("113001.SH", Limits(Decimal("157.3"), Decimal("56.7")), NEW)


def test_only_days_without_limit_and_bonds_on_their_first_day_have_halts() -> None:
    assert halt_rules("600000.SH", Limits(Decimal(11), Decimal(9)), LimitFacts()) == ()
    assert halt_rules("113001.SH", Limits(Decimal(120), Decimal(80)), LimitFacts()) == ()
    assert halt_rules("510300.SH", NO_LIMITS, LimitFacts()) == ()
    assert [rule.minutes for rule in STOCK] == [10, 10]
    assert [rule.minutes for rule in BOND] == [30, None]


def test_a_stock_halts_ten_minutes_at_30_and_60_percent_from_the_open_once_each() -> None:
    assert halt_end(STOCK, 0, 10_000, 12_990, TEN) is None
    assert halt_end(STOCK, 0, 10_000, 13_000, TEN) == (TEN + 10 * MINUTE, 1)
    assert halt_end(STOCK, 0, 10_000, 7_000, TEN) == (TEN + 10 * MINUTE, 1)
    assert halt_end(STOCK, 1, 10_000, 13_500, TEN) is None
    assert halt_end(STOCK, 1, 10_000, 16_000, TEN) == (TEN + 10 * MINUTE, 2)
    assert halt_end(STOCK, 0, 10_000, 17_000, TEN) == (TEN + 10 * MINUTE, 2), "past both at once"
    assert halt_end(STOCK, 2, 10_000, 20_000, TEN) is None


def test_no_halt_lasts_beyond_1457() -> None:
    late = LAST_END - 3 * MINUTE
    assert halt_end(STOCK, 0, 10_000, 13_000, late) == (LAST_END, 1)
    assert halt_end(STOCK, 0, 10_000, 13_000, LAST_END) is None
    assert halt_end(BOND, 0, 100_000, 120_000, TEN) == (TEN + 30 * MINUTE, 1)
    assert halt_end(BOND, 1, 100_000, 131_000, TEN) == (LAST_END, 2)


def test_without_an_open_there_is_nothing_to_measure_from() -> None:
    assert halt_end(STOCK, 0, 0, 13_000, TEN) is None
    assert halt_end(STOCK, 0, 10_000, 0, TEN) is None
