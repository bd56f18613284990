"""easytrader 0.23.7, `use("miniqmt")`, unmodified."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from tests.foreign.running import ACCOUNT, PROGRAMS, command, held, run, terminal_of


def test_easytrader_trades_a_day(tmp_path: Path, python_of: Callable[[str], Path]) -> None:
    folder, work = tmp_path / "userdata_mini", tmp_path / "work"
    # Orders before the one that the session is lost with: 3 + 9 market buys, 1 market sell, 4 refused.
    words = command(
        python_of("easytrader"),
        PROGRAMS / "easytrader_program.py",
        str(folder),
        folder=folder,
        faults=[{"fault": "disconnect_after", "on": "orderStock", "nth": 18}],
        work=work,
    )
    done = run(words, work)
    asked = done.step("asked")
    assert asked["balance"]["cash"] == 1_000_000
    assert [(item["stock_code"], item["can_use_volume"]) for item in asked["position"]] == [
        ("600000.SH", 1000)
    ]
    bought = done.step("bought")
    assert (bought["volume"], bought["price"]) == (300, 10.0)
    assert bought["order_id"] > 0
    cancelled = done.step("cancelled")
    assert cancelled["answer"] == {"success": True, "message": "success"}
    assert cancelled["frozen"] >= 200 * 11.50
    assert cancelled["frozen_after"] == 0
    assert done.step("cancelled_late")["errors"], "a final order cannot be cancelled"
    sold = done.step("sold")
    assert (sold["volume"], sold["can_use_volume"]) == (900, 600), "today's buy cannot be sold today"
    filled, resting = 56, 50
    assert {kind: seen[:2] for kind, seen in done.step("market_orders")["kinds"].items()} == {
        "600000 对手方最优价格委托": [84, filled],
        "600000 最优五档即时成交剩余撤销": [88, filled],
        "600000 最优五档即时成交剩转限价": [85, filled],
        "600000 本方最优价格委托": [86, resting],
        "000001 对手方最优价格委托": [84, filled],
        "000001 本方最优价格委托": [86, resting],
        "000001 即时成交剩余撤销委托": [87, filled],
        "000001 最优五档即时成交剩余撤销": [88, filled],
        "000001 全额成交或撤销委托": [89, filled],
    }, "the broker's price types, as the package names them"
    refused = done.step("refused")
    assert refused["numbers"]["lots"] == -1, "refused at the request"
    assert min(refused["numbers"][name] for name in ("cash", "shares", "limits")) > 0, (
        "refused at the counter"
    )
    said = "".join(text for _, text in refused["errors"])
    for words in ("[COUNTER] [260200][可用资金不足]", "[COUNTER] [251005][证券可用数量不足]", "涨停价"):
        assert words in said
    lost = done.step("disconnected")
    assert lost["last"] > 0
    assert (lost["lost"], lost["entrusts"]) == (-1, [])
    again = done.step("reconnected")
    assert again["trades"] == 12
    assert done.code == 0, done.err
    with terminal_of(folder) as terminal:
        orders = terminal.orders(ACCOUNT)
        assert len(orders) == again["entrusts"] == 18, (
            "all but the one refused at the request and the one not connected"
        )
        assert sum(trade.volume for trade in terminal.trades(ACCOUNT)) == 300 + 400 + 7 * 100 + 100 + 2 * 100
        assert held(terminal, "600000.SH") == 1000 + 300 - 400 + 3 * 100 - 100 + 2 * 100
        assert held(terminal, "000001.SZ") == 400
        ledger = terminal.ledger(ACCOUNT)
        assert ledger.total_asset == Decimal(str(again["balance"]["total_asset"]))
        assert ledger.frozen_cash == Decimal(str(again["balance"]["frozen_cash"])), (
            "two best-of-own-side orders rest"
        )
