"""Levels of a watch item after an ex-rights day: rescaled by the ratio, or held until the user agrees.

Every level is multiplied by the ratio of the day, so it keeps its distance from the price in percent. The sum with
the cash (level - cash) would differ by little near the price and could go below zero far from it; it also needs an
announcement, while the ratio is known from the pre-close alone and puts levels where the adjusted chart shows them.

Rounding never makes a level fire sooner: the stop goes down to the tick, the take-profit up, the entry zone inward
(lower edge up, upper edge down; a zone that would turn over becomes one price). Each moves by less than one tick.
So a level that was below (above) the last close is below (above) the new reference price: the ex-rights drop alone
fires nothing.

Holding an item holds its stop too. That is the user's own switch and never the default: an item is held only where the
user chose it, or where the new levels break the item's own rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.domain.exrights import Basis, ExRights, ExRightsPolicy, Levels, Rescale
from core.domain.money import price_text
from core.domain.watch import WatchItem
from core.domain.watch_rules import check_item, wrong
from core.errors import ContractError
from core.exchange.symbols import tick_size
from core.exchange.ticks import ceil_to_tick, floor_to_tick, round_half_up

__all__ = ["ExRightsPolicy", "Levels", "Rescale", "apply", "levels_of", "plan", "preview", "scaled"]

_NAMES = {"entry_low": "进场下沿", "entry_high": "进场上沿", "take_profit": "止盈", "stop_loss": "止损"}


def levels_of(item: WatchItem) -> Levels:
    """The levels of an item."""
    return Levels(item.entry_low, item.entry_high, item.take_profit, item.stop_loss)


def scaled(levels: Levels, ratio: Decimal, tick: Decimal) -> Levels:
    """Levels times `ratio`, on the tick, rounded so that none fires sooner."""
    low = _times(levels.entry_low, ratio)
    high = _times(levels.entry_high, ratio)
    zone_low = None if low is None else ceil_to_tick(low, tick)
    zone_high = None if high is None else floor_to_tick(high, tick)
    if low is not None and zone_low is not None and zone_high is not None and zone_low > zone_high:
        zone_low = zone_high = round_half_up(low, tick)
    target, stop = _times(levels.take_profit, ratio), _times(levels.stop_loss, ratio)
    return Levels(
        zone_low,
        zone_high,
        None if target is None else ceil_to_tick(target, tick),
        None if stop is None else floor_to_tick(stop, tick),
    )


def plan(
    item: WatchItem,
    found: Sequence[ExRights],
    *,
    policy: ExRightsPolicy,
    levels_day: date | None = None,
    done: Sequence[date] = (),
) -> Rescale | None:
    """What ex-rights days do to an item; None when they do nothing.

    Expected days (`Basis.ANNOUNCED`) are not in force and are left out. `levels_day` is the trading day on which
    the user last set the levels: levels set on an ex-day or later are already on the new price. `done` are the
    ex-days the item was rescaled for. Several days are applied one after the other, rounding at the end.
    """
    due = sorted(
        (
            one
            for one in found
            if one.symbol == item.symbol
            and one.basis is Basis.PRE_CLOSE
            and one.day not in done
            and (levels_day is None or levels_day < one.day)
        ),
        key=lambda one: one.day,
    )
    before = levels_of(item)
    if not due or not before.any:
        return None
    ratio = Decimal(1)
    for one in due:
        ratio = ratio * one.new_pre_close / one.old_close
    tick = tick_size(item.symbol)
    after = scaled(before, ratio, tick)
    problem = _problem(item, after, tick)
    hold = policy is ExRightsPolicy.HOLD or bool(problem)
    return Rescale(
        item.item_id,
        before,
        after,
        _reason(due, before, after, tick, problem, hold),
        tuple(due),
        hold,
        problem,
    )


def preview(item: WatchItem, expected: ExRights) -> Rescale | None:
    """What an announced day is expected to do, for showing the evening before; never applied."""
    real = replace(expected, basis=Basis.PRE_CLOSE)
    shown = plan(item, [real], policy=ExRightsPolicy.RESCALE)
    return None if shown is None else replace(shown, exrights=(expected,), hold=False)


def apply(item: WatchItem, rescale: Rescale) -> WatchItem:
    """The item with the new levels.

    Raises ContractError when the levels are no longer those that were rescaled, or the new ones are unusable.
    """
    if item.item_id != rescale.item_id or levels_of(item) != rescale.before:
        raise ContractError(f"levels of {item.item_id} changed since they were rescaled")
    if rescale.problem:
        raise ContractError(f"rescaled levels of {item.item_id} are unusable: {rescale.problem}")
    after = rescale.after
    return replace(
        item,
        entry_low=after.entry_low,
        entry_high=after.entry_high,
        take_profit=after.take_profit,
        stop_loss=after.stop_loss,
    )


def _times(level: Decimal | None, ratio: Decimal) -> Decimal | None:
    return None if level is None else level * ratio


def _problem(item: WatchItem, after: Levels, tick: Decimal) -> str:
    """What the item's own rules say against the new levels and did not say against the old ones."""
    old = {problem.field for problem in wrong(check_item(item, tick))}
    changed = replace(
        item,
        entry_low=after.entry_low,
        entry_high=after.entry_high,
        take_profit=after.take_profit,
        stop_loss=after.stop_loss,
    )
    new = [problem for problem in wrong(check_item(changed, tick)) if problem.field not in old]
    return new[0].text if new else ""


def _reason(
    due: Sequence[ExRights], before: Levels, after: Levels, tick: Decimal, problem: str, hold: bool
) -> str:
    moves = "，".join(
        f"{name} {price_text(old, tick)} → {price_text(new, tick)}"
        for field, name in _NAMES.items()
        if (old := getattr(before, field)) is not None and (new := getattr(after, field)) is not None
    )
    what = "".join(one.text for one in due)
    if problem:
        return f"{what}按比例换算后的价位不能用：{problem}该项已暂停触发，请重新填写价位。"
    if hold:
        return f"{what}建议按比例换算：{moves}。该项已暂停触发，等你确认。"
    return f"{what}已按比例换算：{moves}。"
