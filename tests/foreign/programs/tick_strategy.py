"""A strategy as the vendor's manual shows them: it lives in the tick callback and `xtdata.run()` keeps it alive.

It buys with the asynchronous call when the book stands, and starts again when the connection is lost: a new trader with
another session, the subscription made anew.
"""

from __future__ import annotations

import sys
import threading

from steps import emit, leave, wait_for
from xtquant import xtconstant, xtdata
from xtquant.xttrader import XtQuantTrader, XtQuantTraderCallback
from xtquant.xttype import StockAccount

CODE = "600000.SH"


class Strategy(XtQuantTraderCallback):
    def __init__(self, path: str, session: int) -> None:
        self.account = StockAccount("88000001")
        self.trader = XtQuantTrader(path, session, self)
        self.trader.start()
        self.connected = self.trader.connect()
        self.subscribed = self.trader.subscribe(self.account)
        self.seqs: dict[int, str] = {}
        self.accepted: list[tuple[int, str]] = []
        self.filled: list[tuple[str, int]] = []
        self.lost = threading.Event()
        self.ticks = 0

    def on_tick(self, data) -> None:
        tick = data[CODE][-1]
        self.ticks += 1
        if self.ticks <= 2 and tick["askPrice"][0] > 0:
            remark = f"tick{self.ticks}"
            seq = self.trader.order_stock_async(
                self.account,
                CODE,
                xtconstant.STOCK_BUY,
                100,
                xtconstant.FIX_PRICE,
                tick["askPrice"][0],
                "ticks",
                remark,
            )
            self.seqs[seq] = remark

    def on_order_stock_async_response(self, response) -> None:
        self.accepted.append((response.order_id, self.seqs.get(response.seq, "early")))

    def on_stock_trade(self, trade) -> None:
        self.filled.append((trade.order_remark, trade.traded_volume))

    def on_disconnected(self) -> None:
        self.lost.set()


def live(path: str, session: int) -> Strategy:
    strategy = Strategy(path, session)
    xtdata.subscribe_quote(CODE, period="tick", callback=strategy.on_tick)
    return strategy


def main(path: str) -> None:
    xtdata.enable_hello = False
    first = live(path, 7)
    wait_for(lambda: len(first.filled) == 2, "two fills")
    emit("first", connected=first.connected, subscribed=first.subscribed, filled=first.filled,
         accepted=[number > 0 for number, _ in first.accepted])  # fmt: skip
    # With this order the terminal loses every connection, the data's too, and the answer with them.
    first.trader.order_stock_async(
        first.account, CODE, xtconstant.STOCK_BUY, 100, xtconstant.FIX_PRICE, 10.10, "ticks", "last"
    )
    try:
        xtdata.run()
    except Exception as error:  # noqa: BLE001 - the vendor raises a plain Exception
        emit("run_ended", said=str(error), trader_heard=first.lost.is_set())
    seen = first.ticks
    asset = first.trader.query_stock_asset(first.account)
    second = live(path, 8)
    wait_for(lambda: len(second.filled) == 2, "two fills of the second life")
    emit("second", asset_without_connection=asset, connected=second.connected, filled=second.filled,
         ticks_of_the_first=first.ticks - seen)  # fmt: skip
    second.trader.stop()
    leave()


main(sys.argv[1])
