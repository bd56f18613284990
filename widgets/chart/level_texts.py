"""The levels of a watch item as lines with words: name, price, what it does, how far, how many yuan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from core.domain.money import decimal_to_milli
from core.domain.watch import WatchItem
from widgets import formats
from widgets.securities import unit_of

DOT = " · "


@dataclass(frozen=True, slots=True)
class LevelLine:
    """One horizontal line. `dashes` in pixels; `label` is empty where the line has no text of its own.

    `short` is what is said when the level is out of the range shown; `below` puts the label under the line.
    """

    key: str
    price: int
    tone: str
    badge: str
    tag: str
    label: str
    short: str
    dashes: tuple[float, ...]
    width: float = 1.0
    below: bool = False


_TP, _SL, _EDGE, _COST = (9.0, 4.0), (9.0, 3.0, 2.0, 3.0), (5.0, 3.0), (2.0, 3.0)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ChartLevels", text)


def level_lines(
    item: WatchItem | None,
    held: int,
    cost: Decimal | None,
    last: int,
    tick: Decimal,
    symbol: str,
    sellable: int | None = None,
) -> tuple[LevelLine, ...]:
    """Lines of the levels that are set, highest meaning first. `last` in thousandths, 0 unknown; `sellable` shares can
    go today, None for all that is held.
    """
    told = _Teller(item, held, cost, last, tick, symbol, held if sellable is None else sellable)
    return tuple(told.lines())


@dataclass(frozen=True, slots=True)
class _Teller:
    item: WatchItem | None
    held: int
    cost: Decimal | None
    last: int
    tick: Decimal
    symbol: str
    sellable: int

    def lines(self) -> Iterator[LevelLine]:
        item = self.item
        if item is not None:
            if item.take_profit is not None:
                acts = item.quant.enabled and item.quant.auto_take_profit
                yield self._exit("tp", item.take_profit, acts)
            if item.stop_loss is not None:
                acts = item.quant.enabled and item.quant.auto_stop_loss
                yield self._exit("sl", item.stop_loss, acts)
            yield from self._zone(item)
        if self.cost is not None and self.held:
            text = f"{_tr('成本')} {self._price(self.cost)}"
            whole = f"{text}{DOT}{formats.quantity(self.held)} {unit_of(self.symbol)}"
            price = decimal_to_milli(self.cost)
            tag = self._price(self.cost)
            yield LevelLine("cost", price, "cost", _tr("本"), tag, "", whole, _COST, 1.4, below=True)

    def _exit(self, key: str, price: Decimal, acts: bool) -> LevelLine:
        """`key` is tp or sl; `acts`: an order follows when it is hit."""
        stop, milli = key == "sl", decimal_to_milli(price)
        name, badge = (_tr("止损"), _tr("损")) if stop else (_tr("止盈"), _tr("盈"))
        parts = [f"{name} {self._price(price)}"]
        if acts and self.held:
            sells = _tr("卖 {n}").format(n=formats.quantity(self.sellable))
            parts.append(sells if self.sellable else "T+1")
        elif not acts:
            parts.append(self._only_told())
        parts += [self._distance(milli), self._yuan(price)]
        short = " ".join(p for p in (parts[0], self._distance(milli)) if p)
        label = DOT.join(p for p in parts if p)
        dashes = _SL if stop else _TP
        return LevelLine(key, milli, key, badge, self._price(price), label, short, dashes, 1.4, below=stop)

    def _zone(self, item: WatchItem) -> Iterator[LevelLine]:
        low, high = item.entry_low, item.entry_high
        if low is None or high is None:
            return
        text = f"{_tr('进场区间')} {formats.price_range(low, high, self.tick)}"
        near = decimal_to_milli(high) if self.last > decimal_to_milli(high) else decimal_to_milli(low)
        inside = decimal_to_milli(low) <= self.last <= decimal_to_milli(high)
        far = _tr("区间内") if inside else self._distance(near)
        act = _tr("到价买入") if item.quant.enabled else self._only_told()
        label = DOT.join(p for p in (text, act, far) if p)
        short = " ".join(p for p in (text, far) if p)
        for key, price in (("entry_high", high), ("entry_low", low)):
            mine = label if key == "entry_high" else ""
            badge, tag = _tr("进"), self._price(price)
            yield LevelLine(key, decimal_to_milli(price), "zone", badge, tag, mine, short, _EDGE)

    def _only_told(self) -> str:
        return _tr("仅提醒") if self.item is not None and self.item.alerts else _tr("不提醒")

    def _price(self, price: Decimal) -> str:
        return formats.price(price, self.tick)

    def _distance(self, milli: int) -> str:
        return formats.change(milli / self.last - 1) if self.last else ""

    def _yuan(self, price: Decimal) -> str:
        """What would be sold wins or loses there, against its cost; all that is held while nothing can be sold."""
        if not self.held or self.cost is None:
            return ""
        result = (price - self.cost) * (self.sellable or self.held)
        word = _tr("盈 {n}") if result >= 0 else _tr("亏 {n}")
        return word.format(n=formats.money(abs(result)))
