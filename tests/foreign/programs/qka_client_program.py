"""A day with QKA's QMTClient over HTTP.

The package imports the vendor's trader even on the client's side, so this runs on a simulated terminal of its own, which
it never asks.
"""

from __future__ import annotations

import sys

import requests
from qka.brokers.client import QMTClient
from steps import emit, leave, wait_for
from xtquant import xtconstant


def main(first: str, second: str, token: str) -> None:
    def up(url: str):
        def asked() -> bool:
            try:
                return requests.get(f"{url}/openapi.json", timeout=1).ok
            except requests.ConnectionError:
                return False

        return asked

    wait_for(up(first), "the server", 30)
    client = QMTClient(base_url=first, token=token)
    emit("asked", asset=client.api("query_stock_asset"), positions=client.api("query_stock_positions"))
    try:
        QMTClient(base_url=first, token="wrong").api("query_stock_asset")
    except Exception as error:  # noqa: BLE001 - the client raises whatever HTTP said
        emit("wrong_token", error=str(error))

    def order(code: str, kind: int, volume: int, price_type: int, price: float) -> int:
        return client.api(
            "order_stock", stock_code=code, order_type=kind, order_volume=volume, price_type=price_type, price=price,
            strategy_name="foreign", order_remark="qka",
        )  # fmt: skip

    def status(order_id: int):
        return (client.api("query_stock_order", order_id=order_id) or {}).get("order_status")

    buy, sell, limit = xtconstant.STOCK_BUY, xtconstant.STOCK_SELL, xtconstant.FIX_PRICE
    bought = order("600000.SH", buy, 300, limit, 10.10)
    wait_for(lambda: status(bought) == 56, "the buy")
    trade = next(item for item in client.api("query_stock_trades") if item["order_id"] == bought)
    emit("bought", order_id=bought, price=trade["traded_price"], volume=trade["traded_volume"])

    resting = order("000001.SZ", buy, 200, limit, 11.50)
    wait_for(lambda: status(resting) == 50, "the resting order")
    result = client.api("cancel_order_stock", order_id=resting)
    wait_for(lambda: status(resting) == 54, "the cancel")
    emit("cancelled", result=result, open=client.api("query_stock_orders", cancelable_only=True))

    sold = order("600000.SH", sell, 400, limit, 9.90)
    wait_for(lambda: status(sold) == 56, "the sell")
    market = order("600000.SH", buy, 100, xtconstant.MARKET_SH_CONVERT_5_CANCEL, 0)
    wait_for(lambda: status(market) == 56, "the market order")
    emit(
        "sold",
        positions=client.api("query_stock_positions"),
        market=client.api("query_stock_order", order_id=market),
    )

    refused = {
        "cash": order("600000.SH", buy, 1_000_000, limit, 10.10),
        "lots": order("600000.SH", buy, 150, limit, 10.10),
    }
    emit("refused", numbers=refused, state=status(refused["cash"]))

    # The terminal loses the session with the answer to this order; the server does not notice.
    last = order("600000.SH", buy, 100, limit, 10.10)
    lost = wait_for(lambda: order("600000.SH", buy, 100, limit, 10.10) == -1, "the disconnect")
    emit(
        "disconnected",
        lost=lost,
        asset=client.api("query_stock_asset"),
        orders=client.api("query_stock_orders"),
    )
    emit("start_another")
    wait_for(up(second), "the second server", 30)
    client = QMTClient(base_url=second, token=token)
    wait_for(lambda: status(last) == 56, "the order that was sent before")
    again = order("600000.SH", buy, 100, limit, 10.10)
    wait_for(lambda: status(again) == 56, "the order after the reconnect")
    emit(
        "reconnected",
        orders=len(client.api("query_stock_orders")),
        trades=len(client.api("query_stock_trades")),
    )
    leave()


main(*sys.argv[1:4])
