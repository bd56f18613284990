"""What is wrong with bars of files, found, repaired where there is one right repair, and always counted.

Used by `bar_files`; each step takes the rows of one symbol in time order and notes what it did. Nothing is invented
without being said: an unknown open becomes the close before, inside the bar's own range; missing bars stay missing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.market.history.table import DAY_MS, Floats, Ints

_EAST = 8 * 3_600_000
_MINUTE = 60_000
_OPEN_AUCTION = 570 * _MINUTE  # 09:30
_NOON, _AFTERNOON = 690 * _MINUTE, 780 * _MINUTE  # 11:30 and 13:00
_CLOSE = 900 * _MINUTE
_SAMPLE = 50
_FLOAT32_EXACT = float(2**24)


class DefectKind(StrEnum):
    """What can be wrong with a bar file."""

    GBK = "GBK"
    BOM = "BOM"
    NEWEST_FIRST = "NEWEST_FIRST"
    UNSORTED = "UNSORTED"
    DUPLICATE = "DUPLICATE"
    SUSPENDED = "SUSPENDED"
    UNREADABLE = "UNREADABLE"
    OPEN_UNKNOWN = "OPEN_UNKNOWN"
    RANGE = "RANGE"
    LOTS = "LOTS"
    UNIT_ASSUMED = "UNIT_ASSUMED"
    NO_AMOUNT = "NO_AMOUNT"
    FLOAT32_AMOUNT = "FLOAT32_AMOUNT"
    AUCTION_BAR = "AUCTION_BAR"
    NOON_STAMP = "NOON_STAMP"
    OFF_SESSION = "OFF_SESSION"
    MISSING_DAYS = "MISSING_DAYS"
    SHORT_DAYS = "SHORT_DAYS"
    ADJUSTED = "ADJUSTED"
    ADJUST_UNKNOWN = "ADJUST_UNKNOWN"
    ROUNDED = "ROUNDED"


TEXTS = {
    DefectKind.GBK: "文件是 GBK 编码",
    DefectKind.BOM: "文件开头有 UTF-8 标记",
    DefectKind.NEWEST_FIRST: "{n} 个证券从新到旧排列，已倒过来",
    DefectKind.UNSORTED: "{n} 个证券没有按时间排列，已排序",
    DefectKind.DUPLICATE: "{n} 行时间重复，保留了后一行",
    DefectKind.SUSPENDED: "{n} 行是停牌日，不作K线",
    DefectKind.UNREADABLE: "{n} 行缺价格，已舍去",
    DefectKind.OPEN_UNKNOWN: "{n} 根K线没有开盘价（0），以前一根的收盘价代替，限制在本根最高最低之间",
    DefectKind.RANGE: "{n} 根K线的最高最低没有包住开盘收盘，已放宽",
    DefectKind.LOTS: "{n} 行成交量以手计，已换成股",
    DefectKind.UNIT_ASSUMED: "{n} 行成交量的单位无法核对，按{unit}处理",
    DefectKind.NO_AMOUNT: "{n} 行没有成交额，记 0",
    DefectKind.FLOAT32_AMOUNT: "{n} 行成交额是单精度数，末几位不准",
    DefectKind.AUCTION_BAR: "{n} 根 09:30 的集合竞价K线，已并入 09:31（首根）",
    DefectKind.NOON_STAMP: "{n} 根 13:00 的K线是上午最后一根，已改记 11:30",
    DefectKind.OFF_SESSION: "{n} 行不在交易时段，已舍去",
    DefectKind.MISSING_DAYS: "缺 {n} 个交易日",
    DefectKind.SHORT_DAYS: "{n} 个交易日的K线不足一天",
    DefectKind.ADJUSTED: "{n} 行价格是{adjust}价，只能看，不能入库也不能作价位",
    DefectKind.ADJUST_UNKNOWN: "{n} 行价格没有说明是否复权，不能入库；确认是真实价格时请指明",
    DefectKind.ROUNDED: "{n} 行价格超过三位小数，已四舍五入",
}


@dataclass(slots=True)
class Draft:
    """Rows of one symbol while they are repaired. Prices in yuan as written, volume as written."""

    time_ms: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    amount: Floats
    pre_close: Floats
    resting: NDArray[np.bool_]
    suspended: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    counts: Counter[DefectKind] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.time_ms)

    def keep(self, rows: NDArray[np.generic]) -> None:
        """Only these rows (mask or positions)."""
        for name in ("time_ms", "open", "high", "low", "close", "volume", "amount", "pre_close", "resting"):
            setattr(self, name, getattr(self, name)[rows])

    def note(self, kind: DefectKind, count: int) -> None:
        """Something was found `count` times."""
        if count:
            self.counts[kind] += count

    @property
    def clock(self) -> Ints:
        """Milliseconds since midnight of each row."""
        return (self.time_ms + _EAST) % DAY_MS


def in_order(draft: Draft) -> None:
    """By time; of rows with one time the last of the file is kept."""
    steps = np.diff(draft.time_ms)
    if len(steps) and not np.all(steps >= 0):
        newest_first = bool(np.all(steps <= 0))
        draft.note(DefectKind.NEWEST_FIRST if newest_first else DefectKind.UNSORTED, 1)
        draft.keep(np.arange(len(draft))[::-1] if newest_first else np.argsort(draft.time_ms, kind="stable"))
    same = np.append(np.diff(draft.time_ms) == 0, False)
    draft.note(DefectKind.DUPLICATE, int(same.sum()))
    if same.any():
        draft.keep(~same)


def without_rests(draft: Draft, daily: bool, index: bool) -> None:
    """Take out suspended days (no bar, but known) and rows that have no price at all."""
    resting = draft.resting.copy()
    if daily and not index:
        resting |= ~(draft.volume > 0)
    draft.note(DefectKind.SUSPENDED, int(resting.sum()))
    draft.suspended = draft.time_ms[resting]
    draft.keep(~resting)
    readable = np.isfinite(draft.close) & (draft.close > 0) & np.isfinite(draft.high) & np.isfinite(draft.low)
    readable &= (draft.low > 0) & (draft.high > 0)
    draft.note(DefectKind.UNREADABLE, int((~readable).sum()))
    draft.keep(readable)
    draft.volume = np.nan_to_num(draft.volume)


def known_opens(draft: Draft) -> None:
    """An open of 0 is unknown: the close before stands in, inside the range that is known of the bar."""
    unknown = ~(draft.open > 0)
    draft.note(DefectKind.OPEN_UNKNOWN, int(unknown.sum()))
    if not unknown.any():
        return
    before = np.concatenate([draft.close[:1], draft.close[:-1]])
    low = np.minimum(draft.low, draft.close)
    high = np.maximum(draft.high, draft.close)
    draft.open = np.where(unknown, np.clip(before, low, high), draft.open)


def whole_ranges(draft: Draft) -> None:
    """The range holds open and close."""
    low = np.minimum(np.minimum(draft.open, draft.close), draft.low)
    high = np.maximum(np.maximum(draft.open, draft.close), draft.high)
    draft.note(DefectKind.RANGE, int(((low < draft.low) | (high > draft.high)).sum()))
    draft.low, draft.high = low, high


def right_stamps(draft: Draft, minutes: int) -> None:
    """Minute bars on QMT's stamps: the auction folded into the first bar, the last of the morning at 11:30."""
    _noon(draft)
    _fold_auction(draft, minutes)
    clock = draft.clock
    morning = (clock > _OPEN_AUCTION) & (clock <= _NOON)
    afternoon = (clock > _AFTERNOON) & (clock <= _CLOSE)
    inside = (morning | afternoon) & (clock % (minutes * _MINUTE) == 0)
    draft.note(DefectKind.OFF_SESSION, int((~inside).sum()))
    if not inside.all():
        draft.keep(inside)


def _noon(draft: Draft) -> None:
    """TDX stamps the last bar of the morning 13:00 where 11:30 is absent."""
    clock, days = draft.clock, (draft.time_ms + _EAST) // DAY_MS
    at = np.flatnonzero(clock == _AFTERNOON)
    at = at[~np.isin(days[at], days[clock == _NOON])]
    draft.note(DefectKind.NOON_STAMP, len(at))
    draft.time_ms = draft.time_ms.copy()
    draft.time_ms[at] -= _AFTERNOON - _NOON


def _fold_auction(draft: Draft, minutes: int) -> None:
    """East Money's bar of 09:30 holds the opening auction; QMT has it in the first bar."""
    at = np.flatnonzero(draft.clock == _OPEN_AUCTION)
    draft.note(DefectKind.AUCTION_BAR, len(at))
    gone = np.zeros(len(draft), np.bool_)
    first = minutes * _MINUTE
    for i in at.tolist():
        after = i + 1
        if after >= len(draft) or draft.time_ms[after] != draft.time_ms[i] + first:
            draft.time_ms[i] += first  # nothing to fold into: it is the first bar
            continue
        gone[i] = True
        if draft.volume[i] > 0:
            draft.open[after] = draft.open[i]
            draft.high[after] = max(draft.high[after], draft.high[i])
            draft.low[after] = min(draft.low[after], draft.low[i])
        draft.volume[after] += draft.volume[i]
        draft.amount[after] += draft.amount[i]
    if gone.any():
        draft.keep(~gone)


def short_days(draft: Draft, full: int) -> int:
    """Days with fewer bars than a whole day has."""
    _, counts = np.unique((draft.time_ms + _EAST) // DAY_MS, return_counts=True)
    return int((counts < full).sum())


def shares_in_unit(draft: Draft, *, oldest: bool) -> float | None:
    """Median of amount / (price x volume): 1 for shares, 100 for lots; at the end where adjusted prices are real."""
    rows = slice(None, _SAMPLE) if oldest else slice(-_SAMPLE, None)
    amount, volume, price = draft.amount[rows], draft.volume[rows], draft.close[rows]
    good = (volume > 0) & (amount > 0)
    if not good.any():
        return None
    return float(np.median(amount[good] / (price[good] * volume[good])))


def float32_rows(amount: Floats) -> int:
    """Rows whose amount only a float32 would write so: all of the large ones fit it exactly."""
    large = amount[amount > _FLOAT32_EXACT]
    if len(large) < 10 or not np.array_equal(large.astype(np.float32).astype(np.float64), large):
        return 0
    return len(large)
