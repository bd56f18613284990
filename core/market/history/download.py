"""Filling the gaps of the store from a source of bars, and nothing but the gaps.

Each answer is stored at once, so stopping half way loses nothing. A symbol that fails is named and the others go on;
when several in a row fail the source itself is taken to be gone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from core.domain.enums import Period
from core.domain.market import Bar, Symbol
from core.errors import UserError
from core.market.history.cache import BarCache
from core.market.history.gaps import DayRange
from core.market.history.table import by_symbol, empty_table

_log = logging.getLogger(__name__)
CHUNK_DAYS = {Period.D1: 3660, Period.M5: 183, Period.M1: 31}
"""Most calendar days asked for in one request; some 7,500 rows of minutes."""
GIVE_UP_AFTER = 5


class BarSource(Protocol):
    """A source of real (unadjusted) bars. `name` is kept with what it gave."""

    @property
    def name(self) -> str: ...

    def bars(self, symbol: Symbol, period: Period, start: date, end: date) -> list[Bar]:
        """End-stamped bars of the days from `start` to `end`, both included, in time order.

        Blocks. Prices in thousandths as traded, volumes in shares. Empty where there are none; raises `UserError`
        when the source did not answer or refused.
        """
        ...


class Progress(Protocol):
    """What a job tells while it works, and how it learns that it should stop."""

    def progress(self, done: int, total: int, text: str) -> None:
        """`done` of `total` steps; `text` for the user."""
        ...

    def cancelled(self) -> bool:
        """The user asked to stop."""
        ...


class Quiet:
    """Tells nobody and never stops."""

    def progress(self, done: int, total: int, text: str) -> None:
        """Nothing."""

    def cancelled(self) -> bool:
        """Never."""
        return False


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that failed. `text` is the source's own sentence."""

    symbol: Symbol
    days: DayRange
    text: str


@dataclass(frozen=True, slots=True)
class FillReport:
    """What filling gaps came to. `bars` stored, `dropped` unusable ones left out."""

    requests: int = 0
    bars: int = 0
    dropped: int = 0
    failures: tuple[Failure, ...] = ()
    cancelled: bool = False
    gave_up: bool = False

    @property
    def text(self) -> str:
        """The outcome as a sentence."""
        parts = [f"下载了 {self.requests} 段、{self.bars} 根K线"]
        if self.dropped:
            parts.append(f"丢弃 {self.dropped} 根无效K线")
        if self.failures:
            first = self.failures[0]
            parts.append(f"{len(self.failures)} 段失败（如 {first.symbol}：{first.text}）")
        if self.gave_up:
            parts.append(f"连续 {GIVE_UP_AFTER} 次失败，已停止，请检查行情源后重试")
        if self.cancelled:
            parts.append("已按要求停止，已下载的部分保留")
        return "，".join(parts) + "。"


class GapFiller:
    """Downloads what is missing."""

    def __init__(
        self,
        cache: BarCache,
        source: BarSource,
        now_ms: Callable[[], int],
        progress: Progress | None = None,
    ) -> None:
        self._cache = cache
        self._source = source
        self._now_ms = now_ms
        self._progress = progress or Quiet()

    def fill(self, symbols: Sequence[Symbol], period: Period, first: date, last: date) -> FillReport:
        """Ask for every missing run of days of these symbols."""
        missing = self._cache.missing_many(
            symbols, period, first, last, now_ms=self._now_ms(), source=self._source.name
        )
        steps = [
            (symbol, piece)
            for symbol, ranges in missing.items()
            for days in ranges
            for piece in chunks(days, CHUNK_DAYS[period])
        ]
        bars = dropped = requests = in_row = 0
        failures: list[Failure] = []
        for done, (symbol, days) in enumerate(steps):
            if self._progress.cancelled():
                return FillReport(requests, bars, dropped, tuple(failures), cancelled=True)
            self._progress.progress(done, len(steps), f"{symbol} {days.first} 至 {days.last}")
            try:
                stored, left_out = self._one(symbol, period, days)
            except UserError as error:
                _log.warning("history of %s %s-%s failed: %s", symbol, days.first, days.last, error)
                failures.append(Failure(symbol, days, str(error)))
                in_row += 1
                if in_row >= GIVE_UP_AFTER:
                    return FillReport(requests, bars, dropped, tuple(failures), gave_up=True)
                continue
            in_row = 0
            requests, bars, dropped = requests + 1, bars + stored, dropped + left_out
        self._progress.progress(len(steps), len(steps), "完成")
        return FillReport(requests, bars, dropped, tuple(failures))

    def _one(self, symbol: Symbol, period: Period, days: DayRange) -> tuple[int, int]:
        """One request and its answer on disk: bars stored, bars left out."""
        # An answer may be late; what counts is when it was asked for.
        asked_ms = self._now_ms()
        answer = self._source.bars(symbol, period, days.first, days.last)
        mine = [bar for bar in answer if bar.symbol == symbol and bar.period is period]
        table = by_symbol(period, mine).get(symbol, empty_table(symbol, period))
        left_out = self._cache.write(table, days, source=self._source.name, now_ms=asked_ms)
        strange = len(answer) - len(mine)
        return len(mine) - left_out, left_out + strange


def chunks(days: DayRange, size: int) -> Iterator[DayRange]:
    """A run of days in pieces of at most `size` calendar days, newest first: what users look at comes first."""
    last = days.last
    while last >= days.first:
        first = max(days.first, last - timedelta(days=size - 1))
        yield DayRange(first, last)
        last = first - timedelta(days=1)
