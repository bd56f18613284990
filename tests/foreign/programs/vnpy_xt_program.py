"""A day with vnpy's main engine and the vnpy_xt gateway, without a window."""

from __future__ import annotations

import sys

from steps import emit, leave, wait_for
from vnpy.event import EventEngine
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Status
from vnpy.trader.engine import MainEngine
from vnpy.trader.event import EVENT_LOG, EVENT_TICK
from vnpy.trader.object import OrderRequest, SubscribeRequest
from vnpy_xt import XtGateway

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
    gateway = engine.add_gateway(XtGateway)
    engine.connect(
        {
            "token": "",
            "股票市场": "是",
            "期货市场": "是",
            "期权市场": "是",
            "仿真交易": "是",
            "账号类型": "股票",
            "QMT路径": path,
            "资金账号": "88000001",
        },
        "XT",
    )
    wait_for(lambda: "交易推送订阅成功" in LOGS and engine.get_all_accounts(), "the connection")
    account = wait_for(engine.get_all_accounts, "the account")[0]
    position = wait_for(engine.get_all_positions, "the position")[0]
    emit(
        "connected",
        contracts=sorted(contract.vt_symbol for contract in engine.get_all_contracts()),
        account=[account.accountid, account.balance, account.available],
        position=[position.vt_symbol, position.volume, position.yd_volume],
    )

    engine.subscribe(SubscribeRequest("600000", Exchange.SSE), "XT")
    tick = wait_for(lambda: TICKS and TICKS[-1], "a tick")
    emit("tick", vt_symbol=tick.vt_symbol, last=tick.last_price, bid=tick.bid_price_1, ask=tick.ask_price_1,
         limits=[tick.limit_up, tick.limit_down], name=tick.name)  # fmt: skip

    def send(
        side: Direction, symbol: str, exchange: Exchange, price: float, volume: int, kind=OrderType.LIMIT
    ):
        return engine.send_order(
            OrderRequest(
                symbol=symbol, exchange=exchange, direction=side, type=kind, volume=volume, price=price,
                offset=Offset.NONE, reference="foreign",
            ),
            "XT",
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
    wait_for(
        lambda: gateway.td_api.active_localid_sysid_map.get(resting.split(".")[1]),
        "its number at the exchange",
    )
    engine.cancel_order(engine.get_order(resting).create_cancel_request(), "XT")
    order = wait_for(lambda: reached(resting, Status.CANCELLED), "the cancel")
    emit(
        "cancelled", traded=order.traded, active=[item.vt_orderid for item in engine.get_all_active_orders()]
    )

    sold = send(Direction.SHORT, "600000", Exchange.SSE, 9.90, 400)
    order = wait_for(lambda: reached(sold, Status.ALLTRADED), "the sell")
    emit("sold", traded=order.traded)

    order_id = send(Direction.LONG, "600000", Exchange.SSE, 0, 100, OrderType.MARKET)
    said = wait_for(lambda: [log for log in LOGS if "不支持的委托类型" in log], "the gateway's refusal")
    emit("market_order", order_id=order_id, said=said)

    refused = {
        "cash": send(Direction.LONG, "600000", Exchange.SSE, 10.10, 1_000_000),
        "lots": send(Direction.LONG, "600000", Exchange.SSE, 10.10, 150),
        "limits": send(Direction.LONG, "600000", Exchange.SSE, 20.00, 100),
    }
    for order_id in refused.values():
        wait_for(lambda order_id=order_id: reached(order_id, Status.REJECTED), "a refusal")
    emit("refused", said=[log for log in LOGS if log.startswith("交易委托失败")])

    # The terminal loses the session with the answer to this order; the gateway connects again by itself.
    last = send(Direction.LONG, "600000", Exchange.SSE, 10.10, 100)
    wait_for(lambda: "交易接口重连成功" in LOGS, "the reconnect")
    wait_for(lambda: reached(last, Status.ALLTRADED), "the order that was sent before")
    again = send(Direction.LONG, "600000", Exchange.SSE, 10.10, 100)
    wait_for(lambda: reached(again, Status.ALLTRADED), "the order after the reconnect")
    emit(
        "reconnected",
        said=[log for log in LOGS if "断开" in log or "重连" in log],
        trades=len(engine.get_all_trades()),
    )

    engine.close()
    leave()  # vnpy leaves the old clients of a reconnect behind, with threads that never end


main(sys.argv[1])
