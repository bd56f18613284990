"""What the blotter shows of the broker's codes."""

from __future__ import annotations

from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from core.domain.enums import OrderStatus, Side
from core.domain.market import Symbol
from core.domain.trading import Order
from tests.widgets.blotter.test_view import cells, order
from widgets.blotter.view import BlotterView
from widgets.theme import ThemeHolder

WORDS = {
    48: "未报",
    49: "待报",
    50: "已报",
    51: "已报待撤",
    52: "部成待撤",
    53: "部撤",
    54: "已撤",
    55: "部成",
    56: "已成",
    57: "废单",
    255: "未知",
}


@pytest.mark.capability("001-24")
@pytest.mark.parametrize(("code", "word"), [*WORDS.items(), (99, "99"), (0, "0")])
def test_001_24_a_row_shows_every_status_and_side_and_an_unknown_code_raw(
    code: int, word: str, theme: ThemeHolder, qtbot: QtBot
) -> None:
    blotter = BlotterView(theme)
    qtbot.addWidget(blotter)
    blotter.show()
    status = OrderStatus(code) if code in WORDS else cast(OrderStatus, code)
    rows: list[tuple[Order, str]] = [
        (order(number, status, side=side, symbol=Symbol("600519.SH")), "自动")
        for number, side in enumerate((Side.SELL, Side.BUY), 1)
    ]
    blotter.upsert_orders(rows)
    shown = [cells(blotter, "orders", row) for row in range(2)]
    assert [row["status"] for row in shown] == [word, word]
    assert [row["side"] for row in shown] == ["买入", "卖出"], "the newest first"
    assert word in blotter.csv_text("orders")
