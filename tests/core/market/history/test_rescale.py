"""Levels after an ex-rights day: to the tick, never sooner, once, and never without a word."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.domain.market import Symbol
from core.domain.watch import WatchItem
from core.domain.watch_rules import check_item, wrong
from core.errors import ContractError
from core.exchange.ticks import round_half_up
from core.market.history.exrights import Basis, ExRights
from core.market.history.rescale import (
    ExRightsPolicy,
    Levels,
    Rescale,
    apply,
    levels_of,
    plan,
    preview,
    scaled,
)
from tests.core.market.history.bars import MOUTAI, days

MON, TUE, WED, THU, FRI = days("2026-03-02", "2026-03-06")
CENT = Decimal("0.01")


def dec(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def item(
    low: str | None = "9.00",
    high: str | None = "9.50",
    target: str | None = "12.00",
    stop: str | None = "8.37",
) -> WatchItem:
    return WatchItem("a1", MOUTAI, dec(low), dec(high), dec(target), dec(stop), note="keep me")


def event(day: date = TUE, old: str = "10.00", new: str = "9.80", symbol: Symbol = MOUTAI) -> ExRights:
    before, after = Decimal(old), Decimal(new)
    return ExRights(symbol, day, after / before, None, before, after, Basis.PRE_CLOSE)


def rescale(
    what: WatchItem,
    *events: ExRights,
    policy: ExRightsPolicy = ExRightsPolicy.RESCALE,
    levels_day: date | None = None,
    done: tuple[date, ...] = (),
) -> Rescale | None:
    return plan(what, events, policy=policy, levels_day=levels_day, done=done)


def test_levels_are_rescaled_with_before_and_after() -> None:
    found = rescale(item(), event())
    assert found is not None
    assert found.before == Levels(Decimal("9.00"), Decimal("9.50"), Decimal("12.00"), Decimal("8.37"))
    # 8.37 x 0.98 = 8.2026 goes down, 12.00 x 0.98 = 11.76 is exact, the zone is 8.82 to 9.31.
    assert found.after == Levels(Decimal("8.82"), Decimal("9.31"), Decimal("11.76"), Decimal("8.20"))
    assert (found.item_id, found.days, found.hold, found.problem) == ("a1", (TUE,), False, "")
    assert found.reason == (
        "600519.SH 2026-03-03 除权除息：收盘 10.00，除权后的前收盘 9.80（比例 0.9800）。"
        "已按比例换算：进场下沿 9.00 → 8.82，进场上沿 9.50 → 9.31，止盈 12.00 → 11.76，止损 8.37 → 8.20。"
    )
    changed = apply(item(), found)
    assert levels_of(changed) == found.after
    assert changed == replace(
        item(),
        entry_low=Decimal("8.82"),
        entry_high=Decimal("9.31"),
        take_profit=Decimal("11.76"),
        stop_loss=Decimal("8.20"),
    )
    assert pickle.loads(pickle.dumps(found)) == found


def test_stop_above_the_new_price_no_longer_fires_after_a_split() -> None:
    """The case from the field: 7.31 became 6.04 over night and the stop stood at 8.37, above the price."""
    found = rescale(item(stop="7.00", low=None, high=None, target=None), event(old="7.31", new="6.04"))
    assert found is not None
    assert found.after.stop_loss == Decimal("5.78")
    assert found.after.stop_loss < Decimal("6.04")


def test_levels_that_are_not_set_stay_so() -> None:
    found = rescale(item(low=None, high=None, target=None), event())
    assert found is not None
    assert found.after == Levels(stop_loss=Decimal("8.20"))
    assert rescale(item(None, None, None, None), event()) is None


def test_hold_policy_waits_for_the_user_and_shows_what_would_be() -> None:
    found = rescale(item(), event(), policy=ExRightsPolicy.HOLD)
    assert found is not None
    assert found.hold
    assert "等你确认" in found.reason
    assert found.after.stop_loss == Decimal("8.20")
    assert apply(item(), found).stop_loss == Decimal("8.20"), "the user agreed"


def test_it_happens_once() -> None:
    assert rescale(item(), event(), done=(TUE,)) is None
    assert rescale(item(), event(symbol=Symbol("000002.SZ"))) is None
    assert rescale(item()) is None


def test_levels_that_the_user_set_on_the_new_price_are_left_alone() -> None:
    assert rescale(item(), event(), levels_day=TUE) is None
    assert rescale(item(), event(), levels_day=WED) is None
    assert rescale(item(), event(), levels_day=MON) is not None


def test_days_that_were_missed_are_applied_together() -> None:
    """One after the other with rounding between would drift by a tick a day."""
    found = rescale(item(), event(THU, "8.00", "4.00"), event(TUE), levels_day=MON)
    assert found is not None
    assert found.days == (TUE, THU)
    assert found.after.take_profit == Decimal("5.88")
    assert found.after.stop_loss == Decimal("4.10")  # 8.37 x 0.49 = 4.1013
    again = rescale(item(), event(THU, "8.00", "4.00"), event(TUE), done=(TUE,))
    assert again is not None
    assert again.days == (THU,)


def test_expected_day_is_shown_and_never_applied() -> None:
    expected = replace(event(), basis=Basis.ANNOUNCED)
    assert rescale(item(), expected) is None
    shown = preview(item(), expected)
    assert shown is not None
    assert shown.exrights == (expected,)
    assert shown.after.stop_loss == Decimal("8.20")


def test_changed_item_is_not_overwritten() -> None:
    found = rescale(item(), event())
    assert found is not None
    with pytest.raises(ContractError):
        apply(item(stop="8.00"), found)
    with pytest.raises(ContractError):
        apply(replace(item(), item_id="b2"), found)


def test_levels_that_fall_together_are_held_for_the_user() -> None:
    """A share of 0.05 yuan split by four: stop and entry would be one price, which fires both."""
    found = rescale(item(low="0.05", high="0.06", target="0.08", stop="0.04"), event(old="0.05", new="0.01"))
    assert found is not None
    assert found.hold
    assert found.problem
    assert "请重新填写" in found.reason
    with pytest.raises(ContractError):
        apply(item(low="0.05", high="0.06", target="0.08", stop="0.04"), found)


def test_zone_narrower_than_a_tick_becomes_one_price() -> None:
    after = scaled(Levels(Decimal("10.01"), Decimal("10.01")), Decimal("0.3333"), CENT)
    assert after.entry_low == after.entry_high == Decimal("3.34")


def test_fund_levels_have_three_decimals() -> None:
    fund = WatchItem("f", Symbol("510300.SH"), stop_loss=Decimal("3.501"))
    found = plan(
        fund,
        [event(old="3.600", new="3.518", symbol=fund.symbol)],
        policy=ExRightsPolicy.RESCALE,
    )
    assert found is not None
    assert found.after.stop_loss == Decimal("3.421")
    assert "止损 3.501 → 3.421" in found.reason


price = st.integers(100, 100_000).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(price, min_size=5, max_size=5, unique=True), st.integers(5, 2000))
def test_rescaled_levels_never_fire_sooner(prices: list[Decimal], permille: int) -> None:
    """What the ex-rights step alone must not do: reach a level. And each level moves by less than a tick."""
    stop, low, high, target, close = sorted(prices)[0], *sorted(prices)[1:4], sorted(prices)[4]
    what = WatchItem("a", MOUTAI, low, high, target, stop)
    new = round_half_up(close * permille / 1000, CENT)
    assume(new > 0)
    found = rescale(what, event(old=str(close), new=str(new)))
    assume(found is not None)
    assert found is not None
    ratio = new / close
    after = found.after
    assert after.stop_loss is not None
    assert after.take_profit is not None
    assert after.entry_low is not None
    assert after.entry_high is not None
    assert after.stop_loss <= stop * ratio < after.stop_loss + CENT
    assert after.take_profit - CENT < target * ratio <= after.take_profit
    assert abs(after.entry_low - low * ratio) < CENT
    assert abs(after.entry_high - high * ratio) < 2 * CENT
    assert after.entry_low <= after.entry_high
    # Below the last close stays below the reference price, above stays above.
    assert after.stop_loss < new
    if not found.problem:
        assert not wrong(check_item(apply(what, found), CENT))


@given(price, price, st.integers(5, 2000))
def test_side_of_the_price_is_kept(level: Decimal, close: Decimal, permille: int) -> None:
    new = round_half_up(close * permille / 1000, CENT)
    assume(new > 0)
    after = scaled(Levels(take_profit=level, stop_loss=level), new / close, CENT)
    assert after.stop_loss is not None
    assert after.take_profit is not None
    if level < close:
        assert after.stop_loss < new
    if level > close:
        assert after.take_profit > new
