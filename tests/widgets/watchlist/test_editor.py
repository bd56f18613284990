"""The editor on the screen: what is typed, what it says and when, what leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.domain.enums import Mode
from core.domain.market import Instrument, Symbol
from core.domain.watch import WatchItem
from tests.widgets.desk_records import item, quote
from tests.widgets.pictures import count, grab
from widgets.field import CARE, WRONG, LinkButton
from widgets.theme import ThemeHolder
from widgets.watchlist.editor import ItemEditor
from widgets.watchlist.editor_checks import PASSED

BYD = item("w1", "002594.SZ", ("94.00", "95.50"), "90.00", "106.00")
SECURITY = Instrument(
    Symbol("002594.SZ"),
    "比亚迪",
    Decimal("0.01"),
    Decimal("97.90"),
    Decimal("107.69"),
    Decimal("88.11"),
    date(2026, 11, 20),
)
OTHER = item("w2", "600519.SH", ("1455.00", "1470.00"), "1350.00", "1650.00")
QUOTE = quote("002594.SZ", "98.46", "97.90")


@pytest.fixture
def editor(theme: ThemeHolder, qtbot: QtBot) -> Iterator[ItemEditor]:
    dialog = ItemEditor(theme, new_id=lambda symbol: f"new-{symbol}", mode=Mode.PAPER)
    qtbot.addWidget(dialog)
    yield dialog
    dialog.form.load(dialog.state.source.loaded, locked=True)  # unchanged, it closes without a question
    dialog.reject()


def start(
    qtbot: QtBot, editor: ItemEditor, edited: WatchItem | None = BYD, security: Instrument | None = SECURITY
) -> None:
    """Show it as the window would, and wait until keys reach it."""
    assert editor.edit(edited, security if edited else None, QUOTE if edited else None)
    qtbot.waitUntil(editor.isActiveWindow)


def type_over(qtbot: QtBot, editor: ItemEditor, field: str, text: str) -> None:
    edit = editor.form.edits[field]
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, text)


def message(editor: ItemEditor, field: str) -> str:
    shown = editor.form.message(field)
    return shown.text if shown.isVisible() else ""


def state(editor: ItemEditor, field: str) -> str:
    return str(editor.form.edits[field].property("state") or "")


def wait_for(qtbot: QtBot, editor: ItemEditor, field: str, words: str) -> None:
    qtbot.waitUntil(lambda: words in message(editor, field))


def press(qtbot: QtBot, editor: ItemEditor, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    target = editor.focusWidget() or editor
    qtbot.keyClick(target, key, modifier or Qt.KeyboardModifier.NoModifier)


def test_an_item_stands_in_the_fields(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    assert not editor.isModal()
    shown = {name: edit.text() for name, edit in editor.form.edits.items() if name != "symbol"}
    assert shown == {
        "take_profit": "106.00",
        "entry_high": "95.50",
        "entry_low": "94.00",
        "stop_loss": "90.00",
        "max_position_pct": "20",
        "min_trade_amount": "5000",
        "group": "",
        "interval_s": "",
        "note": "",
    }
    assert editor.form.head.name.text() == "比亚迪"
    assert editor.form.head.facts.text() == "002594.SZ · 深市主板 · 一手 100 股 · 一跳 0.01"
    assert editor.form.head.limits.text() == "跌停 88.11 · 涨停 107.69"
    assert editor.form.head.last.text() == "98.46"
    assert editor.windowTitle() == "【模拟 PAPER】监测项 — 比亚迪 002594"
    assert not editor.is_changed


def test_a_complaint_waits_for_the_hand_to_rest_and_then_names_itself_beside_save(
    editor: ItemEditor, qtbot: QtBot
) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "stop_loss", "89.365")
    assert message(editor, "stop_loss") == ""
    with qtbot.waitSignal(editor.state.said):
        pass
    text = "价格 89.365 不是 0.01 的整数倍。可用 89.36 或 89.37。"
    assert message(editor, "stop_loss") == text
    assert state(editor, "stop_loss") == WRONG
    assert editor.form.edits["stop_loss"].accessibleDescription() == text
    assert not editor.acts.save.isEnabled()
    assert editor.acts.reason.text() == "先改正 1 处错误：止损"
    assert editor.form.edits["stop_loss"].text() == "89.365"


def test_leaving_a_field_complains_at_once(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "entry_low", "96")
    assert message(editor, "entry_low") == ""
    press(qtbot, editor, Qt.Key.Key_Tab)
    assert message(editor, "entry_low") == "进场区间上下颠倒：下沿 96.00 高于上沿 95.50。请把两者对调。"


def test_a_cure_shows_at_once(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "stop_loss", "89.365")
    wait_for(qtbot, editor, "stop_loss", "整数倍")
    press(qtbot, editor, Qt.Key.Key_Backspace)
    assert message(editor, "stop_loss") == ""
    assert state(editor, "stop_loss") == ""
    assert editor.form.edits["stop_loss"].accessibleDescription() == ""
    assert editor.acts.save.isEnabled()


def test_an_offer_takes_one_click_and_can_be_undone(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "stop_loss", "89.365")
    wait_for(qtbot, editor, "stop_loss", "整数倍")
    first, second = editor.form.message("stop_loss").buttons
    assert (first.text(), second.text()) == ("改为 89.36", "改为 89.37")
    qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    edit = editor.form.edits["stop_loss"]
    assert edit.text() == "89.37"
    assert message(editor, "stop_loss") == ""
    edit.undo()
    assert edit.text() == "89.365"
    edit.redo()
    assert edit.text() == "89.37"


def test_an_offer_is_reached_by_tab_and_taken_by_enter(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "stop_loss", "89.365")
    wait_for(qtbot, editor, "stop_loss", "整数倍")
    press(qtbot, editor, Qt.Key.Key_Tab)
    assert isinstance(editor.focusWidget(), LinkButton)
    press(qtbot, editor, Qt.Key.Key_Return)
    assert editor.form.edits["stop_loss"].text() == "89.36"


def test_the_check_list_says_the_same_and_cures_the_same(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    assert {check.state for check in editor.checks.checks} == {PASSED}
    type_over(qtbot, editor, "entry_low", "96")
    wait_for(qtbot, editor, "entry_low", "颠倒")
    worst = editor.checks.checks[0]
    assert (worst.state, worst.title, worst.text) == (WRONG, "进场下沿", message(editor, "entry_low"))
    assert editor.checks.head.note.text().startswith("1 处错误")
    editor.checks.offered.emit(worst.offers[0])
    assert editor.form.edits["entry_low"].text() == "95.50"
    assert editor.form.edits["entry_high"].text() == "96.00"


@pytest.mark.capability("000-20")
def test_000_20_a_share_outside_10_to_30_percent_is_warned_about_and_saved_as_typed(
    editor: ItemEditor, qtbot: QtBot
) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "max_position_pct", "45")
    wait_for(qtbot, editor, "max_position_pct", "45%，不在建议的 10%–30% 之内")
    assert state(editor, "max_position_pct") == CARE
    assert editor.form.edits["max_position_pct"].text() == "45"
    with qtbot.waitSignal(editor.saved) as sent:
        press(qtbot, editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert sent.args[0].quant.max_position_pct == Decimal("0.45")


@pytest.mark.capability("000-40")
@pytest.mark.parametrize(
    ("price", "care"), [("104.99", True), ("105.05", False), ("114.60", False), ("114.61", True)]
)
def test_000_40_a_target_outside_10_to_20_percent_is_warned_about(
    editor: ItemEditor, qtbot: QtBot, price: str, care: bool
) -> None:
    start(qtbot, editor, BYD, None)
    type_over(qtbot, editor, "take_profit", price)
    with qtbot.waitSignal(editor.state.said):
        pass
    assert ("不在建议的 10%–20% 之内" in message(editor, "take_profit")) is care
    assert state(editor, "take_profit") == (CARE if care else "")


def test_ctrl_s_sends_the_item_and_only_the_owner_closes(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "stop_loss", "89.5")
    with qtbot.waitSignal(editor.saved) as sent:
        press(qtbot, editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert sent.args[0] == replace(BYD, stop_loss=Decimal("89.50"))
    assert editor.isVisible()
    assert editor.acts.reason.text() == "正在保存"
    with qtbot.assertNotEmitted(editor.saved):
        press(qtbot, editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    editor.accept_saved()
    assert not editor.isVisible()


def test_what_is_typed_while_it_is_being_saved_is_not_lost(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "stop_loss", "89.5")
    press(qtbot, editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    type_over(qtbot, editor, "note", "x")
    editor.accept_saved()
    assert editor.isVisible()
    assert editor.is_changed
    with qtbot.waitSignal(editor.saved) as sent:
        press(qtbot, editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert sent.args[0] == replace(BYD, stop_loss=Decimal("89.50"), note="x")
    editor.accept_saved()
    assert not editor.isVisible()


def test_save_with_something_wrong_says_so_at_once_and_sends_nothing(
    editor: ItemEditor, qtbot: QtBot
) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "stop_loss", "abc")
    with qtbot.assertNotEmitted(editor.saved):
        press(qtbot, editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert message(editor, "stop_loss") == "“abc”不是数字。请只写数字和小数点，例如 12.34。"
    assert editor.focusWidget() is editor.form.edits["stop_loss"]


def test_enter_in_a_field_saves_nothing(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "stop_loss", "89.5")
    with qtbot.assertNotEmitted(editor.saved):
        press(qtbot, editor, Qt.Key.Key_Return)
    assert editor.isVisible()


def test_escape_closes_what_was_not_changed(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    press(qtbot, editor, Qt.Key.Key_Escape)
    assert not editor.isVisible()


def test_escape_asks_in_place_before_changes_are_lost(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "stop_loss", "89.5")
    press(qtbot, editor, Qt.Key.Key_Escape)
    assert editor.isVisible()
    assert editor.ask.isVisible()
    assert editor.ask.text.text() == "比亚迪 的修改还没有保存。放弃修改？"
    press(qtbot, editor, Qt.Key.Key_Escape)
    assert not editor.ask.isVisible()
    assert editor.form.edits["stop_loss"].text() == "89.5"
    assert not editor.close()  # the window's cross asks too
    assert editor.ask.isVisible()
    qtbot.mouseClick(editor.ask.discard, Qt.MouseButton.LeftButton)
    assert not editor.isVisible()


def test_another_item_waits_until_changes_are_settled(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "stop_loss", "89.5")
    assert not editor.edit(OTHER, None, None)
    assert editor.symbol == "002594.SZ"
    assert editor.ask.isVisible()
    qtbot.mouseClick(editor.ask.discard, Qt.MouseButton.LeftButton)
    assert editor.symbol == "600519.SH"
    assert editor.isVisible()
    assert not editor.ask.isVisible()


def test_put_back_restores_every_field_and_can_be_undone(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    assert not editor.acts.revert.isEnabled()
    type_over(qtbot, editor, "stop_loss", "abc")
    editor.form.switches["alerts"].click()
    qtbot.mouseClick(editor.acts.revert, Qt.MouseButton.LeftButton)
    assert not editor.is_changed
    assert message(editor, "stop_loss") == ""
    editor.form.edits["stop_loss"].undo()
    assert editor.form.edits["stop_loss"].text() == "abc"


def test_a_new_item_gets_its_id_when_it_is_saved(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor, None)
    assert editor.windowTitle() == "【模拟 PAPER】监测项 — 新建"
    assert message(editor, "symbol") == ""
    assert not editor.acts.save.isEnabled()
    assert editor.acts.reason.text() == "先填证券代码"
    with qtbot.waitSignal(editor.instrument_wanted) as wanted:
        qtbot.keyClicks(editor.form.edits["symbol"], "sz002594")
    assert wanted.args == ["002594.SZ"]
    editor.set_instrument(replace(SECURITY, symbol=Symbol("600519.SH"), name="别的"))
    assert editor.form.head.name.text() == "002594"
    editor.set_instrument(SECURITY)
    editor.set_quote(QUOTE)
    assert editor.form.head.name.text() == "比亚迪"
    for field, text in (
        ("entry_low", "94"),
        ("entry_high", "95.5"),
        ("stop_loss", "90"),
        ("take_profit", "106"),
    ):
        type_over(qtbot, editor, field, text)
    editor.form.switches["quant_enabled"].click()
    with qtbot.waitSignal(editor.saved) as sent:
        press(qtbot, editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert sent.args[0] == replace(BYD, item_id="new-002594.SZ")


def test_a_refused_code_says_why_and_offers_the_right_one(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor, None)
    qtbot.keyClicks(editor.form.edits["symbol"], "600519.SZ")
    wait_for(qtbot, editor, "symbol", "深圳没有代码为 600519 的证券号段。是不是 600519.SH？")
    (offer,) = editor.form.message("symbol").buttons
    with qtbot.waitSignal(editor.instrument_wanted) as wanted:
        qtbot.mouseClick(offer, Qt.MouseButton.LeftButton)
    assert wanted.args == ["600519.SH"]
    assert editor.form.edits["symbol"].text() == "600519.SH"


def test_an_ambiguous_code_asks_which_is_meant(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor, None)
    qtbot.keyClicks(editor.form.edits["symbol"], "000001")
    wait_for(qtbot, editor, "symbol", "000001 也可能是 000001.SH，现在按 000001.SZ 监测")
    assert state(editor, "symbol") == CARE


def test_the_refusal_of_the_service_stands_at_its_field_until_that_is_edited(
    editor: ItemEditor, qtbot: QtBot
) -> None:
    start(qtbot, editor)
    press(qtbot, editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    editor.show_error("stop_loss", "止损 90.00 有一笔卖单在途。")
    assert message(editor, "stop_loss") == "止损 90.00 有一笔卖单在途。"
    assert editor.acts.note.text() == "止损 90.00 有一笔卖单在途。"
    assert editor.acts.save.isEnabled()  # the reason may pass; one may try again
    type_over(qtbot, editor, "stop_loss", "89.50")
    assert message(editor, "stop_loss") == ""
    assert editor.acts.note.text() == "保存后立即生效；工作中的委托不受影响"


@pytest.mark.parametrize("field", ["", "no_such_field", "quant_enabled"])
def test_a_refusal_without_a_field_of_its_own_is_still_said(
    editor: ItemEditor, qtbot: QtBot, field: str
) -> None:
    start(qtbot, editor)
    press(qtbot, editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    editor.show_error(field, "日志库不能写。")
    assert editor.acts.note.text() == "日志库不能写。"
    assert editor.acts.save.isEnabled()
    assert (editor.form.quant_message.text == "日志库不能写。") is (field == "quant_enabled")


def test_distances_follow_the_quote_and_nothing_is_known_without_one(editor: ItemEditor) -> None:
    editor.edit(BYD, SECURITY, None)
    from_last = editor.form.levels._from_last
    assert {label.text() for label in from_last.values()} == {"—"}
    editor.set_quote(quote("600519.SH", "1480.00"))
    assert from_last["stop_loss"].text() == "—"
    editor.set_quote(QUOTE)
    assert from_last["take_profit"].text() == "+7.66%"
    assert from_last["stop_loss"].text() == "−8.59%"
    assert editor.form.levels._from_entry["entry_high"].text() == "—"
    assert editor.form.levels._from_entry["entry_low"].text() == "−1.57%"


def test_a_quote_does_not_touch_what_is_being_typed(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    type_over(qtbot, editor, "stop_loss", "8")
    before = editor.form.edits["stop_loss"].geometry()
    editor.set_quote(quote("002594.SZ", "101.00", "97.90"))
    assert editor.form.edits["stop_loss"].text() == "8"
    assert editor.form.edits["stop_loss"].geometry() == before
    assert message(editor, "stop_loss") == ""


def test_what_an_entry_would_buy_is_shown_once_the_account_is_known(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    assert not editor.money.isVisible()
    editor.set_account(Decimal(1_012_463), Decimal(433_523), Decimal(0))
    assert editor.money.isVisible()
    assert [label.text() for label in editor.money.results[0]] == ["数量", "2,100 股", "一手需 9,550 元"]
    assert editor.money.results[1][1].text() == "200,550 + 52.15"
    type_over(qtbot, editor, "entry_high", "abc")
    wait_for(qtbot, editor, "entry_high", "不是数字")
    assert editor.money.waiting.text() == "改正错误后在这里计算"
    assert not editor.money.results[0][1].isVisible()


def test_switches_say_what_will_happen(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    stop, quant = editor.form.switches["auto_stop_loss"], editor.form.switches["quant_enabled"]
    assert stop.hint == "跌到 90.00 卖出"
    stop.click()
    assert stop.hint == "只提醒，不下单"
    assert any("自动止损关着" in check.text for check in editor.checks.checks)
    stop.click()
    quant.click()
    assert (quant.hint, stop.hint) == ("只提醒，不下单", "只提醒，不下单")


def test_every_field_has_a_name_and_tab_goes_in_reading_order(editor: ItemEditor, qtbot: QtBot) -> None:
    start(qtbot, editor)
    form = editor.form
    wanted = [
        form.edits["take_profit"],
        form.edits["entry_high"],
        form.edits["entry_low"],
        form.edits["stop_loss"],
        form.switches["quant_enabled"],
        form.edits["max_position_pct"],
        form.edits["min_trade_amount"],
        form.switches["auto_stop_loss"],
        form.switches["auto_take_profit"],
        form.switches["alerts"],
        form.edits["group"],
        form.edits["interval_s"],
        form.edits["note"],
        editor.acts.cancel,
        editor.acts.save,
    ]
    found = []
    for _ in wanted:
        found.append(editor.focusWidget())
        press(qtbot, editor, Qt.Key.Key_Tab)
    assert found == wanted
    assert all(widget.accessibleName() or widget.text() for widget in wanted)
    spoken: QAccessibleInterface = QAccessible.queryAccessibleInterface(form.switches["alerts"])
    assert spoken.state().checkable
    assert spoken.state().checked


def test_a_wrong_field_is_marked_in_the_picture_without_moving_its_neighbours(
    editor: ItemEditor, theme: ThemeHolder, qtbot: QtBot
) -> None:
    start(qtbot, editor)
    before = editor.form.edits["stop_loss"].size()
    assert count(grab(editor), theme.color("alarm")) == 0
    type_over(qtbot, editor, "stop_loss", "89.365")
    wait_for(qtbot, editor, "stop_loss", "整数倍")
    assert count(grab(editor), theme.color("alarm")) > 100
    editor.form.edits["note"].setFocus()
    assert editor.form.edits["stop_loss"].size() == before


def test_live_is_said_in_title_and_rail(theme: ThemeHolder, qtbot: QtBot) -> None:
    dialog = ItemEditor(theme, new_id=str, mode=Mode.LIVE)
    qtbot.addWidget(dialog)
    dialog.edit(BYD, SECURITY, QUOTE)
    assert dialog.windowTitle().startswith("【实盘 LIVE】")
    assert count(grab(dialog.rail), theme.color("live")) > 100
    dialog.set_mode(Mode.PAPER)
    assert dialog.windowTitle().startswith("【模拟 PAPER】")
    assert count(grab(dialog.rail), theme.color("live")) == 0


def test_no_text_is_cut_at_one_and_a_half_times_the_font(
    editor: ItemEditor, theme: ThemeHolder, qtbot: QtBot
) -> None:
    from widgets.theme import Theme

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.set_theme(Theme(font_factor=1.5), app)
    editor.resize(1500, 1000)
    start(qtbot, editor)
    for edit in editor.form.edits.values():
        assert edit.height() >= edit.fontMetrics().height() + 4
    for switch in editor.form.switches.values():
        assert switch.width() >= switch.sizeHint().width()


def saved_item(editor: ItemEditor, qtbot: QtBot) -> WatchItem:
    with qtbot.waitSignal(editor.saved) as sent:
        press(qtbot, editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    found: WatchItem = sent.args[0]
    return found


def test_what_was_not_touched_is_saved_as_it_was(editor: ItemEditor, qtbot: QtBot) -> None:
    odd = replace(BYD, note="两行\n备注", interval_s=60, extra=(("来源", "自己的列"),))
    start(qtbot, editor, odd)
    assert not editor.is_changed
    assert saved_item(editor, qtbot) == odd
