"""A daily selection as users write it: download, frames, moving averages, a few orders, a report."""

from __future__ import annotations

import sys

from steps import emit, leave, wait_for
from xtquant import xtconstant, xtdata
from xtquant.xttrader import XtQuantTrader, XtQuantTraderCallback
from xtquant.xttype import StockAccount


def main(path: str) -> None:
    xtdata.enable_hello = False
    pool = xtdata.get_stock_list_in_sector("沪深A股")
    progress: list[tuple[int, int]] = []
    xtdata.download_history_data2(
        pool, "1d", callback=lambda data: progress.append((data["finished"], data["total"]))
    )
    frames = xtdata.get_market_data_ex(
        field_list=["close", "volume"], stock_list=pool, period="1d", count=60, dividend_type="front"
    )
    wide = xtdata.get_market_data(["close"], pool, period="1d", count=20)["close"]
    chosen = sorted(
        (
            code
            for code, frame in frames.items()
            if frame["close"].tail(5).mean() > frame["close"].tail(20).mean()
        ),
        key=lambda code: frames[code]["close"].iloc[-1],
    )[:3]
    emit("selected", pool=len(pool), progress=progress[-1], rows=sorted({len(frame) for frame in frames.values()}),
         wide=list(wide.shape), chosen=chosen)  # fmt: skip
    trader = XtQuantTrader(path, 100)
    trader.register_callback(XtQuantTraderCallback())
    trader.start()
    trader.connect()
    account = StockAccount("88000001")
    trader.subscribe(account)
    ticks = xtdata.get_full_tick(chosen)
    for code in chosen:
        detail = xtdata.get_instrument_detail(code)
        price = min(ticks[code]["askPrice"][4] or ticks[code]["lastPrice"], detail["UpStopPrice"])
        lot = 200 if code.startswith("688") else 100
        trader.order_stock(
            account, code, xtconstant.STOCK_BUY, lot, xtconstant.FIX_PRICE, price, "ma", "ma_cross"
        )
    wait_for(lambda: len(trader.query_stock_trades(account)) >= len(chosen), "the fills")
    asset = trader.query_stock_asset(account)
    emit("traded", positions=sorted(item.stock_code for item in trader.query_stock_positions(account) if item.volume),
         whole=abs(asset.cash + asset.frozen_cash + asset.market_value - asset.total_asset) < 0.01)  # fmt: skip
    trader.stop()
    leave()


main(sys.argv[1])
