"""What makes a watch item wrong, and what deserves care: pure, shared by the watchlist file and the window's editor.

Levels fire at equality, so they must stand apart: stop-loss < entry zone < take-profit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_UP, Decimal
from enum import StrEnum

from core.domain.watch import WatchItem

MAX_PRICE = Decimal(1_000_000)
MAX_AMOUNT = Decimal(1_000_000_000_000)

_CENT = Decimal("0.01")
_NAMES = {
    "entry_low": "进场下沿",
    "entry_high": "进场上沿",
    "take_profit": "止盈",
    "stop_loss": "止损",
}


class Severity(StrEnum):
    """WRONG cannot be saved; CARE is said and can."""

    WRONG = "WRONG"
    CARE = "CARE"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One finding. `field` is the column name of the watchlist file, `text` a sentence with numbers and cure."""

    field: str
    text: str
    severity: Severity


def check_item(item: WatchItem, tick: Decimal) -> list[FieldProblem]:
    """Everything to be said about one item, wrong things first; `tick` is the symbol's price step in yuan."""
    wrong = [*_prices(item, tick), *_order(item), *_quant(item)]
    return wrong + list(_care(item, {problem.field for problem in wrong}))


def check_limits(item: WatchItem, down: Decimal | None, up: Decimal | None) -> list[FieldProblem]:
    """Levels that today's price cannot reach; only care, for a level may be meant for later days.

    `down` and `up` are the limits of the day in yuan, None on a side without one.
    """
    found = []
    for name, price in _levels(item).items():
        if up is not None and price > up:
            found.append(_caution(name, f"{_NAMES[name]} {price} 高于今日涨停价 {up}，今天到不了。"))
        elif down is not None and price < down:
            found.append(_caution(name, f"{_NAMES[name]} {price} 低于今日跌停价 {down}，今天到不了。"))
    return found


def wrong(problems: list[FieldProblem]) -> list[FieldProblem]:
    """Those that forbid saving."""
    return [problem for problem in problems if problem.severity is Severity.WRONG]


def _levels(item: WatchItem) -> dict[str, Decimal]:
    """The levels that are set, by field."""
    found = {
        "entry_low": item.entry_low,
        "entry_high": item.entry_high,
        "take_profit": item.take_profit,
        "stop_loss": item.stop_loss,
    }
    return {name: price for name, price in found.items() if price is not None}


def _prices(item: WatchItem, tick: Decimal) -> Iterator[FieldProblem]:
    """Each price alone: a positive number on the tick."""
    for name, price in _levels(item).items():
        if not price.is_finite() or price <= 0:
            yield _wrong(name, f"{_NAMES[name]} {price} 不是正数。请填大于 0 的价格，不监测就留空。")
        elif price > MAX_PRICE:
            yield _wrong(name, f"{_NAMES[name]} {price} 超过 {MAX_PRICE} 元。请核对小数点。")
        elif price % tick != 0:
            yield _wrong(name, _off_tick(price, tick))


def _off_tick(price: Decimal, tick: Decimal) -> str:
    below = (price / tick).to_integral_value(rounding=ROUND_FLOOR) * tick
    both = [choice for choice in (below, below + tick) if choice > 0]
    return f"价格 {price} 不是 {tick} 的整数倍。可用 {' 或 '.join(str(choice) for choice in both)}。"


def _order(item: WatchItem) -> Iterator[FieldProblem]:
    """The levels together: stop-loss < entry zone < take-profit, the zone whole and the right way up."""
    if item.entry_low is None and item.entry_high is not None:
        yield _wrong("entry_low", f"进场区间只有上沿 {item.entry_high}。请补上下沿，或把上沿也留空。")
    if item.entry_high is None and item.entry_low is not None:
        yield _wrong("entry_high", f"进场区间只有下沿 {item.entry_low}。请补上上沿，或把下沿也留空。")
    # A price that is wrong alone is compared with nothing.
    sound = {name: price for name, price in _levels(item).items() if price.is_finite() and price > 0}
    low, high = sound.get("entry_low"), sound.get("entry_high")
    target, stop = sound.get("take_profit"), sound.get("stop_loss")
    if low is not None and high is not None and low > high:
        yield _wrong("entry_low", f"进场区间上下颠倒：下沿 {low} 高于上沿 {high}。请把两者对调。")
        return
    bottom, top = (low if low is not None else high), (high if high is not None else low)
    if stop is not None and bottom is not None and stop >= bottom:
        yield _wrong(
            "stop_loss", f"止损 {stop} 不低于进场下沿 {bottom}，买入即触发止损。请改到 {bottom} 以下。"
        )
    if target is not None and top is not None and target <= top:
        yield _wrong(
            "take_profit", f"止盈 {target} 不高于进场上沿 {top}，买入即触发止盈。请改到 {top} 以上。"
        )
    if bottom is None and stop is not None and target is not None and stop >= target:
        yield _wrong("stop_loss", f"止损 {stop} 不低于止盈 {target}，两者会同时触发。请把止损改到止盈以下。")


def _quant(item: WatchItem) -> Iterator[FieldProblem]:
    pct, amount = item.quant.max_position_pct, item.quant.min_trade_amount
    if not pct.is_finite() or not 0 <= pct <= 1:
        cure = (
            "20% 请写 0.2。" if pct.is_finite() and 1 < pct <= 100 else "请填 0 到 1 之间的小数，例如 0.2。"
        )
        yield _wrong("max_position_pct", f"单票上限 {pct} 不在 0 到 1 之间（占总资产的比例）。{cure}")
    if not amount.is_finite() or amount < 0:
        yield _wrong("min_trade_amount", f"最低成交金额 {amount} 是负数。请填 0 或更大的金额（元）。")
    elif amount > MAX_AMOUNT:
        yield _wrong("min_trade_amount", f"最低成交金额 {amount} 超过 {MAX_AMOUNT} 元。请核对小数点。")
    elif amount % _CENT != 0:
        yield _wrong("min_trade_amount", f"最低成交金额 {amount} 不到分为止。请最多写两位小数。")
    if item.interval_s < 0:
        yield _wrong(
            "interval_s", f"监测间隔 {item.interval_s} 秒是负数。请填 0（按行情源默认）或更大的秒数。"
        )


def _care(item: WatchItem, wrong_fields: set[str]) -> Iterator[FieldProblem]:
    """Distances from the price we would pay at worst, the upper edge of the zone; and the share of the assets."""
    entry, stop, target = item.entry_high, item.stop_loss, item.take_profit
    sound = entry is not None and not wrong_fields & {"entry_low", "entry_high"}
    if item.quant.enabled and entry is not None and stop is None:
        yield _caution("stop_loss", "自动买入没有设止损，买入后没有保护。建议设在进场价下方 5%–10%。")
    if entry is not None and sound and stop is not None and "stop_loss" not in wrong_fields:
        distance = (entry - stop) / entry
        if distance < Decimal("0.05"):
            yield _caution("stop_loss", f"止损距进场上沿 {_percent(distance)}，小于 5%，容易被日常波动触发。")
        elif distance > Decimal("0.1"):
            yield _caution(
                "stop_loss", f"止损距进场上沿 {_percent(distance, ROUND_UP)}，大于 10%，单次亏损偏大。"
            )
    if entry is not None and sound and target is not None and "take_profit" not in wrong_fields:
        distance = (target - entry) / entry
        if not Decimal("0.1") <= distance <= Decimal("0.2"):
            rounding = ROUND_UP if distance > Decimal("0.2") else ROUND_DOWN
            yield _caution(
                "take_profit", f"止盈距进场上沿 {_percent(distance, rounding)}，不在建议的 10%–20% 之内。"
            )
    pct = item.quant.max_position_pct
    if "max_position_pct" not in wrong_fields and not Decimal("0.1") <= pct <= Decimal("0.3"):
        yield _caution("max_position_pct", f"单票上限 {_percent(pct)}，不在建议的 10%–30% 之内。")


def _percent(fraction: Decimal, rounding: str = ROUND_DOWN) -> str:
    """At most two decimals, rounded away from the bound it broke: 4.999 % must not read as 5 %."""
    percent = (fraction * 100).quantize(_CENT, rounding=rounding)
    return f"{percent.normalize():f}%"


def _wrong(field: str, text: str) -> FieldProblem:
    return FieldProblem(field, text, Severity.WRONG)


def _caution(field: str, text: str) -> FieldProblem:
    return FieldProblem(field, text, Severity.CARE)
