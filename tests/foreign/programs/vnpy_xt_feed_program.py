"""History through vnpy_xt's data feed: minutes, days and ticks."""

from __future__ import annotations

import time
from datetime import datetime

from steps import emit, leave
from vnpy.trader.constant import Exchange, Interval
from vnpy.trader.object import HistoryRequest
from vnpy_xt.xt_datafeed import XtDatafeed


def main() -> None:
    feed = XtDatafeed()
    said: list[str] = []
    started = feed.init(said.append)  # with a token: it starts the vendor's data centre
    emit("started", started=started, said=said)

    def request(interval: Interval, start: datetime, end: datetime) -> HistoryRequest:
        return HistoryRequest("600519", Exchange.SSE, start, end, interval)

    minutes = feed.query_bar_history(
        request(Interval.MINUTE, datetime(2026, 11, 19), datetime(2026, 11, 20)), said.append
    )
    emit("minutes", first=minutes[0].datetime, count=sum(bar.datetime.day == 19 for bar in minutes),
         last=minutes[-1].datetime, close=minutes[0].close_price, volume=minutes[0].volume)  # fmt: skip
    days = feed.query_bar_history(
        request(Interval.DAILY, datetime(2026, 11, 16), datetime(2026, 11, 20)), said.append
    )
    emit("days", days=[bar.datetime.strftime("%Y%m%d") for bar in days])
    time.sleep(4)
    ticks = feed.query_tick_history(
        request(Interval.TICK, datetime(2026, 11, 20), datetime(2026, 11, 20)), said.append
    )
    emit("ticks", count=len(ticks), bid=ticks[-1].bid_price_1, ask=ticks[-1].ask_price_1, said=said)
    leave()


main()
