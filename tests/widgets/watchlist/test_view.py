"""The watchlist dock: records in, rows on the screen, intents out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from pytestqt.qtbot import QtBot

from core.domain.enums import ItemState, QuoteFlag
from tests.widgets.desk_records import instrument, item, quote, view
from tests.widgets.pictures import count, grab
from widgets.theme import Theme, ThemeHolder
from widgets.watchlist.painting import state_words
from widgets.watchlist.rows import flag_mark
from widgets.watchlist.view import WatchlistView

S = ItemState
ITEMS = (
    item("moutai", "600519.SH", ("1455.00", "1470.00"), "1410.00", "1580.00"),
    item("catl", "300750.SZ", ("358.00", "364.00"), "349.80", "398.00"),
    item("ofilm", "002456.SZ", ("11.60", "11.90"), "11.20", "13.20"),
    item("etf", "510300.SH", ("4.600", "4.660"), "4.520", "4.950", quant=False),
)
VIEWS = (
    view("moutai", "600519.SH", S.WATCHING, text="监测中"),
    view(
        "catl",
        "300750.SZ",
        S.HOLDING,
        text="持有 · 受保护",
        protection="跌破 349.80 将卖 300 股",
        held=300,
        sellable=300,
        cost="362.40",
    ),
    view(
        "ofilm",
        "002456.SZ",
        S.STOP_BLOCKED,
        text="止损待发 · 跌停",
        protection="跌停封死；开板即卖 2,000 股",
        held=2000,
        sellable=0,
        cost="11.86",
    ),
)
QUOTES = (
    quote("600519.SH", "1480.00", "1479.00"),
    quote("300750.SZ", "381.66", "375.20"),
    quote("002456.SZ", "10.71", "11.90"),
    quote("510300.SH", "4.718", "4.701"),
)
NAMES = (
    instrument("600519.SH", "贵州茅台"),
    instrument("300750.SZ", "宁德时代"),
    instrument("002456.SZ", "欧菲光"),
    instrument("510300.SH", "沪深300ETF", "0.001"),
)


@pytest.fixture
def desk(theme: ThemeHolder, qtbot: QtBot) -> WatchlistView:
    widget = WatchlistView(theme)
    qtbot.addWidget(widget)
    widget.resize(1568, 419)
    widget.set_items(ITEMS)
    widget.set_instruments(NAMES)
    widget.set_views(VIEWS)
    widget.set_quotes(QUOTES)
    widget.show()
    qtbot.waitUntil(lambda: ids(widget)[0] == "ofilm")
    return widget


def ids(widget: WatchlistView) -> list[str]:
    return [str(widget.model.id_at(row)) for row in range(widget.model.rowCount())]


def text(widget: WatchlistView, item_id: str, key: str) -> str:
    return widget.model.cell(widget.model.row_of(item_id), widget.model.column_at(key))[0]


def tone(widget: WatchlistView, item_id: str, key: str) -> str:
    return widget.model.cell(widget.model.row_of(item_id), widget.model.column_at(key))[1]


def cell_rect(widget: WatchlistView, item_id: str, key: str) -> QRect:
    index = widget.model.index(widget.model.row_of(item_id), widget.model.column_at(key))
    return widget.table.visualRect(index)


def test_a_row_says_everything_about_its_item(desk: WatchlistView) -> None:
    shown = {column.key: text(desk, "catl", column.key) for column in desk.model.columns}
    assert shown == {
        "name": "宁德时代 300750",
        "last": "381.66",
        "change": "+1.72%",
        "spark": "",
        "zone": "358.00–364.00",
        "stop_loss": "349.80",
        "take_profit": "398.00",
        "ruler": "",
        "near": "盈 +4.3%",
        "state": "持有 · 受保护",
        "held": "300 / 300",
        "profit": "+5,778",
        "profit_share": "+5.31%",
        "protection": "跌破 349.80 将卖 300 股",
        "quant": "开",
    }
    assert tone(desk, "catl", "last") == "rise"
    assert tone(desk, "ofilm", "last") == "fall"
    assert text(desk, "ofilm", "near") == "已破损 −4.4%"
    assert text(desk, "etf", "last") == "4.718"
    assert text(desk, "etf", "state") == "仅提醒"


def test_unknown_is_a_dash_and_never_zero(theme: ThemeHolder, qtbot: QtBot) -> None:
    widget = WatchlistView(theme)
    qtbot.addWidget(widget)
    widget.set_items((item("a", "600519.SH"),))
    for key in ("last", "change", "zone", "stop_loss", "take_profit", "near", "held", "profit"):
        assert text(widget, "a", key) == "—", key
    assert text(widget, "a", "protection") == "无持仓"
    assert text(widget, "a", "name") == "600519"


def test_default_order_is_by_need(desk: WatchlistView) -> None:
    assert ids(desk) == ["ofilm", "catl", "moutai", "etf"]


def test_a_new_quote_changes_price_profit_and_distance_at_once(desk: WatchlistView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.model.dataChanged):
        desk.set_quotes((quote("300750.SZ", "350.00", "375.20"),))
    assert text(desk, "catl", "last") == "350.00"
    assert text(desk, "catl", "profit") == "−3,720"
    assert text(desk, "catl", "near") == "损 −0.1%"
    assert tone(desk, "catl", "profit") == "fall"


def test_two_items_of_one_symbol_both_follow_its_quote(theme: ThemeHolder, qtbot: QtBot) -> None:
    widget = WatchlistView(theme)
    qtbot.addWidget(widget)
    widget.set_items((item("a", "600519.SH"), item("b", "600519.SH")))
    widget.set_quotes((quote("600519.SH", "1480.00", "1479.00"),))
    assert [text(widget, i, "last") for i in "ab"] == ["1480.00", "1480.00"]


def test_changed_price_is_tinted_for_a_moment_and_only_when_wished(
    desk: WatchlistView, theme: ThemeHolder, qtbot: QtBot
) -> None:
    place = desk.model.column_at("last")
    desk.set_quotes((quote("300750.SZ", "381.66", "375.20"),))
    assert desk.model.flash_tone(desk.model.row_of("catl"), place) is None
    desk.set_quotes((quote("300750.SZ", "382.00", "375.20"),))
    assert desk.model.flash_tone(desk.model.row_of("catl"), place) == "risebar"
    rect = cell_rect(desk, "catl", "last")
    assert count(grab(desk.table.viewport(), rect), theme.color("risebar")) > rect.width()
    qtbot.waitUntil(lambda: desk.model.flash_tone(desk.model.row_of("catl"), place) is None)
    theme.set_theme(Theme(flash=False))
    desk.set_quotes((quote("300750.SZ", "381.00", "375.20"),))
    assert desk.model.flash_tone(desk.model.row_of("catl"), place) is None


def test_stale_price_is_grey(desk: WatchlistView, theme: ThemeHolder) -> None:
    desk.set_flags([("300750.SZ", QuoteFlag.STALE)])
    assert tone(desk, "catl", "last") == "t3"
    image = grab(desk.table.viewport(), cell_rect(desk, "catl", "last"))
    assert count(image, theme.color("rise")) == 0
    desk.set_flags([("300750.SZ", QuoteFlag(0))])
    assert tone(desk, "catl", "last") == "rise"


def test_alarm_is_a_filled_block_and_nothing_else_is(desk: WatchlistView, theme: ThemeHolder) -> None:
    block = grab(desk.table.viewport(), cell_rect(desk, "ofilm", "state"))
    assert count(block, theme.color("alarmfill")) > 1000
    for other in ("catl", "moutai", "etf"):
        image = grab(desk.table.viewport(), cell_rect(desk, other, "state"))
        assert count(image, theme.color("alarmfill")) == 0
    row = grab(desk.table.viewport(), cell_rect(desk, "ofilm", "zone"))
    assert count(row, theme.color("alarmbg")) > 1000


def test_ruler_draws_stop_target_and_last(desk: WatchlistView, theme: ThemeHolder) -> None:
    image = grab(desk.table.viewport(), cell_rect(desk, "moutai", "ruler"))
    for token in ("sl", "tp", "edge", "t1"):
        assert count(image, theme.color(token)) > 0, token


def test_chips_count_and_filter(desk: WatchlistView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: desk.head.chips["needy"].text() == "需处理 1")
    texts = {key: button.text() for key, button in desk.head.chips.items()}
    assert texts == {
        "all": "全部 4",
        "needy": "需处理 1",
        "held": "持仓 2",
        "pending": "待进场 1",
        "alert": "仅提醒 1",
        "done": "完成 0",
    }
    for key, wanted in (("held", ["ofilm", "catl"]), ("alert", ["etf"]), ("done", []), ("all", None)):
        qtbot.mouseClick(desk.head.chips[key], Qt.MouseButton.LeftButton)
        assert ids(desk) == (wanted if wanted is not None else ["ofilm", "catl", "moutai", "etf"])


def test_the_chip_of_what_needs_you_is_magenta_for_alarms_only(
    theme: ThemeHolder, qtbot: QtBot, desk: WatchlistView
) -> None:
    chip = desk.head.chips["needy"]

    def colours() -> tuple[bool, bool]:
        image = grab(chip)
        return count(image, theme.color("alarm")) > 0, count(image, theme.color("warn")) > 0

    qtbot.waitUntil(lambda: chip.text() == "需处理 1")
    assert colours() == (True, False), "a stop that cannot trade"
    desk.set_views((view("ofilm", "002456.SZ", S.HOLDING_UNPROTECTED, held=2000),))
    qtbot.waitUntil(lambda: colours() == (False, True))
    desk.set_views((view("ofilm", "002456.SZ", S.HOLDING, held=2000),))
    qtbot.waitUntil(lambda: chip.text() == "需处理 0")
    assert colours() == (False, False)


def test_a_forgotten_symbol_comes_back_without_a_price(desk: WatchlistView) -> None:
    desk.set_flags((("600519.SH", QuoteFlag.UP_LOCKED),))
    assert text(desk, "moutai", "last") == "1480.00"
    desk.set_items(ITEMS[1:])
    desk.forget("600519.SH")
    desk.set_items(ITEMS)
    assert text(desk, "moutai", "last") == "—"
    assert text(desk, "catl", "last") == "381.66"
    desk.set_quotes((quote("600519.SH", "1481.00", "1479.00"),))
    assert text(desk, "moutai", "last") == "1481.00"


def test_filter_box_finds_code_and_name(desk: WatchlistView, qtbot: QtBot) -> None:
    qtbot.keyClicks(desk.head.filter_box, "3007")
    assert ids(desk) == ["catl"]
    desk.head.filter_box.setText("茅台")
    assert ids(desk) == ["moutai"]
    desk.head.filter_box.clear()
    assert len(ids(desk)) == 4


def test_switch_asks_and_does_not_change_by_itself(desk: WatchlistView, qtbot: QtBot) -> None:
    at = cell_rect(desk, "catl", "quant").center()
    with qtbot.waitSignal(desk.quant_toggled) as asked:
        qtbot.mouseClick(desk.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert asked.args == ["catl", False]
    assert text(desk, "catl", "quant") == "开"
    at = cell_rect(desk, "etf", "quant").center()
    with qtbot.waitSignal(desk.quant_toggled) as asked:
        qtbot.mouseClick(desk.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert asked.args == ["etf", True]


def test_keys_become_intents(desk: WatchlistView, qtbot: QtBot) -> None:
    desk.table.select_id("catl")
    with qtbot.waitSignal(desk.edit_requested) as edit:
        qtbot.keyClick(desk.table, Qt.Key.Key_F2)
    assert edit.args == ["catl"]
    with qtbot.waitSignal(desk.edit_requested) as edit:
        qtbot.keyClick(desk.table, Qt.Key.Key_Return)
    assert edit.args == ["catl"]
    with qtbot.waitSignal(desk.add_requested):
        qtbot.keyClick(desk.table, Qt.Key.Key_Insert)
    with qtbot.waitSignal(desk.remove_requested) as remove:
        qtbot.keyClick(desk.table, Qt.Key.Key_Delete)
    assert remove.args == [["catl"]]
    with qtbot.waitSignal(desk.export_requested):
        qtbot.keyClick(desk.table, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(desk.current_symbol_changed) as shown:
        qtbot.keyClick(desk.table, Qt.Key.Key_Space)
    assert shown.args == ["300750.SZ"]


def test_current_symbol_follows_the_row(desk: WatchlistView, qtbot: QtBot) -> None:
    at = cell_rect(desk, "moutai", "last").center()
    with qtbot.waitSignal(desk.current_symbol_changed) as told:
        qtbot.mouseClick(desk.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at))
    assert told.args == ["600519.SH"]
    assert desk.current_symbol == "600519.SH"
    assert desk.select_symbol("510300.SH")
    assert desk.current_symbol == "510300.SH"
    assert not desk.select_symbol("000001.SZ")


def test_csv_carries_exact_values(desk: WatchlistView) -> None:
    desk.set_views((view("catl", "300750.SZ", S.HOLDING, held=300, sellable=100, cost="362.4567"),))
    line = next(row for row in desk.csv_text().splitlines() if row.startswith("宁德时代"))
    assert "381.66" in line
    assert "300/100" in line
    assert str((Decimal("381.66") - Decimal("362.4567")) * 300) in line
    assert "−" not in desk.csv_text()


def test_when_the_chosen_row_goes_another_is_chosen_and_seen_to_be(desk: WatchlistView) -> None:
    first = desk.model.id_at(1)
    desk.table.select_id(first)
    desk.set_items(tuple(item for item in ITEMS if item.item_id != first))
    chosen = desk.table.current_id()
    assert chosen is not None
    assert chosen != first
    assert desk.table.selected_ids() == [chosen], "what the keys act on is what is marked"
    desk.set_items(ITEMS)
    assert desk.table.selected_ids() == [chosen]


def test_empty_list_names_the_key_that_adds(theme: ThemeHolder, qtbot: QtBot) -> None:
    widget = WatchlistView(theme)
    qtbot.addWidget(widget)
    assert "Ins" in widget.table.empty_hint
    assert widget.model.rowCount() == 0


def test_narrow_desk_drops_columns_in_the_order_of_the_guide(desk: WatchlistView, qtbot: QtBot) -> None:
    desk.resize(1100, 300)
    hidden = {c.key for i, c in enumerate(desk.model.columns) if desk.table.isColumnHidden(i)}
    assert hidden == {"spark", "take_profit", "held", "profit_share", "quant"}


def test_a_large_order_in_a_narrow_cell_says_what_is_done_and_cuts_no_number() -> None:
    assert state_words("买入中 25,200/40,300", lambda _: True) == "买入中 25,200/40,300"
    assert state_words("买入中 25,200/40,300", lambda text: len(text) < 15) == "买入中 25,200"
    assert state_words("持有 · 受保护", lambda _: False) == "持有 · 受保护"


@pytest.mark.parametrize("wide", [960, 800, 700])
def test_a_small_desk_keeps_price_stop_state_and_protection_in_sight(
    desk: WatchlistView, qtbot: QtBot, wide: int
) -> None:
    desk.resize(wide, 300)
    shown = [c.key for i, c in enumerate(desk.model.columns) if not desk.table.isColumnHidden(i)]
    assert {"name", "last", "stop_loss", "state", "protection"} <= set(shown)
    assert desk.table.header.length() <= desk.table.viewport().width(), "nothing is beyond the edge"


def test_items_that_go_take_their_state_along(desk: WatchlistView) -> None:
    desk.set_items(ITEMS[:1])
    assert ids(desk) == ["moutai"]
    desk.set_items(ITEMS)
    assert text(desk, "ofilm", "state") == "监测中", "a state is not remembered for an item that was removed"


@pytest.mark.parametrize(
    ("flags", "mark", "words"),
    [
        (QuoteFlag.UP_LOCKED | QuoteFlag.UP_TOUCHED, "封", "涨停封死：没有卖盘"),
        (QuoteFlag.DOWN_TOUCHED, "触", "今天触及过跌停价"),
        (QuoteFlag.FALLBACK, "备", "没有允许它触发交易"),
        (QuoteFlag.AUCTION, "竞", "参考价"),
        (QuoteFlag.STALE, "", "行情陈旧"),
    ],
)
def test_what_is_special_about_a_price_is_marked_and_told(
    desk: WatchlistView, flags: QuoteFlag, mark: str, words: str
) -> None:
    desk.set_flags([("300750.SZ", flags)])
    row = desk.model.row_at(desk.model.row_of("catl"))
    assert flag_mark(row.flags) == mark
    index = desk.model.index(desk.model.row_of("catl"), desk.model.column_at("last"))
    assert words in index.data(Qt.ItemDataRole.ToolTipRole)
    assert words in index.data(Qt.ItemDataRole.AccessibleTextRole)
    picture = grab(desk.table.viewport(), cell_rect(desk, "catl", "last"))
    desk.set_flags([("300750.SZ", QuoteFlag(0))])
    assert picture != grab(desk.table.viewport(), cell_rect(desk, "catl", "last"))


def test_a_price_tells_its_source_and_latency(desk: WatchlistView) -> None:
    told = replace(quote("300750.SZ", "376.50", "375.20"), source="新浪")
    desk.set_quotes((replace(told, received_ms=told.time_ms + 2_100),))
    index = desk.model.index(desk.model.row_of("catl"), desk.model.column_at("last"))
    assert "来源 新浪 · 延迟 2.1 秒" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_an_item_that_is_held_offers_to_agree(desk: WatchlistView, qtbot: QtBot) -> None:
    desk.table.select_id("catl")
    assert "同意除权调整，恢复触发" not in [action.text() for action in desk._row_menu().actions()]
    desk.set_held("catl", True)
    offer = next(a for a in desk._row_menu().actions() if a.text() == "同意除权调整，恢复触发")
    with qtbot.waitSignal(desk.rescale_accepted) as told:
        offer.trigger()
    assert told.args == ["catl"]
    keep = next(a for a in desk._row_menu().actions() if a.text() == "不调整，按原价位恢复触发")
    with qtbot.waitSignal(desk.rescale_refused) as refused:
        keep.trigger()
    assert refused.args == ["catl"]
    desk.set_held("catl", False)
    assert "同意除权调整，恢复触发" not in [action.text() for action in desk._row_menu().actions()]
