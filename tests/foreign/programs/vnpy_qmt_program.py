"""A day with vnpy's main engine and the vnpy_qmt gateway, without a window."""

from __future__ import annotations

import sys
import time

from steps import emit, leave, wait_for
from vnpy.event import EventEngine
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Status
from vnpy.trader.engine import MainEngine
from vnpy.trader.event import EVENT_LOG, EVENT_TICK
from vnpy.trader.object import OrderRequest, SubscribeRequest
from vnpy_qmt import QmtGateway

LOGS: list[str] = []
TICKS: list = []


def keep(text: str) -> None:
    LOGS.append(text)
    sys.stderr.write(f"{text}\n")


def main(path: str) -> None:
    events = EventEngine()
    events.register(EVENT_LOG, lambda event: keep(event.data.msg))
    events.register(EVENT_TICK, lambda event: TICKS.append(event.data))
    engine = MainEngine(events)
    engine.add_gateway(QmtGateway)
    setting = {"交易账号": "88000001", "mini路径": path}
    engine.connect(setting, "QMT")

    def said(words: str) -> list[str]:
        return [log for log in LOGS if words in log]

    wait_for(lambda: said("订阅账户成功"), "the connection")
    account = wait_for(engine.get_all_accounts, "the account")[0]
    position = wait_for(engine.get_all_positions, "the position")[0]
    emit(
        "connected",
        contracts=sorted(contract.vt_symbol for contract in engine.get_all_contracts()),
        account=[account.accountid, account.balance],
        position=[position.vt_symbol, position.volume, position.yd_volume],
    )

    engine.subscribe(SubscribeRequest("600000", Exchange.SSE), "QMT")
    tick = wait_for(lambda: TICKS and TICKS[-1], "a tick")
    emit("tick", vt_symbol=tick.vt_symbol, last=tick.last_price, bid=tick.bid_price_1, ask=tick.ask_price_1,
         limits=[tick.limit_up, tick.limit_down], name=tick.name)  # fmt: skip

    def send(
        side: Direction, symbol: str, exchange: Exchange, price: float, volume: int, kind=OrderType.LIMIT
    ):
        return engine.send_order(
            OrderRequest(
                symbol=symbol, exchange=exchange, direction=side, type=kind, volume=volume, price=price,
                offset=Offset.NONE,
            ),
            "QMT",
        )  # fmt: skip

    def reached(order_id: str, *wanted: Status):
        order = engine.get_order(order_id)
        return order if order is not None and order.status in wanted else None

    bought = send(Direction.LONG, "600000", Exchange.SSE, 10.10, 300)
    order = wait_for(lambda: reached(bought, Status.ALLTRADED), "the buy")
    trade = wait_for(lambda: [t for t in engine.get_all_trades() if t.vt_orderid == bought], "its trade")[0]
    emit("bought", traded=order.traded, price=trade.price, volume=trade.volume)

    resting = send(Direction.LONG, "000001", Exchange.SZSE, 11.50, 200)
    wait_for(lambda: reached(resting, Status.NOTTRADED), "the resting order")
    engine.cancel_order(engine.get_order(resting).create_cancel_request(), "QMT")
    order = wait_for(lambda: reached(resting, Status.CANCELLED), "the cancel")
    emit("cancelled", traded=order.traded, said=said("撤单结果"))

    sold = send(Direction.SHORT, "600000", Exchange.SSE, 9.90, 400)
    order = wait_for(lambda: reached(sold, Status.ALLTRADED), "the sell")
    emit("sold", traded=order.traded)

    # Its market order is the vendor's "latest price".
    market = send(Direction.LONG, "600000", Exchange.SSE, 0, 100, OrderType.MARKET)
    order = wait_for(
        lambda: reached(market, Status.ALLTRADED, Status.REJECTED, Status.CANCELLED), "the market order"
    )
    emit("market_order", status=order.status.name, price=order.price)

    refused = {
        "cash": send(Direction.LONG, "600000", Exchange.SSE, 10.10, 1_000_000),
        "lots": send(Direction.LONG, "600000", Exchange.SSE, 10.10, 150),
        "limits": send(Direction.LONG, "600000", Exchange.SSE, 20.00, 100),
    }
    for order_id in refused.values():
        wait_for(lambda order_id=order_id: reached(order_id, Status.REJECTED), "a refusal")
    emit("refused", said=said("订单错误"))

    # The terminal loses the session with the answer to this order. This gateway does not notice: the user connects again,
    # with the same session number, which a MiniQMT refuses for three seconds.
    last = send(Direction.LONG, "600000", Exchange.SSE, 10.10, 100)
    time.sleep(0.5)
    nowhere = send(Direction.LONG, "600000", Exchange.SSE, 10.10, 100)
    attempts = 0
    while attempts < 8 and len(said("订阅账户成功")) < 2:
        attempts += 1
        engine.connect(setting, "QMT")
        time.sleep(1)
    wait_for(lambda: reached(last, Status.ALLTRADED), "the order that was sent before", 20)
    again = send(Direction.LONG, "600000", Exchange.SSE, 10.10, 100)
    wait_for(lambda: reached(again, Status.ALLTRADED), "the order after the reconnect")
    emit("reconnected", attempts=attempts, failed=said("连接失败"), known=engine.get_order(nowhere) is not None,
         trades=len(engine.get_all_trades()))  # fmt: skip
    engine.close()
    leave()  # this gateway never stops its trader


main(sys.argv[1])
