"""A day with easytrader's `use("miniqmt")`, as its documentation shows it."""

from __future__ import annotations

import sys

import easytrader
from easytrader.miniqmt import DefaultXtQuantTraderCallback
from steps import emit, wait_for

HEARD: dict[str, list] = {
    name: [] for name in ("order", "trade", "order_error", "cancel_error", "disconnected")
}


class Heard(DefaultXtQuantTraderCallback):
    """easytrader's own callback, with a memory."""

    def on_stock_order(self, order):
        super().on_stock_order(order)
        HEARD["order"].append((order.order_id, order.order_status, order.traded_volume))

    def on_stock_trade(self, trade):
        super().on_stock_trade(trade)
        HEARD["trade"].append((trade.order_id, trade.traded_volume, trade.traded_price))

    def on_order_error(self, order_error):
        super().on_order_error(order_error)
        HEARD["order_error"].append((order_error.order_id, order_error.error_msg))

    def on_cancel_error(self, cancel_error):
        super().on_cancel_error(cancel_error)
        HEARD["cancel_error"].append((cancel_error.order_id, cancel_error.error_msg))

    def on_disconnected(self):
        super().on_disconnected()
        HEARD["disconnected"].append(True)


def status(user, order_id):
    return next(
        (order["order_status"] for order in user.today_entrusts if order["order_id"] == order_id), None
    )


def main(path: str) -> None:
    user = easytrader.use("miniqmt")
    user.connect(miniqmt_path=path, stock_account="88000001", trader_callback=Heard())
    emit("connected", account=user.account.account_id)
    emit("asked", balance=user.balance[0], position=user.position)

    bought = user.buy("600000", price=10.10, amount=300)["entrust_no"]
    wait_for(lambda: status(user, bought) == 56, "the buy")
    trade = next(item for item in user.today_trades if item["order_id"] == bought)
    emit("bought", order_id=bought, volume=trade["traded_volume"], price=trade["traded_price"])

    resting = user.buy("000001", price=11.50, amount=200)["entrust_no"]
    wait_for(lambda: status(user, resting) == 50, "the resting order")
    frozen = user.balance[0]["frozen_cash"]
    answer = user.cancel_entrust(resting)
    wait_for(lambda: status(user, resting) == 54, "the cancel")
    emit("cancelled", answer=answer, frozen=frozen, frozen_after=user.balance[0]["frozen_cash"])
    late = user.cancel_entrust(resting)
    wait_for(lambda: HEARD["cancel_error"] or not late["success"], "the late cancel")
    emit("cancelled_late", answer=late, errors=HEARD["cancel_error"])

    sold = user.sell("600000", price=9.90, amount=400)["entrust_no"]
    wait_for(lambda: status(user, sold) == 56, "the sell")
    position = next(item for item in user.position if item["stock_code"] == "600000.SH")
    emit("sold", volume=position["volume"], can_use_volume=position["can_use_volume"])

    market = {}
    for code, kinds in {
        "600000": (
            "对手方最优价格委托",
            "最优五档即时成交剩余撤销",
            "最优五档即时成交剩转限价",
            "本方最优价格委托",
        ),
        "000001": (
            *("对手方最优价格委托", "本方最优价格委托", "即时成交剩余撤销委托"),
            *("最优五档即时成交剩余撤销", "全额成交或撤销委托"),
        ),
    }.items():
        for kind in kinds:
            order_id = user.market_buy(code, amount=100, ttype=kind)["entrust_no"]
            seen = wait_for(lambda order_id=order_id: status(user, order_id), "a market order")
            final = wait_for(
                lambda order_id=order_id: next(
                    item
                    for item in user.today_entrusts
                    if item["order_id"] == order_id and item["order_status"] not in (48, 49, 255)
                ),
                "its state",
            )
            market[f"{code} {kind}"] = [final["price_type"], final["order_status"], final["price_type_name"]]
            assert seen
    sold_at_market = user.market_sell("600000", amount=100)["entrust_no"]
    wait_for(lambda: status(user, sold_at_market) == 56, "the market sell")
    emit("market_orders", kinds=market)

    refused = {
        "cash": user.buy("600000", price=10.10, amount=1_000_000)["entrust_no"],
        "lots": user.buy("600000", price=10.10, amount=150)["entrust_no"],
        "shares": user.sell("510300", price=4.70, amount=100)["entrust_no"],
        "limits": user.buy("600000", price=20.00, amount=100)["entrust_no"],
    }
    wait_for(lambda: len(HEARD["order_error"]) >= len(refused), "the refusals")
    emit("refused", numbers=refused, errors=HEARD["order_error"])

    # The terminal loses the session with the answer to this order.
    last = user.buy("600000", price=10.10, amount=100)["entrust_no"]
    wait_for(lambda: HEARD["disconnected"], "the disconnect")
    lost = user.buy("600000", price=10.10, amount=100)["entrust_no"]
    emit("disconnected", last=last, lost=lost, entrusts=user.today_entrusts)
    user.connect(miniqmt_path=path, stock_account="88000001", trader_callback=Heard())
    wait_for(lambda: status(user, last) == 56, "the order before the disconnect")
    again = user.buy("600000", price=10.10, amount=100)["entrust_no"]
    wait_for(lambda: status(user, again) == 56, "the order after the reconnect")
    emit(
        "reconnected",
        entrusts=len(user.today_entrusts),
        trades=len(user.today_trades),
        balance=user.balance[0],
    )
    user.trader.stop()


main(sys.argv[1])
