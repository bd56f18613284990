"""Lots: round a volume to what the board takes, and say why a volume is refused."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from core.exchange.boards import ClassRule, Odd
from core.exchange.refusals import Refusal, RuleCode, refuse
from core.exchange.symbols import rule_of


class OrderForm(StrEnum):
    """Which maximum applies to an order."""

    LIMIT = "limit"
    MARKET = "market"
    FIXED = "fixed"  # after-hours at the closing price


def max_volume(symbol: str, form: OrderForm = OrderForm.LIMIT) -> int:
    """Largest volume of one order."""
    rule = rule_of(symbol)
    return {
        OrderForm.LIMIT: rule.max_limit,
        OrderForm.MARKET: rule.max_market,
        OrderForm.FIXED: rule.max_fixed,
    }[form]


def round_buy(symbol: str, volume: int) -> int:
    """Largest buy volume of the board not above `volume`; 0 below the minimum. No maximum is applied."""
    rule = rule_of(symbol)
    whole = volume // rule.step * rule.step
    return whole if whole >= rule.min_volume > 0 else 0


def largest_buy(symbol: str, most: int, fits: Callable[[int], bool]) -> int:
    """Largest buy volume of the board up to `most` that fits, 0 when none does.

    What fits must fit with less too: money that a volume costs, for one. Asks about twenty times.
    """
    rule = rule_of(symbol)
    step = max(rule.step, 1)
    low, high = -1, (most - rule.min_volume) // step if most >= rule.min_volume > 0 else -1
    while low < high:
        middle = (low + high + 1) // 2
        if fits(rule.min_volume + middle * step):
            low = middle
        else:
            high = middle - 1
    return 0 if low < 0 else rule.min_volume + low * step


def round_sell(symbol: str, volume: int, can_use: int) -> int:
    """Largest sell volume not above `volume` that the board takes when `can_use` may be sold; else 0."""
    rule = rule_of(symbol)
    wanted = min(volume, can_use)
    if wanted <= 0:
        return 0
    if wanted == can_use:
        return wanted
    if rule.odd is Odd.WHOLE_BALANCE:
        return wanted if wanted >= rule.min_volume else 0
    whole = wanted // rule.step * rule.step
    rest = can_use % rule.step
    with_rest = (wanted - rest) // rule.step * rule.step + rest if wanted >= rest > 0 else 0
    return max(whole, with_rest)


def size_refusal(symbol: str, volume: int, form: OrderForm = OrderForm.LIMIT) -> Refusal | None:
    """Sign and maximum, for both sides."""
    if volume <= 0:
        return refuse(RuleCode.QTY_NOT_POSITIVE, f"数量 {volume} 不是正数。", volume=volume)
    most = max_volume(symbol, form)
    if volume > most:
        unit = rule_of(symbol).unit
        text = f"数量 {volume} {unit}超过单笔上限 {most} {unit}。请拆成几笔。"
        return refuse(RuleCode.QTY_ABOVE_MAX, text, volume=volume, max_qty=most)
    return None


def buy_refusal(symbol: str, volume: int, form: OrderForm = OrderForm.LIMIT) -> Refusal | None:
    """Why a buy of `volume` is refused, or None."""
    wrong = size_refusal(symbol, volume, form)
    return wrong if wrong is not None else _lot_refusal(rule_of(symbol), volume)


def sell_refusal(symbol: str, volume: int, can_use: int, form: OrderForm = OrderForm.LIMIT) -> Refusal | None:
    """Why a sell of `volume` is refused when `can_use` may be sold, or None."""
    wrong = size_refusal(symbol, volume, form)
    return wrong if wrong is not None else odd_lot_refusal(symbol, volume, can_use)


def odd_lot_refusal(symbol: str, volume: int, can_use: int) -> Refusal | None:
    """The part of `sell_refusal` that looks at the holding."""
    rule = rule_of(symbol)
    unit = rule.unit
    if volume > can_use:
        text = f"要卖 {volume} {unit}，可卖只有 {can_use} {unit}。"
        return refuse(RuleCode.INSUFFICIENT_POSITION, text, volume=volume, can_use=can_use)
    if rule.odd is Odd.WHOLE_BALANCE:
        if volume >= rule.min_volume or volume == can_use:
            return None
        least = rule.min_volume
        text = f"卖出 {volume} {unit}少于 {least} {unit}。不足时只能一次卖出全部可卖 {can_use} {unit}。"
        return refuse(RuleCode.QTY_BELOW_MIN, text, volume=volume, min_qty=rule.min_volume, can_use=can_use)
    rest = can_use % rule.step
    if volume % rule.step in (0, rest):
        return None
    ways = (
        f"可卖 {can_use} {unit}，其中零股 {rest} {unit}须一次卖出"
        if rest
        else f"须为 {rule.step} {unit}的整数倍"
    )
    near = round_sell(symbol, volume, can_use)
    text = f"卖出 {volume} {unit}拆开了零股：{ways}。可用 {near or min(can_use, rule.step)} {unit}。"
    return refuse(RuleCode.ODD_LOT_SPLIT, text, volume=volume, can_use=can_use, step=rule.step, odd=rest)


def _lot_refusal(rule: ClassRule, volume: int) -> Refusal | None:
    unit = rule.unit
    if volume < rule.min_volume:
        text = f"{rule.title}每笔至少 {rule.min_volume} {unit}，现为 {volume} {unit}。"
        return refuse(RuleCode.QTY_BELOW_MIN, text, volume=volume, min_qty=rule.min_volume)
    if volume % rule.step:
        low = volume // rule.step * rule.step
        text = f"数量 {volume} 不是 {rule.step} {unit}的整数倍。可用 {low} 或 {low + rule.step}。"
        return refuse(RuleCode.QTY_STEP, text, volume=volume, step=rule.step)
    return None
