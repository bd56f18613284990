"""What the chart knows: the symbol, its bars by period, quote, levels and fills. No painting, no rules."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from core.domain.enums import Period
from core.domain.market import Bar, Quote
from core.domain.money import CENT, decimal_to_milli
from core.domain.trading import Trade
from core.domain.watch import WatchItem
from widgets.chart.fill_book import FillBook
from widgets.chart.level_texts import LevelLine, level_lines
from widgets.chart.series import Change, Series, midnight_of
from widgets.chart.studies import Studies


class ChartMode(StrEnum):
    """What is drawn; the values are stable, a layout may store them."""

    INTRADAY = "intraday"
    M1 = "1m"
    M5 = "5m"
    D1 = "1d"

    @property
    def period(self) -> Period:
        """The bars it is drawn from."""
        return Period.M1 if self is ChartMode.INTRADAY else Period(self.value)


class ChartModel:
    """State of one chart. Bars are kept for the present symbol only, one series a period."""

    def __init__(self) -> None:
        self.mode = ChartMode.D1
        self.symbol = ""
        self.name = ""
        self.tick = CENT
        self.quote: Quote | None = None
        self.item: WatchItem | None = None
        self.held = 0
        self.sellable: int | None = None
        self.cost: Decimal | None = None
        self.fills = FillBook()
        self.real_prices = True
        self._series: dict[Period, Series] = {}
        self._studies: dict[Period, Studies] = {}

    def show(self, symbol: str, name: str, tick: Decimal) -> bool:
        """Take a symbol; True when it is another one, whose bars, quote, levels and fills are to come."""
        other = symbol != self.symbol
        self.symbol, self.name, self.tick = symbol, name, tick
        if other:
            self.quote, self.item, self.held, self.cost, self.fills = None, None, 0, None, FillBook()
            self.sellable = None
            self._series.clear()
            self._studies.clear()
        return other

    @property
    def tick_milli(self) -> int:
        """The price step in thousandths."""
        return max(1, decimal_to_milli(self.tick))

    @property
    def series(self) -> Series | None:
        """The bars shown; None until they came."""
        return self._series.get(self.mode.period)

    @property
    def studies(self) -> Studies | None:
        """Averages of the bars shown."""
        return self._studies.get(self.mode.period)

    def set_bars(self, period: Period, bars: Iterable[Bar]) -> None:
        """Take the history of a period."""
        self._series[period] = Series(bars)
        self._studies[period] = Studies(self._series[period])

    def take_series(self, period: Period, series: Series) -> None:
        """Take ready columns."""
        self._series[period] = series
        self._studies[period] = Studies(series)

    def put(self, bar: Bar) -> Change:
        """Grow the series of the bar's period; IGNORED for another symbol or a period without history."""
        series = self._series.get(bar.period)
        if series is None or bar.symbol != self.symbol:
            return Change.IGNORED
        change = series.put(bar)
        studies = self._studies[bar.period]
        if change is Change.LAST:
            studies.refresh_last()
        elif change is not Change.IGNORED:
            studies.refresh()
        return change if bar.period is self.mode.period else Change.IGNORED

    def put_trade(self, trade: Trade) -> bool:
        """Keep a fill of this symbol, each once."""
        return trade.symbol == self.symbol and self.fills.put(trade)

    @property
    def day_ms(self) -> int | None:
        """Start of the day that the intraday view shows: the quote's, else that of the last minute bar."""
        series = self._series.get(Period.M1)
        newest = max(
            self.quote.time_ms if self.quote is not None else 0,
            int(series.time_ms[-1]) if series is not None and series.count else 0,
        )
        return midnight_of(newest) if newest else None

    @property
    def pre_close(self) -> int:
        """Previous close in thousandths: the quote's, else what the bars before the day tell; 0 unknown."""
        if self.quote is not None and self.quote.pre_close > 0:
            return self.quote.pre_close
        series = self.series
        if series is None or not series.count:
            return 0
        first = series.count - 1
        if self.mode.period is not Period.D1:
            first, _ = series.day_range(self.day_ms or midnight_of(int(series.time_ms[-1])))
        return int(series.close[first - 1]) if first else int(series.open[0])

    @property
    def on_real_prices(self) -> bool:
        """What is drawn ends at the prices of today. `real_prices` is False for daily candles adjusted backward."""
        return self.real_prices or self.mode is not ChartMode.D1

    @property
    def last(self) -> int:
        """Last price in thousandths: the quote's, else the last close; 0 unknown."""
        if self.quote is not None and self.quote.last > 0 and self.on_real_prices:
            return self.quote.last
        series = self.series
        return int(series.close[-1]) if series is not None and series.count else 0

    @property
    def last_tone(self) -> str:
        """Token of the last price by direction against the previous close."""
        return tone_of(self.last - self.pre_close) if self.pre_close else "t2"

    def levels(self) -> tuple[LevelLine, ...]:
        """The item's levels and the cost, with their words at the present price; none on other prices."""
        if not self.on_real_prices:
            return ()
        return level_lines(self.item, self.held, self.cost, self.last, self.tick, self.symbol, self.sellable)


def tone_of(difference: float, flat: str = "t2") -> str:
    """Token of a rise, a fall or neither."""
    return "rise" if difference > 0 else "fall" if difference < 0 else flat
