"""The blotter dock: five tabs fed by records, speaking in intents."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from core.domain.enums import AlarmRank, ItemState, OrderStatus, Outcome, Side, SignalKind
from core.domain.market import Symbol
from core.domain.trading import Order, Position, Trade
from tests.widgets.desk_records import MOMENT, decision, instrument, quote, view
from tests.widgets.pictures import count, grab
from widgets.alarm import Alarm
from widgets.blotter.pane import TabPane
from widgets.blotter.view import BlotterView
from widgets.state_looks import STATE_LOOKS, protection_look
from widgets.theme import ThemeHolder

D = Decimal


def order(order_id: int, status: OrderStatus = OrderStatus.REPORTED, **changes: object) -> Order:
    made = Order(
        "SIM-01",
        Symbol("600519.SH"),
        order_id,
        "",
        MOMENT,
        Side.BUY,
        4100,
        D("10.005"),
        0,
        D(0),
        status,
        "",
        "DP-1",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def trade(trade_id: str, side: Side, volume: int, price: str, symbol: str = "600519.SH") -> Trade:
    return Trade(
        "SIM-01", Symbol(symbol), trade_id, 1, MOMENT, side, D(price), volume, D(price) * volume, "DP-1"
    )


@pytest.fixture
def blotter(theme: ThemeHolder, qtbot: QtBot) -> BlotterView:
    widget = BlotterView(theme)
    qtbot.addWidget(widget)
    widget.resize(740, 520)
    widget.show()
    widget.set_instruments(
        (instrument("600519.SH", "贵州茅台"), instrument("510300.SH", "沪深300ETF", "0.001"))
    )
    return widget


def cells(blotter: BlotterView, tab: str, row: int = 0) -> dict[str, str]:
    model = blotter.pages[tab].model
    return {column.key: model.cell(row, place)[0] for place, column in enumerate(model.columns)}


def tab_texts(blotter: BlotterView) -> list[str]:
    return [
        pane.bar.tabText(i)
        for pane in (blotter.upper_pane, blotter.lower_pane)
        for i in range(pane.bar.count())
    ]


def test_tabs_carry_their_counts(blotter: BlotterView, qtbot: QtBot) -> None:
    blotter.upsert_order(order(1), "自动")
    blotter.upsert_order(order(1, OrderStatus.SUCCEEDED), "自动")
    blotter.add_decision(decision(1))
    blotter.add_decision(decision(2))
    qtbot.waitUntil(lambda: tab_texts(blotter) == ["持仓 0", "委托 1", "成交 0", "决策 2", "提醒 0"])


def test_one_group_or_two_hold_the_same_tabs(blotter: BlotterView, qtbot: QtBot) -> None:
    assert (blotter.upper_pane.bar.count(), blotter.lower_pane.bar.count()) == (3, 2)
    blotter.show_tab("alarms")
    blotter.set_split(False)
    assert blotter.upper_pane.bar.count() == 5
    assert not blotter.lower_pane.isVisible()
    assert blotter.upper_pane.current_key == "alarms"
    blotter.set_split(True)
    assert [page.key for page in blotter.lower_pane.pages] == ["decisions", "alarms"]
    blotter.upsert_order(order(1), "自动")
    qtbot.waitUntil(lambda: "委托 1" in tab_texts(blotter))


def test_tools_go_where_only_the_tabs_have_room(blotter: BlotterView, qtbot: QtBot) -> None:
    blotter.set_split(False)
    pane = next(pane for pane in blotter.findChildren(TabPane) if pane.isVisibleTo(blotter))
    blotter.show_tab("decisions")
    blotter.resize(900, 300)
    assert pane.tools.isVisibleTo(pane)
    narrow = pane.bar.minimumSizeHint().width() + 20
    assert pane.minimumSizeHint().width() <= narrow
    pane.resize(narrow, 300)
    assert not pane.tools.isVisibleTo(pane)
    pane.resize(900, 300)
    assert pane.tools.isVisibleTo(pane)


def test_position_follows_the_price_to_the_cent(blotter: BlotterView, qtbot: QtBot) -> None:
    blotter.set_positions((Position("SIM-01", Symbol("600519.SH"), 300, 100, D("10.0033")),))
    assert cells(blotter, "positions")["profit"] == "—"
    blotter.set_total_asset(D(30_000))
    with qtbot.waitSignal(blotter.positions.model.dataChanged):
        blotter.set_quotes((quote("600519.SH", "10.50", "10.20"),))
    shown = cells(blotter, "positions")
    assert (shown["last"], shown["value"], shown["profit"], shown["weight"]) == (
        "10.50",
        "3,150",
        "+149",
        "10.5%",
    )
    assert shown["today"] == "+90"
    assert "149.0100" in blotter.csv_text("positions")
    blotter.set_quotes((quote("600519.SH", "9.50", "10.20"),))
    assert cells(blotter, "positions")["profit"] == "−151"
    qtbot.waitUntil(lambda: blotter.positions.sum.text() == "−151")


def test_result_of_the_day_counts_todays_fills(blotter: BlotterView) -> None:
    """100 held since yesterday at a close of 10, 200 bought at 11, 50 sold at 12, now 10.50."""
    blotter.add_trade(trade("t1", Side.BUY, 200, "11"), "自动")
    blotter.add_trade(trade("t2", Side.SELL, 50, "12"), "手动")
    blotter.add_trade(trade("t2", Side.SELL, 50, "12"), "手动")
    blotter.set_positions((Position("SIM-01", Symbol("600519.SH"), 250, 50, D("10.60")),))
    blotter.set_quotes((quote("600519.SH", "10.50", "10.00"),))
    assert cells(blotter, "positions")["today"] == "+25"  # 2625 + 600 - 2200 - 1000
    assert blotter.trades.model.rowCount() == 2


def test_sold_out_holdings_are_left_out(blotter: BlotterView) -> None:
    blotter.set_positions((Position("SIM-01", Symbol("600519.SH"), 0, 0, D(10)),))
    assert blotter.positions.model.rowCount() == 0


def test_gravest_state_of_a_symbols_items_is_its_shield(blotter: BlotterView) -> None:
    blotter.set_positions((Position("SIM-01", Symbol("600519.SH"), 100, 100, D(10)),))
    blotter.set_views((view("a", "600519.SH", ItemState.HOLDING, held=100),))
    assert "受保护" in blotter.csv_text("positions")
    blotter.set_views((view("b", "600519.SH", ItemState.PROTECTION_LOST, held=100),))
    blotter.set_views((view("a", "600519.SH", ItemState.HOLDING, held=100),))
    assert "无保护" in blotter.csv_text("positions")


def test_a_removed_item_protects_nothing_any_more(blotter: BlotterView) -> None:
    blotter.set_positions((Position("SIM-01", Symbol("600519.SH"), 100, 100, D(10)),))
    blotter.set_views((view("a", "600519.SH", ItemState.HOLDING, held=100),))
    assert blotter.positions.model.row_at(0).state is ItemState.HOLDING
    blotter.keep_items(())
    assert blotter.positions.model.row_at(0).state is None


@pytest.mark.parametrize(("protected", "shield"), [(True, "HOLDING"), (False, "HOLDING_UNPROTECTED")])
def test_while_an_order_works_the_shield_says_whether_the_stop_can_act(
    blotter: BlotterView, protected: bool, shield: str
) -> None:
    """Also for an item without a stop, all of whose shares could be sold."""
    working = replace(view("a", "600519.SH", ItemState.ENTERING, held=100, sellable=100), protected=protected)
    blotter.set_positions((Position("SIM-01", Symbol("600519.SH"), 100, 100, D(10)),))
    blotter.set_views((working,))
    assert blotter.positions.model.row_at(0).state is ItemState(shield)
    assert protection_look(ItemState.ENTERING, protected) == STATE_LOOKS[ItemState(shield)]


def test_order_row_says_what_the_broker_said(blotter: BlotterView) -> None:
    blotter.upsert_order(
        order(
            7, OrderStatus.PART_SUCC, traded_volume=1200, traded_price=D("10.004"), status_msg="[COUNTER] x"
        ),
        "自动",
    )
    shown = cells(blotter, "orders")
    assert shown["name"] == "贵州茅台 600519"
    assert (shown["side"], shown["price"], shown["filled"]) == ("买入", "10.01", "1,200/4,100")
    assert (shown["status"], shown["origin"], shown["message"]) == ("部成", "自动", "[COUNTER] x")
    assert "10.005" in blotter.csv_text("orders")


def test_names_and_ticks_reach_rows_that_came_first(theme: ThemeHolder, qtbot: QtBot) -> None:
    widget = BlotterView(theme)
    qtbot.addWidget(widget)
    widget.upsert_order(order(1, symbol=Symbol("113050.SH"), price=D("101.234")), "外部")
    widget.add_trade(trade("t", Side.BUY, 10, "101.234", "113050.SH"), "外部")
    widget.add_decision(decision(1, symbol="113050.SH"))
    widget.set_instruments((instrument("113050.SH", "南银转债", "0.001"),))
    assert cells(widget, "orders")["name"] == "南银转债 113050"
    assert cells(widget, "trades")["price"] == "101.234"
    assert cells(widget, "decisions")["name"] == "南银转债"


def test_cancel_is_asked_for_working_orders_only(blotter: BlotterView, qtbot: QtBot) -> None:
    wide = 5_000_000_000  # wider than 32 bits: some counters count so
    blotter.show_tab("orders")
    blotter.upsert_orders([(order(wide), "自动"), (order(2, OrderStatus.SUCCEEDED), "自动")])
    assert not blotter.orders.cancel_button.isEnabled()
    asked: list[object] = []
    blotter.cancel_requested.connect(asked.append)
    blotter.orders.table.selectAll()
    assert blotter.orders.cancel_button.isEnabled()
    qtbot.keyClick(blotter.orders.table, Qt.Key.Key_Delete)
    qtbot.mouseClick(blotter.orders.cancel_button, Qt.MouseButton.LeftButton)
    assert asked == [wide, wide]
    blotter.upsert_order(order(wide, OrderStatus.CANCELED), "自动")
    assert not blotter.orders.cancel_button.isEnabled()


def test_working_orders_only_by_choice(blotter: BlotterView, qtbot: QtBot) -> None:
    blotter.upsert_orders([(order(1), "自动"), (order(2, OrderStatus.SUCCEEDED), "自动")])
    blotter.orders.working.setChecked(True)
    assert [row.order.order_id for row in map(blotter.orders.model.row_at, range(1))] == [1]
    assert blotter.orders.model.rowCount() == 1
    blotter.upsert_order(order(1, OrderStatus.SUCCEEDED), "自动")
    qtbot.waitUntil(lambda: blotter.orders.model.rowCount() == 0)


def test_a_burst_of_ten_thousand_orders_is_in_order_and_whole_while_the_window_lives(
    blotter: BlotterView, qtbot: QtBot
) -> None:
    blotter.show_tab("orders")
    beats = 0

    def beat() -> None:
        nonlocal beats
        beats += 1

    heart = QTimer(interval=0, timeout=beat)
    heart.start()
    for start in range(0, 10_000, 40):
        batch = [order(n, time=MOMENT + timedelta(milliseconds=n)) for n in range(start, start + 40)]
        blotter.upsert_orders((one, "自动") for one in batch)
        blotter.upsert_order(replace(batch[0], status=OrderStatus.SUCCEEDED), "自动")
        QGuiApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
    heart.stop()
    model = blotter.orders.model
    assert [model.row_at(i).order.order_id for i in range(10_000)] == list(reversed(range(10_000)))
    assert sum(row.order.status is OrderStatus.SUCCEEDED for row in model.all_rows()) == 250
    assert beats >= 250, "the event loop ran between the batches"
    qtbot.waitUntil(lambda: "委托 10000" in tab_texts(blotter))


def test_decision_shows_why_and_its_whole_chain(
    blotter: BlotterView, theme: ThemeHolder, qtbot: QtBot
) -> None:
    chain = (
        ("量化开关：开", True),
        ("一手需 146,820 元 > 单票上限 101,246 元（10%）", False),
        ("现金够", True),
    )
    blotter.add_decision(decision(1))
    blotter.add_decision(decision(2, Outcome.BLOCKED, reasons=chain))
    shown = cells(blotter, "decisions")
    assert (shown["name"], shown["kind"], shown["outcome"]) == ("贵州茅台", "进场", "未做")
    assert shown["why"] == chain[1][0]
    panel = blotter.decisions.panel
    assert not panel.isVisible()
    with qtbot.waitSignal(blotter.decision_activated) as opened:
        blotter.decisions.table.select_id("d2")
        qtbot.keyClick(blotter.decisions.table, Qt.Key.Key_Return)
    assert opened.args[0].decision_id == "d2"
    assert panel.isVisible()
    assert panel.title.text().startswith("未做：贵州茅台 600519 进场")
    assert "2/3" in panel.note.text()
    for text, _ in chain:
        assert text in panel.chain.accessibleDescription()
    image = grab(panel.chain)
    assert count(image, theme.color("acc")) > 0, "ticks"
    assert count(image, theme.color("warn")) > 0, "the cross of the step that settled it"
    panel.copy_button.click()
    assert "[NO] 一手需 146,820 元" in QGuiApplication.clipboard().text()
    qtbot.keyClick(blotter.decisions.table, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_decision_of_an_order_names_side_volume_and_price(blotter: BlotterView) -> None:
    blotter.add_decision(decision(3, Outcome.ACTED, SignalKind.STOP_LOSS))
    assert blotter.show_decision("d3")
    assert blotter.decisions.panel.title.text() == "已做：贵州茅台 600519 止损，卖出 300 @ 10.00"
    assert not blotter.show_decision("nobody")


def test_undone_only_and_filter(blotter: BlotterView) -> None:
    blotter.add_decisions([decision(1), decision(2, Outcome.SKIPPED), decision(3, symbol="510300.SH")])
    blotter.decisions.undone.setChecked(True)
    assert blotter.decisions.model.rowCount() == 1
    blotter.decisions.undone.setChecked(False)
    blotter.decisions.model.set_filter("沪深300")
    assert blotter.decisions.model.id_at(0) == "d3"


def test_alarms_wait_until_acknowledged_or_cured(blotter: BlotterView, qtbot: QtBot) -> None:
    blotter.add_alarm(Alarm("feed", AlarmRank.ALARM, "保护失效", "行情停更", MOMENT, Symbol("600519.SH")))
    blotter.add_alarm(Alarm("t1", AlarmRank.CARE, "无保护", "T+1", MOMENT))
    blotter.add_alarm(Alarm("fill", AlarmRank.MESSAGE, "已买入", "成交 700 股", MOMENT))
    assert blotter.open_alarms == 2
    assert [cells(blotter, "alarms", row)["done"] for row in range(3)] == ["—", "待确认", "待确认"]
    blotter.add_alarm(Alarm("feed", AlarmRank.ALARM, "", "", MOMENT, cured=True))
    assert blotter.open_alarms == 1
    assert cells(blotter, "alarms", 2)["done"] == "已解除"
    with qtbot.waitSignal(blotter.alarms_acknowledged) as told:
        blotter.alarms.acknowledge.click()
    assert told.args == [["t1"]]
    assert blotter.open_alarms == 0
    assert blotter.alarms.model.total == 3


def test_a_symbol_is_involved_while_it_is_held_or_has_a_live_order(blotter: BlotterView) -> None:
    assert not blotter.involves("600519.SH")
    blotter.upsert_order(order(1), "自动")
    assert blotter.involves("600519.SH")
    blotter.upsert_order(order(1, OrderStatus.CANCELED), "自动")
    assert not blotter.involves("600519.SH")
    blotter.set_positions((Position("SIM-01", Symbol("600519.SH"), 300, 100, D("10.0033")),))
    assert blotter.involves("600519.SH")
    assert not blotter.involves("510300.SH")


def test_an_alarm_shows_how_long_ago_it_was_by_the_clock_of_the_desk(
    blotter: BlotterView, qtbot: QtBot
) -> None:
    blotter.add_alarm(Alarm("feed", AlarmRank.ALARM, "保护失效", "行情停更", MOMENT))
    assert cells(blotter, "alarms")["age"] == "—"
    blotter.show_tab("alarms")
    for seconds, text in ((0.4, "0.4 秒"), (83, "1:23"), (3664, "1:01:04")):
        blotter.set_clock(MOMENT + timedelta(seconds=seconds))
        assert cells(blotter, "alarms")["age"] == text
    blotter.show_tab("decisions")
    with qtbot.assertNotEmitted(blotter.alarms.model.dataChanged):
        blotter.set_clock(MOMENT + timedelta(hours=2))
    blotter.show_tab("alarms")
    assert cells(blotter, "alarms")["age"] == "2:00:00"


@pytest.mark.parametrize(
    ("price_type", "word"), [(50, "限价"), (11, "限价"), (49, "市价"), (88, "五档剩撤"), (77, "77")]
)
def test_an_order_says_how_its_price_was_given(
    blotter: BlotterView, qtbot: QtBot, price_type: int, word: str
) -> None:
    blotter.resize(1000, 520)
    blotter.show_tab("orders")
    blotter.upsert_order(order(1, price_type=price_type), "外部")
    assert cells(blotter, "orders")["price_type"] == word
    qtbot.waitUntil(lambda: word in blotter.csv_text("orders"))


def test_export_gives_the_tab_and_its_text(blotter: BlotterView, qtbot: QtBot) -> None:
    blotter.add_trade(trade("t1", Side.SELL, 200, "10.5"), "自动")
    with qtbot.waitSignal(blotter.export_requested) as asked:
        qtbot.keyClick(blotter.trades.table, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert asked.args[0] == "trades"
    assert asked.args[1] == blotter.csv_text("trades")
    assert "2026-11-20T10:31:06+08:00" in asked.args[1]


def test_click_tells_the_symbol(blotter: BlotterView, qtbot: QtBot) -> None:
    blotter.add_decision(decision(1))
    table = blotter.decisions.table
    at = table.visualRect(blotter.decisions.model.index(0, 1)).center()
    with qtbot.waitSignal(blotter.symbol_activated) as told:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args == ["600519.SH"]
