"""Bar files that users have: CSV of akshare, baostock, TDX, uqer and others, daily, 1- and 5-minute.

Whatever the source did is brought to one form: end-stamped bars by symbol in time order, prices in thousandths, volume
in shares, auction bars folded as QMT does it. What had to be repaired, or cannot be known, is counted and said in
`BarFile.defects`. Prices that a file says are adjusted, or does not say are real, carry that mark on, and the store of
real prices refuses them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.enums import Period
from core.domain.market import Symbol
from core.errors import BadInput
from core.exchange.boards import SecurityClass
from core.exchange.calendar import MAINLAND
from core.exchange.refusals import Refusal
from core.exchange.symbols import require_class, resolve, tick_size
from core.market.files import bar_repairs as repairs
from core.market.files.bar_repairs import DefectKind, Draft
from core.market.files.bar_text import TextTable, read_text_table
from core.market.history.gaps import possible_days
from core.market.history.table import DAY_MS, Adjust, BarTable, Ints, day_of

_CLOSE_MS = 15 * 3_600_000
_EAST = 8 * 3_600_000
_FULL = {Period.M1: 240, Period.M5: 48, Period.D1: 1}
_MINUTES = {Period.M1: 1, Period.M5: 5}
_FLAGS = {"1": Adjust.BACKWARD, "2": Adjust.FORWARD, "3": Adjust.NONE}
_NAME_WORDS = (
    (re.compile(r"(?<![a-z])qfq(?![a-z])|前复权", re.I), Adjust.FORWARD),
    (re.compile(r"(?<![a-z])hfq(?![a-z])|后复权", re.I), Adjust.BACKWARD),
    (re.compile(r"(?<![a-z])(?:raw|bfq)(?![a-z])|不复权", re.I), Adjust.NONE),
)
_IN_NAME = re.compile(r"(?<![0-9A-Za-z])((?:sh|sz|bj)[._]?)?(\d{6})([._](?:SH|SZ|BJ))?(?!\d)", re.I)


@dataclass(frozen=True, slots=True)
class Defect:
    """Something about the file that was repaired or must be known. `count` rows, bars or days, as `text` says."""

    kind: DefectKind
    count: int
    text: str


@dataclass(frozen=True, slots=True)
class BarFile:
    """A file, read. `rows` as in the file; `pre_closes` (thousandths, 0 unknown) are aligned with the daily table.

    `suspended` are the days that the file names as without trade.
    """

    name: str
    period: Period
    adjust: Adjust
    rows: int
    tables: dict[Symbol, BarTable]
    pre_closes: dict[Symbol, Ints]
    suspended: dict[Symbol, tuple[date, ...]]
    defects: tuple[Defect, ...]

    def count(self, kind: DefectKind) -> int:
        """How often a defect was found."""
        return sum(defect.count for defect in self.defects if defect.kind is kind)


def read_bar_file(
    path: Path | str, *, symbol: Symbol | None = None, adjust: Adjust | None = None, lots: bool | None = None
) -> BarFile:
    """Read a bar file.

    `symbol` for files that name none. `adjust` and `lots` are the user's word where the file does not say; against
    what the file says, or what its numbers show, it is refused. Raises BadInput naming file, row and column.
    """
    path = Path(path)
    text = read_text_table(path)
    return _Reader(path, text, symbol, adjust, lots).read()


class _Reader:
    """Brings one file into form."""

    def __init__(
        self, path: Path, text: TextTable, symbol: Symbol | None, adjust: Adjust | None, lots: bool | None
    ) -> None:
        self._path = path
        self._text = text
        self._symbol = symbol
        self._word = adjust
        self._lots = lots
        self._counts: Counter[DefectKind] = Counter()
        self._unit = "股"

    def read(self) -> BarFile:
        text = self._text
        times, only_days = text.times()
        groups = self._groups()
        period = Period.D1 if only_days else self._period(times, groups)
        numbers = {
            name: text.numbers(name) if name in text.cells else np.full(len(text), np.nan)
            for name in ("open", "high", "low", "close", "volume", "amount", "pre_close")
        }
        adjust = self._adjust()
        resting = np.array([cell.strip() == "0" for cell in text.cells.get("status", ())], np.bool_)
        if not len(resting):
            resting = np.zeros(len(text), np.bool_)
        if period is Period.D1:
            times = times + _CLOSE_MS
        drafts = {
            symbol: Draft(
                times[rows], **{name: column[rows] for name, column in numbers.items()}, resting=resting[rows]
            )
            for symbol, rows in groups.items()
        }
        for symbol, draft in drafts.items():
            self._repair(symbol, draft, period)
        lots = self._in_lots(drafts, adjust)
        tables: dict[Symbol, BarTable] = {}
        pre_closes: dict[Symbol, Ints] = {}
        for symbol, draft in drafts.items():
            tables[symbol] = self._table(symbol, draft, period, adjust, 100 if lots else 1)
            if "pre_close" in text.cells and period is Period.D1:
                pre_closes[symbol] = np.rint(np.nan_to_num(draft.pre_close) * 1000).astype(np.int64)
            self._counts += draft.counts
        self._note_file(adjust)
        suspended = {
            symbol: tuple(day_of((moment + _EAST) // DAY_MS) for moment in draft.suspended.tolist())
            for symbol, draft in drafts.items()
            if len(draft.suspended)
        }
        return BarFile(
            self._path.name, period, adjust, len(text), tables, pre_closes, suspended, self._defects(adjust)
        )

    def _groups(self) -> dict[Symbol, NDArray[np.generic]]:
        """Rows of each symbol."""
        codes = self._text.cells.get("code")
        if self._symbol is not None:
            return {self._symbol: np.arange(len(self._text))}
        if codes is None:
            return {self._symbol_of_name(): np.arange(len(self._text))}
        rows: dict[str, list[int]] = {}
        for at, code in enumerate(codes):
            rows.setdefault(code, []).append(at)
        groups: dict[Symbol, list[int]] = {}
        for code, found in rows.items():
            symbol = resolve(code, tradable_only=False)
            if isinstance(symbol, Refusal):
                raise self._text.bad(found[0], "code", symbol.text)
            groups.setdefault(symbol.symbol, []).extend(found)
        return {symbol: np.array(sorted(found)) for symbol, found in groups.items()}

    def _symbol_of_name(self) -> Symbol:
        for match in _IN_NAME.finditer(self._path.name.split(".csv")[0]):
            found = resolve(match[0].replace("_", "."), tradable_only=False)
            if not isinstance(found, Refusal):
                return found.symbol
        raise BadInput("文件里没有代码列，文件名里也没有证券代码，请指明是哪只证券", where=self._path.name)

    def _period(self, times: Ints, groups: dict[Symbol, NDArray[np.generic]]) -> Period:
        clock = (times + _EAST) % DAY_MS
        steps: Counter[int] = Counter()
        for rows in groups.values():
            steps.update(np.abs(np.diff(times[rows])).tolist())
        usual = steps.most_common(1)[0][0] if steps else 0
        period = {60_000: Period.M1, 300_000: Period.M5, DAY_MS: Period.D1}.get(usual)
        if period is None or (period is Period.D1 and len(np.unique(clock)) > 1):
            text = f"看不出周期：相邻两行多为 {usual // 1000} 秒。只认 1 分钟、5 分钟和日线"
            raise BadInput(text, where=self._path.name)
        starts = (570 * 60_000, _CLOSE_MS - usual)  # the last bar of a day that is stamped with its start
        if period is not Period.D1 and not np.any(clock == _CLOSE_MS) and np.isin(starts, clock).all():
            text = "K线似乎以起始时刻记时（有 09:30、没有 15:00）。请换成以结束时刻记时的数据"
            raise BadInput(text, where=self._path.name)
        return period

    def _adjust(self) -> Adjust:
        said = self._said()
        if self._word is None or said is self._word:
            return said
        if said is not Adjust.UNKNOWN:
            raise BadInput(
                f"文件写明是{said.text}价，不能当作{self._word.text}价", where=self._path.name, field="adjust"
            )
        return self._word

    def _said(self) -> Adjust:
        """What the file itself says about its prices."""
        flags = {cell.strip() for cell in self._text.cells.get("adjust", ())}
        if len(flags) == 1:
            return _FLAGS.get(flags.pop(), Adjust.UNKNOWN)
        if flags:
            raise BadInput("adjustflag 列有几种复权方式，请分成几个文件", where=self._path.name)
        if "front" in self._text.cells or "back" in self._text.cells:
            return Adjust.NONE  # adjusted closes stand beside, so the plain columns are real
        return next((how for word, how in _NAME_WORDS if word.search(self._path.name)), Adjust.UNKNOWN)

    def _repair(self, symbol: Symbol, draft: Draft, period: Period) -> None:
        index = require_class(symbol) is SecurityClass.INDEX
        repairs.in_order(draft)
        repairs.without_rests(draft, period is Period.D1, index)
        repairs.known_opens(draft)
        repairs.whole_ranges(draft)
        if period is not Period.D1:
            repairs.right_stamps(draft, _MINUTES[period])
            draft.note(DefectKind.SHORT_DAYS, repairs.short_days(draft, _FULL[period]))
        numbers = np.unique((np.concatenate([draft.time_ms, draft.suspended]) + _EAST) // DAY_MS)
        if len(numbers):
            first, last = day_of(numbers[0]), day_of(numbers[-1])
            have = {day_of(number) for number in numbers.tolist()}
            lacking = [
                day
                for day in possible_days(MAINLAND, first, last)
                if day not in have and MAINLAND.is_trading_day(day)
            ]
            draft.note(DefectKind.MISSING_DAYS, len(lacking))

    def _in_lots(self, drafts: dict[Symbol, Draft], adjust: Adjust) -> bool:
        """Whether volumes are lots: by the header, the user's word, or amount / (price x volume)."""
        if self._text.lots or self._lots is not None:
            return self._text.lots or bool(self._lots)
        evidence = [
            ratio
            for symbol, draft in drafts.items()
            if require_class(symbol) is not SecurityClass.INDEX
            and (ratio := repairs.shares_in_unit(draft, oldest=adjust is Adjust.BACKWARD)) is not None
        ]
        ratio = float(np.median(evidence)) if evidence else 0.0
        if 20 <= ratio <= 500:
            return True
        if 0.2 <= ratio <= 5:
            return False
        # Without amounts: a bar of 09:30 is East Money's, who counts lots.
        lots = any(DefectKind.AUCTION_BAR in draft.counts for draft in drafts.values())
        self._unit = "手" if lots else "股"
        self._counts[DefectKind.UNIT_ASSUMED] += len(self._text)
        return lots

    def _table(self, symbol: Symbol, draft: Draft, period: Period, adjust: Adjust, unit: int) -> BarTable:
        prices: dict[str, Any] = {}
        rough = np.zeros(len(draft), np.bool_)
        for name in ("open", "high", "low", "close"):
            exact = getattr(draft, name) * 1000
            prices[name] = np.rint(exact).astype(np.int64)
            rough |= np.abs(exact - prices[name]) > 1e-4
        draft.note(DefectKind.ROUNDED, int(rough.sum()))
        if adjust is Adjust.NONE:
            self._refuse_off_tick(symbol, prices["close"], rough)
        if unit > 1:
            draft.note(DefectKind.LOTS, len(draft))
        known = np.isfinite(draft.amount)
        draft.note(DefectKind.NO_AMOUNT, int((~known).sum()))
        amount = np.where(known, draft.amount, 0.0)
        draft.note(DefectKind.FLOAT32_AMOUNT, repairs.float32_rows(amount))
        volume = np.rint(draft.volume * unit).astype(np.int64)
        return BarTable(symbol, period, draft.time_ms, **prices, volume=volume, amount=amount, adjust=adjust)

    def _refuse_off_tick(self, symbol: Symbol, close: Ints, rough: NDArray[np.generic]) -> None:
        """Real closes are on the tick; a file whose closes are not was adjusted, whatever it says."""
        if require_class(symbol) is SecurityClass.INDEX or not len(close):
            return
        off = rough | (close % int(tick_size(symbol) * 1000) != 0)
        share = float(off.mean())
        if share > 0.02:
            text = f"{symbol} 有 {share:.0%} 的价格不是 {tick_size(symbol)} 元的整数倍，不是真实成交价（多半已复权）"
            raise BadInput(text, where=self._path.name)

    def _note_file(self, adjust: Adjust) -> None:
        self._counts[DefectKind.GBK] += int(self._text.gbk)
        self._counts[DefectKind.BOM] += int(self._text.bom)
        if adjust is Adjust.UNKNOWN:
            self._counts[DefectKind.ADJUST_UNKNOWN] += len(self._text)
        elif adjust is not Adjust.NONE:
            self._counts[DefectKind.ADJUSTED] += len(self._text)

    def _defects(self, adjust: Adjust) -> tuple[Defect, ...]:
        return tuple(
            Defect(
                kind,
                self._counts[kind],
                repairs.TEXTS[kind].format(n=self._counts[kind], unit=self._unit, adjust=adjust.text),
            )
            for kind in DefectKind
            if self._counts[kind]
        )
