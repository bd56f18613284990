"""The one door to akshare, inside the helper process: its functions in, our records out.

What is not akshare's, and why (all through `requests`, under the same guard and budget):

* quotes of several securities in one request: akshare has no function (`ulist` and `hq.sinajs.cn` appear in it only
  for popularity lists and futures), and one request per security would use up the budget;
* five levels of Shanghai funds, bonds and B shares: `stock_bid_ask_em` asks market 1 only for codes starting with 6,
  so 510300 would be asked in Shenzhen; our own request is the same endpoint with the right market;
* distributions of funds: `fund_etf_dividend_sina` runs `eval` on what comes from the network. `stock_zh_a_daily` does
  so with its factors: there the guard lets only plain data through.

Other limits of akshare 1.19.5 that are worked around here: `stock_bid_ask_em` throws away the time (read from the
answer it got); `index_zh_a_hist` and its minutes first load every index of the country page by page
(`stock_zh_index_daily_em` does not; index minutes go through `fund_etf_hist_min_em`'s neighbour for bonds, which
takes the market with the code); positional column names break when East Money sends one field more or less (the
answer is then read by us).
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from core.domain.enums import Period
from core.domain.market import Bar, Symbol
from core.errors import SourceError
from core.exchange.boards import SecurityClass, candidates, class_of
from core.market.public import eastmoney, sina
from core.market.public.bars import BarRow, to_bars
from core.market.public.eastmoney import ULIST_FIELDS, ULIST_URL, lot_of, secid
from core.market.public.quotes import BadRow, Rows, Snapshot, number
from core.market.public.records import Dividend, RightsFactor, Suspension
from core.market.public.source_names import Source, SourceFault
from core.market.public.tables import bar_rows, dividends, factors, snapshots_of_list, suspensions
from core.market.public.web_guard import WebGuard

_C = SecurityClass
_STOCK_URL = "https://push2.eastmoney.com/api/qt/stock/get"
_STOCK_FIELDS = "f43,f44,f45,f46,f47,f48,f51,f52,f57,f58,f59,f60,f86,f530," + ",".join(
    f"f{n}" for n in (*range(11, 21), *range(31, 41))
)
_LIST_SIZE = 80
_BROWSER = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"}
_MINUTES = {Period.M1: "1", Period.M5: "5"}


def check_answer(address: str, body: bytes) -> bytes:
    """What the guard does with each body, by whose it is."""
    if "eastmoney.com" in address:
        return eastmoney.check_body(address, body)
    if "sina" in address:
        return sina.check_body(address, body)
    return body


class AkshareDoor:
    """Made for one job. Every method may raise SourceError; the guard is in force inside each."""

    def __init__(self, guard: WebGuard) -> None:
        self._guard = guard

    # quotes

    def list_quotes(self, source: Source, symbols: Sequence[Symbol]) -> Rows:
        """Quotes of many securities, up to 80 in one request."""
        rows = Rows()
        for start in range(0, len(symbols), _LIST_SIZE):
            part = symbols[start : start + _LIST_SIZE]
            rows.add(self._sina_list(part) if source is Source.SINA else self._eastmoney_list(part))
        return rows

    def level_quote(self, symbol: Symbol) -> Snapshot:
        """Five levels and the limits of the day of one security, from East Money. Raises BadRow too."""
        if not asks_right_market(symbol):
            body = self._get(
                _STOCK_URL,
                {"fltt": "1", "invt": "2", "fields": _STOCK_FIELDS, "secid": secid(symbol)},
            )
            return eastmoney.parse_stock(body, symbol, scaled=True)
        table = self._call("stock_bid_ask_em", symbol=symbol[:6])
        values = dict(zip(table["item"], table["value"], strict=True))
        return level_row(symbol, values, eastmoney.parse_stock(self._guard.last_body, symbol))

    def market_list(self) -> list[Snapshot]:
        """Every share and every ETF of the country, page by page: some 70 polite requests to East Money, else to Sina."""
        try:
            tables = [self._call("stock_zh_a_spot_em"), self._call("fund_etf_spot_em")]
            lots = True
        except SourceError as error:
            logging.getLogger(__name__).warning("the list comes from Sina: %s", error)
            tables = [self._call("stock_zh_a_spot"), self._call("fund_etf_category_sina", symbol="ETF基金")]
            lots = False
        return [row for table in tables for row in snapshots_of_list(table, symbol_of_code, lots=lots)]

    # history

    def bars(self, symbol: Symbol, period: Period, start: date, end: date) -> list[Bar]:
        """Real (unadjusted) bars of the closed interval that East Money still has: five days of single minutes."""
        rows = (
            self._minutes(symbol, period, start, end)
            if period in _MINUTES
            else self._days(symbol, start, end)
        )
        try:
            return to_bars(symbol, period, rows, lot=lot_of(symbol))
        except ValueError as error:
            text = f"{Source.EASTMONEY}的K线时间看不懂（{error}）。请稍后重试。"
            raise SourceError(text, source=Source.EASTMONEY, fault=SourceFault.GARBLED) from error

    def _days(self, symbol: Symbol, start: date, end: date) -> list[BarRow]:
        first, last = start.strftime("%Y%m%d"), end.strftime("%Y%m%d")
        cls, code = class_of(symbol), symbol[:6]
        if cls is not None and (cls.is_stock and asks_right_market(symbol)):
            return self._bar_table("stock_zh_a_hist", symbol=code, start_date=first, end_date=last)
        if cls is not None and cls.is_fund:
            return self._bar_table("fund_etf_hist_em", symbol=code, start_date=first, end_date=last)
        if cls is not None:  # an index by name; the function takes any code with its market
            marked = sina.sina_code(symbol)
            return self._bar_table("stock_zh_index_daily_em", symbol=marked, start_date=first, end_date=last)
        raise _unsupported(symbol)

    def _minutes(self, symbol: Symbol, period: Period, start: date, end: date) -> list[BarRow]:
        span = {"start_date": f"{start} 00:00:00", "end_date": f"{end} 23:59:59", "period": _MINUTES[period]}
        cls, code = class_of(symbol), symbol[:6]
        if cls is not None and (cls.is_stock and asks_right_market(symbol)):
            return self._bar_table("stock_zh_a_hist_min_em", symbol=code, **span)
        if cls is not None and cls.is_fund:
            return self._bar_table("fund_etf_hist_min_em", symbol=code, **span)
        if cls is not None and not symbol.endswith(".BJ"):
            return self._bar_table("bond_zh_hs_cov_min", symbol=sina.sina_code(symbol), **span)
        raise _unsupported(symbol)

    def _bar_table(self, name: str, **arguments: str) -> list[BarRow]:
        """akshare's table as rows; where it cannot read a good answer, the answer as we read it."""
        try:
            return bar_rows(self._run(name, **arguments))
        except _Unreadable as problem:
            try:
                lines = eastmoney.parse_klines(self._guard.last_body)
            except SourceError:
                raise self._guard.blame(SourceFault.GARBLED, str(problem)) from problem
        return [
            BarRow(stamp, o, h, low, c, volume, amount) for stamp, (o, c, h, low, volume, amount) in lines
        ]

    # beside prices

    def factors(self, symbol: Symbol) -> list[RightsFactor]:
        """Forward-adjustment factors of a share since its listing, oldest first, from Sina."""
        table = self._call("stock_zh_a_daily", symbol=sina.sina_code(symbol), adjust="qfq-factor")
        return factors(symbol, table)

    def dividends(self, symbol: Symbol) -> list[Dividend]:
        """Planned and past distributions of a share from East Money, oldest report first; of a fund from Sina."""
        cls = class_of(symbol)
        if cls is not None and cls.is_fund:
            body = self._get(sina.FUND_URL.format(sina.sina_code(symbol)), None)
            return sina.parse_fund_dividends(body.decode("gb18030", errors="replace"), symbol)
        try:
            return dividends(symbol, self._call("stock_fhps_detail_em", symbol=symbol[:6]))
        except SourceError as error:
            if error.fault == SourceFault.EMPTY:
                return []
            raise

    def suspensions(self, day: date) -> list[Suspension]:
        """Halts that East Money lists for a day."""
        try:
            table = self._call("stock_tfp_em", date=day.strftime("%Y%m%d"))
        except SourceError as error:
            if error.fault == SourceFault.EMPTY:
                return []
            raise
        return suspensions(table, symbol_of_code)

    # asking

    def _eastmoney_list(self, symbols: Sequence[Symbol]) -> Rows:
        secids = ",".join(secid(symbol) for symbol in symbols)
        body = self._get(
            ULIST_URL, {"fltt": "2", "invt": "2", "np": "1", "fields": ULIST_FIELDS, "secids": secids}
        )
        return eastmoney.parse_list(body, symbols)

    def _sina_list(self, symbols: Sequence[Symbol]) -> Rows:
        codes = ",".join(sina.sina_code(symbol) for symbol in symbols)
        body = self._get(sina.LIST_URL + codes, None, {"Referer": sina.REFERER})
        return sina.parse_list(body.decode("gb18030", errors="replace"), symbols)

    def _get(
        self, address: str, params: dict[str, str] | None, headers: dict[str, str] | None = None
    ) -> bytes:
        import requests

        with self._guard.in_force():
            requests.get(address, params=params, headers={**_BROWSER, **(headers or {})}, timeout=10)
        return self._guard.last_body

    def _call(self, name: str, **arguments: Any) -> Any:
        """Call an akshare function; whatever it trips over becomes a SourceError."""
        try:
            return self._run(name, **arguments)
        except _Unreadable as problem:
            raise self._guard.blame(SourceFault.GARBLED, str(problem)) from problem

    def _run(self, name: str, **arguments: Any) -> Any:
        """Call an akshare function. Raises SourceError, or _Unreadable with a sentence."""
        import akshare

        _without_semaphores()
        function: Callable[..., Any] = getattr(akshare, name)
        try:
            with self._guard.in_force():
                return function(**arguments)
        except SourceError:
            raise
        except Exception as error:
            logging.getLogger(__name__).warning("akshare.%s(%s): %r", name, arguments, error)
            text = (
                f"akshare 的 {name} 看不懂数据源的答复（{type(error).__name__}：{error}）。"
                "数据源可能改了格式，请升级 akshare 或稍后重试。"
            )
            raise _Unreadable(text) from error


class _Unreadable(Exception):
    """akshare got an answer and could not read it."""


def _without_semaphores() -> None:
    """akshare's progress bars would make a semaphore between processes, which a killed process leaves behind."""
    bars: Any = importlib.import_module("tqdm.std")
    bars.TqdmDefaultWriteLock.mp_lock = None


def asks_right_market(symbol: Symbol) -> bool:
    """akshare's share functions take Shanghai for codes that start with 6 and Shenzhen for all others."""
    return symbol.startswith("6") == symbol.endswith(".SH")


def symbol_of_code(code: str) -> Symbol | None:
    """A code of a list of shares or funds, bare or as `sh600519`; None for what we do not trade (third board)."""
    if not code.isdigit():
        marked = Symbol(f"{code[2:]}.{code[:2].upper()}")
        return marked if class_of(marked) not in (None, _C.INDEX) else None
    found = candidates(code)
    if not found or class_of(found[0]) is _C.INDEX:
        return None
    return Symbol(found[0])


def level_row(symbol: Symbol, values: dict[str, Any], answer: Snapshot) -> Snapshot:
    """akshare's table of one security, with the name and time of the answer it was made of.

    The volume is in lots, the book in shares. Raises BadRow.
    """
    lot = answer.lot
    sides = {
        side: tuple(
            (number(values[f"{side}_{n}"]), number(values[f"{side}_{n}_vol"]) / lot) for n in range(1, 6)
        )
        for side in ("buy", "sell")
    }
    if number(values["最新"]) != answer.last:
        raise BadRow("akshare 的表与答复不一致")
    return Snapshot(
        symbol=symbol,
        name=answer.name,
        time_ms=answer.time_ms,
        last=number(values["最新"]),
        open=number(values["今开"]),
        high=number(values["最高"]),
        low=number(values["最低"]),
        pre_close=number(values["昨收"]),
        volume=number(values["总手"]),
        amount=number(values["金额"]),
        lot=lot,
        bids=sides["buy"],
        asks=sides["sell"],
        limit_up=number(values["涨停"]),
        limit_down=number(values["跌停"]),
    )


def _unsupported(symbol: Symbol) -> SourceError:
    text = f"{symbol} 的历史行情 akshare 没有可用的函数。请改用 MiniQMT 行情。"
    return SourceError(text, source=Source.EASTMONEY, fault=SourceFault.REFUSED)
