"""What is asked of `xtquant.xtdata`, as jobs of its lane: plain values in, our records out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.domain.enums import Period
from core.domain.market import Bar, Instrument, Symbol
from core.market.xtdata.calls import Line
from core.market.xtdata.ticks import convert_bars, convert_detail
from core.market.xtdata.vendor import TickRecords


def unsubscribe(line: Line, seqs: list[int], client: object) -> None:
    """Give subscriptions back; numbers of another client name nothing of ours."""
    if line.client is client:
        for seq in seqs:
            line.xtdata.unsubscribe_quote(seq)


def probe(line: Line, symbols: list[Symbol]) -> tuple[object, TickRecords]:
    """(client, newest ticks that the service knows of these symbols)."""
    return line.client, line.xtdata.get_full_tick(list(symbols))


def details(line: Line, symbols: Sequence[Symbol]) -> dict[Symbol, Instrument]:
    """What the vendor knows of these symbols."""
    found = {symbol: line.xtdata.get_instrument_detail(symbol) for symbol in symbols}
    return {symbol: convert_detail(symbol, detail) for symbol, detail in found.items() if detail}


def history(line: Line, symbol: Symbol, period: Period, start: date, count: int) -> list[Bar]:
    """Download what is missing and read the last `count` bars."""
    line.xtdata.download_history_data(symbol, period.value, start.strftime("%Y%m%d"), "")
    frames = line.xtdata.get_market_data_ex([], [symbol], period.value, "", "", count)
    frame = frames.get(symbol)
    return [] if frame is None or not len(frame) else convert_bars(symbol, period, _columns(frame))


def dates(line: Line, market: str, start: date, end: date) -> list[int]:
    """Midnights of the trading days, epoch milliseconds."""
    found = line.xtdata.get_trading_dates(market, start.strftime("%Y%m%d"), end.strftime("%Y%m%d"), -1)
    return [int(stamp) for stamp in found]


def _columns(frame: Any) -> Mapping[str, Sequence[Any]]:
    """A vendor frame as plain lists: no pandas object leaves the lane."""
    return {
        name: frame[name].tolist() for name in ("time", "open", "high", "low", "close", "volume", "amount")
    }
