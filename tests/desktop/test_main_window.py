"""What the user does in the window reaches the service, is kept, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from core.broker.deadlines import BrokerDeadlines
from core.domain.enums import LinkState, Side
from core.domain.market import Symbol
from core.service.news import DeskState, FeedNews, TradeNews
from desktop.tray import Tray
from tests.desktop.running import RunningDesk
from tests.desktop.still import PAYH, PFYH, still_desk
from tests.fakes.desk import journal_rows
from tests.fakes.live_desk import LiveDesk
from tests.fakes.records import item
from widgets.health_strip import Health
from widgets.tokens import Look

OpenDesk = Callable[..., RunningDesk]
TWO = (
    item(PFYH, item_id="w-a", enabled=False, zone=("9.00", "9.20"), take_profit="11.00", stop_loss="8.50"),
    item(PAYH, item_id="w-b", enabled=False, zone=("18.00", "18.50"), take_profit="22.00", stop_loss="17.00"),
)
PRICES = {PFYH: "10.00", PAYH: "20.00"}


def two_items(folder: Path, **named: object) -> LiveDesk:
    """Two items that trade only when a test makes them; stored in the journal at the first start."""
    return still_desk(folder, TWO, PRICES, **named)  # type: ignore[arg-type]


def again(folder: Path, **named: object) -> LiveDesk:
    """The same desk after a restart: whatever its journal holds."""
    return still_desk(folder, None, PRICES, **named)  # type: ignore[arg-type]


async def ready(desk: RunningDesk) -> None:
    """Reconciled, with a watchlist and quotes."""
    await desk.until(lambda: [s for s in desk.told(DeskState) if s.link is LinkState.READY])
    await desk.until(lambda: desk.panels.items and len(desk.panels.latest) == len(PRICES))


def stored(folder: Path, column: str = "item_id") -> list[object]:
    """A column of the stored watchlist, in order."""
    path = folder / "paper" / "journal.db"
    return [row[0] for row in journal_rows(path, f"select {column} from watch_items order by position")]


def key(desk: RunningDesk, text: str) -> QAction:
    """The action behind a shortcut."""
    found = [
        action
        for action in desk.window.findChildren(QAction)
        if text in [keys.toString() for keys in action.shortcuts()]
    ]
    assert len(found) == 1, (text, found)
    return found[0]


def type_into(desk: RunningDesk, field: str, text: str) -> None:
    editor = desk.panels.editor
    assert editor is not None
    edit = editor.form.edits[field]
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)


def save(desk: RunningDesk) -> None:
    editor = desk.panels.editor
    assert editor is not None
    QTest.mouseClick(editor.acts.save, Qt.MouseButton.LeftButton)


# the watchlist


def test_removed_rows_come_back_with_undo_and_go_with_redo(open_desk: OpenDesk, tmp_path: Path) -> None:
    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        model = desk.panels.watchlist.model
        desk.panels.watchlist.remove_requested.emit(["w-a"])
        await desk.until(lambda: set(desk.panels.items) == {"w-b"} and model.rowCount() == 1)
        await desk.until(lambda: desk.window.editing.history.steps == (1, 0))
        assert stored(tmp_path) == ["w-b"]
        assert PFYH not in desk.panels.latest
        key(desk, "Ctrl+Z").trigger()
        await desk.until(lambda: desk.panels.items == {one.item_id: one for one in TWO})
        await desk.until(lambda: model.rowCount() == 2)
        await desk.until(lambda: PFYH in desk.panels.latest)  # subscribed again
        key(desk, "Ctrl+Y").trigger()
        await desk.until(lambda: set(desk.panels.items) == {"w-b"})
        key(desk, "Ctrl+Y").trigger()
        await desk.until(lambda: "没有可重做" in desk.message)

    open_desk(compose=two_items(tmp_path)).play(story)
    assert stored(tmp_path) == ["w-b"]


@pytest.mark.parametrize("held", [0, 500])
def test_removing_a_row_says_what_it_means_for_a_holding(
    open_desk: OpenDesk, tmp_path: Path, held: int
) -> None:
    holdings = [(PFYH, held, "9.00")] if held else []

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        await desk.until(lambda: desk.panels.held(Symbol(PFYH)) == held)
        desk.panels.watchlist.remove_requested.emit(["w-a"])
        await desk.until(lambda: "Ctrl+Z 撤销" in desk.message)
        assert ("500 股 不再有止损" in desk.message) is bool(held), desk.message
        assert desk.panels.health.message.health is (Health.CARE if held else Health.QUIET)

    open_desk(compose=two_items(tmp_path, holdings=holdings)).play(story)


@pytest.mark.capability("000-06")
def test_000_06_an_edit_survives_a_restart_and_the_engine_uses_it(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    async def edit(desk: RunningDesk) -> None:
        await ready(desk)
        desk.panels.watchlist.edit_requested.emit("w-a")
        await desk.until(lambda: desk.panels.editor and desk.panels.editor.isVisible())
        type_into(desk, "stop_loss", "9.50")
        type_into(desk, "entry_low", "9.70")
        type_into(desk, "entry_high", "9.90")
        type_into(desk, "max_position_pct", "15")
        assert desk.panels.editor is not None
        desk.panels.editor.form.switches["quant_enabled"].setChecked(True)
        save(desk)
        await desk.until(lambda: desk.panels.editor is None)
        await desk.until(lambda: desk.panels.items["w-a"].stop_loss == Decimal("9.50"))

    open_desk(compose=two_items(tmp_path)).play(edit)
    assert stored(tmp_path, "stop_loss") == [95_000, 170_000]  # 1/10000 yuan

    live = again(tmp_path)

    async def use(desk: RunningDesk) -> None:
        await ready(desk)
        kept = desk.panels.items["w-a"]
        assert (kept.entry_low, kept.entry_high, kept.stop_loss) == (
            Decimal("9.70"),
            Decimal("9.90"),
            Decimal("9.50"),
        )
        assert (kept.quant.enabled, kept.quant.max_position_pct) == (True, Decimal("0.15"))
        desk.panels.watchlist.edit_requested.emit("w-a")  # and the form shows it
        await desk.until(lambda: desk.panels.editor and desk.panels.editor.isVisible())
        assert desk.panels.editor is not None
        assert Decimal(desk.panels.editor.form.edits["stop_loss"].text()) == Decimal("9.50")
        desk.panels.editor.reject()
        live.terminal.set_quote(PFYH, last="9.90")
        fill = await desk.until(lambda: desk.told(TradeNews))
        assert fill[0].trade.side is Side.BUY

    open_desk(compose=live).play(use)
    (call,) = live.calls()
    assert call["m_nOrderVolume"] == 15_100  # 15 % of 1,000,000 yuan at 9.90, whole lots: 15,151 is 15,100


@pytest.mark.capability("000-18")
def test_000_18_an_added_stock_with_quant_on_is_stored_and_armed(open_desk: OpenDesk, tmp_path: Path) -> None:
    live = two_items(tmp_path)

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        live.terminal.set_quote("600036.SH", last="40.00", pre_close="40.00", name="招商银行")
        key(desk, "Ctrl+N").trigger()
        await desk.until(lambda: desk.panels.editor and desk.panels.editor.isVisible())
        for field, text in {
            "symbol": "600036",
            "entry_low": "38.00",
            "entry_high": "39.00",
            "stop_loss": "36.00",
            "take_profit": "44.00",
            "max_position_pct": "20",
        }.items():
            type_into(desk, field, text)
        assert desk.panels.editor is not None
        desk.panels.editor.form.switches["quant_enabled"].setChecked(True)
        save(desk)
        await desk.until(lambda: "w-600036.SH" in desk.panels.items)
        assert desk.panels.watchlist.model.rowCount() == 3
        assert live.calls() == []
        live.terminal.set_quote("600036.SH", last="39.00")
        await desk.until(lambda: desk.told(TradeNews))

    open_desk(compose=live).play(story)
    assert stored(tmp_path) == ["w-a", "w-b", "w-600036.SH"]
    assert stored(tmp_path, "quant_enabled")[2] == 1
    (call,) = live.calls()
    assert (call["m_strStockCode"], call["m_nOrderVolume"]) == ("600036.SH", 5_100)


def test_the_quant_switch_of_a_row_is_saved_and_acts(open_desk: OpenDesk, tmp_path: Path) -> None:
    live = two_items(tmp_path)

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        live.terminal.set_quote(PFYH, last="9.20")  # in the zone, only an alert
        await desk.until(
            lambda: any("到价" in title or "未启用" in text for title, text in desk.notes) or rows(desk)
        )
        assert live.calls() == []
        live.terminal.set_quote(PFYH, last="10.00")
        desk.panels.watchlist.quant_toggled.emit("w-a", True)
        await desk.until(lambda: desk.panels.items["w-a"].quant.enabled)
        live.terminal.set_quote(PFYH, last="9.20")
        await desk.until(live.calls)

    def rows(desk: RunningDesk) -> int:
        return desk.panels.blotter.pages["decisions"].model.rowCount()

    open_desk(compose=live).play(story)
    assert stored(tmp_path, "quant_enabled") == [1, 0]


def test_the_watchlist_goes_out_to_a_file_and_comes_back(open_desk: OpenDesk, tmp_path: Path) -> None:
    target, wrong = tmp_path / "导出.csv", tmp_path / "错.csv"
    wrong.write_text("symbol,entry_low,entry_high\n600000.SH,10.00,9.00\n", encoding="utf-8")

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        choose(desk, "Ctrl+E", target)
        await desk.until(lambda: "已导出 2 项" in desk.message)
        desk.panels.watchlist.remove_requested.emit(["w-a", "w-b"])
        await desk.until(lambda: not desk.panels.items)
        choose(desk, "Ctrl+I", target)
        await desk.until(lambda: desk.window.editing.history.steps == (2, 0))
        assert "已导入 2 项" in desk.message
        assert {one.symbol: one.stop_loss for one in desk.panels.items.values()} == {
            one.symbol: one.stop_loss for one in TWO
        }
        key(desk, "Ctrl+Z").trigger()
        await desk.until(lambda: not desk.panels.items)
        assert desk.window.editing.history.steps == (1, 1)
        key(desk, "Ctrl+Y").trigger()
        await desk.until(lambda: len(desk.panels.items) == 2)
        choose(desk, "Ctrl+I", wrong)
        await desk.until(lambda: "错.csv" in desk.message)
        assert len(desk.panels.items) == 2  # nothing is lost

    open_desk(compose=two_items(tmp_path)).play(story)
    assert target.read_text(encoding="utf-8-sig").startswith("symbol,entry_low,entry_high,take_profit")


def choose(desk: RunningDesk, shortcut: str, path: Path) -> None:
    """Open a file dialog by its shortcut and choose."""
    key(desk, shortcut).trigger()
    dialogs = [dialog for dialog in desk.window.findChildren(QFileDialog) if dialog.isVisible()]
    assert len(dialogs) == 1
    dialogs[0].fileSelected.emit(str(path))
    dialogs[0].close()
    dialogs[0].deleteLater()


# trading from the window


def test_automation_is_stopped_and_started_from_the_window(open_desk: OpenDesk, tmp_path: Path) -> None:
    live = still_desk(tmp_path, (item(PFYH, item_id="w-a"), TWO[1]), {PFYH: "10.50", PAYH: "20.00"})

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        key(desk, "Ctrl+F10").trigger()
        await desk.until(lambda: not desk.told(DeskState)[-1].armed)
        assert "停" in desk.window.tray.state_text
        live.terminal.set_quote(PFYH, last="10.00")
        await desk.until(lambda: desk.panels.blotter.pages["decisions"].model.rowCount())
        assert live.calls() == []
        desk.panels.account.automation_requested.emit(True)
        await desk.until(lambda: desk.told(DeskState)[-1].armed)
        live.terminal.set_quote(PFYH, last="10.01")
        await desk.until(live.calls)

    open_desk(compose=live).play(story)
    assert len(live.calls()) == 1


@pytest.mark.capability("000-31")
def test_000_31_the_holdings_shown_are_the_terminals_and_a_sold_one_is_gone(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    live = two_items(tmp_path, holdings=[(PFYH, 1000, "9.00"), (PAYH, 500, "21.00")])

    def shown(desk: RunningDesk) -> dict[str, tuple[int, int, Decimal]]:
        rows = desk.panels.blotter.positions.model.all_rows()
        return {
            row.position.symbol: (row.position.volume, row.position.sellable, row.position.cost)
            for row in rows
        }

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        await desk.until(lambda: len(shown(desk)) == 2)
        assert shown(desk) == {PFYH: (1000, 1000, Decimal(9)), PAYH: (500, 500, Decimal(21))}
        live.terminal.manual_order("88000001", PFYH, 24, 1000, "9.99")
        await desk.until(lambda: set(shown(desk)) == {PAYH})
        live.terminal.manual_order("88000001", PAYH, 23, 100, "20.00")
        await desk.until(lambda: shown(desk)[PAYH][0] == 600)
        ledger = live.terminal.ledger("88000001")
        held = ledger.holding(PAYH)
        assert (
            shown(desk)[PAYH][:2] == (held.volume, held.can_use) == (600, 500)
        )  # bought today: not sellable
        assert desk.panels.blotter.positions.model.rowCount() == 1

    open_desk(compose=live).play(story)


@pytest.mark.capability("000-17")
@pytest.mark.parametrize("fault", ["connect", "subscribe", "asset", "none"])
def test_000_17_connected_is_said_only_after_connect_subscribe_and_money(
    open_desk: OpenDesk, tmp_path: Path, fault: str, expect_log_error: Callable[[str], None]
) -> None:
    if fault == "subscribe":
        expect_log_error("hangs in a vendor call")

    def composed(desk: LiveDesk) -> None:
        faults = desk.terminal.faults
        if fault == "connect":
            faults.refuse_connect(10)
        elif fault == "subscribe":
            faults.never_answer("subscribe")
        elif fault == "asset":
            faults.never_answer("queryStockAsset")

    live = two_items(
        tmp_path, on_composed=composed, broker_deadlines=BrokerDeadlines(subscribe=0.3, query=0.3)
    )

    async def story(desk: RunningDesk) -> None:
        wanted = LinkState.READY if fault == "none" else LinkState.FAILED
        await desk.until(lambda: [s for s in desk.told(DeskState) if s.link is wanted])
        await desk.until(lambda: desk.panels.items)
        said = desk.panels.health.link.text
        assert ("已对账" in said) is (fault == "none")
        links = [state.link for state in desk.told(DeskState)]
        assert (LinkState.READY in links) is (fault == "none")

    open_desk(compose=live).play(story)


# the window itself


def test_the_layout_is_kept_and_can_be_reset(open_desk: OpenDesk, tmp_path: Path) -> None:
    async def change(desk: RunningDesk) -> None:
        await ready(desk)
        desk.window.docks.depth_dock.hide()
        await desk.until(lambda: not desk.window.docks.depth_dock.isVisible())

    open_desk(compose=two_items(tmp_path)).play(change)

    async def look(desk: RunningDesk) -> None:
        docks = desk.window.docks
        await ready(desk)
        assert not docks.depth_dock.isVisible()
        desk.window.reset_layout()
        await desk.until(lambda: all(dock.isVisible() for dock in docks.docks))

    open_desk(compose=again(tmp_path)).play(look)


@pytest.mark.parametrize(("language", "wide"), [("zh", 1024), ("en", 1280)])
def test_the_desk_fits_a_small_screen(open_desk: OpenDesk, tmp_path: Path, language: str, wide: int) -> None:
    """With everything on it: no head, figure or message may hold the window open."""

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        await desk.until(lambda: desk.panels.account.total.value.text() != "—")
        desk.window.resize(wide, 700)
        await desk.until(lambda: desk.window.width() == wide)

    open_desk("--language", language, compose=two_items(tmp_path)).play(story)


def test_looks_change_at_once_and_are_kept(open_desk: OpenDesk, tmp_path: Path) -> None:
    def ground(desk: RunningDesk) -> int:
        return desk.window.grab().toImage().pixelColor(5, desk.window.height() // 2).lightness()

    async def change(desk: RunningDesk) -> None:
        await ready(desk)
        assert desk.theme.theme.look is Look.DARK
        assert ground(desk) < 80
        desk.window.choose(look=Look.LIGHT)
        await desk.until(lambda: ground(desk) > 200)

    open_desk(compose=two_items(tmp_path)).play(change)
    kept = open_desk(compose=again(tmp_path))
    assert kept.theme.theme.look is Look.LIGHT
    kept.play(ready)


def test_english_shows_english(open_desk: OpenDesk, tmp_path: Path) -> None:
    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        titles = [action.text() for action in desk.window.menuBar().actions()]
        assert "&File" in titles or any("File" in title for title in titles)
        assert not any("\u4e00" <= letter <= "\u9fff" for title in titles for letter in title)
        header = desk.panels.watchlist.model.headerData(0, Qt.Orientation.Horizontal)
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in str(header))

    open_desk("--language", "en", compose=two_items(tmp_path)).play(story)


@pytest.mark.capability("X-02")
def test_X_02_closing_hides_to_the_tray_and_explains_it_once(
    open_desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tray, "available", property(lambda _tray: True))
    live = still_desk(tmp_path, (item(PFYH, item_id="w-a"), TWO[1]), {PFYH: "10.50", PAYH: "20.00"})

    def told_of_tray(desk: RunningDesk) -> list[str]:
        return [text for title, text in desk.notes if "托盘" in title]

    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        desk.window.close()
        assert not desk.window.isVisible()
        assert len(told_of_tray(desk)) == 1
        assert "右键" in told_of_tray(desk)[0]
        live.terminal.set_quote(PFYH, last="10.00")  # the hidden desk trades and says so
        await desk.until(lambda: [text for title, text in desk.notes if "成交" in title and "买入" in text])
        desk.window.tray.show_requested.emit()
        assert desk.window.isVisible()
        desk.window.close()
        assert len(told_of_tray(desk)) == 1

    open_desk(compose=live).play(story)

    async def next_day(desk: RunningDesk) -> None:
        await ready(desk)
        desk.window.close()
        assert told_of_tray(desk) == []

    open_desk(compose=again(tmp_path)).play(next_day)


def test_without_a_tray_closing_quits_in_order(open_desk: OpenDesk, tmp_path: Path) -> None:
    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        desk.window.close()

    desk = open_desk(compose=two_items(tmp_path)).play(story)
    assert desk.program.exit_code == 0
    assert stored(tmp_path) == ["w-a", "w-b"]


def test_the_word_on_stand_in_quotes_is_told_to_the_desk_and_kept(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    async def allow(desk: RunningDesk) -> None:
        await ready(desk)
        await desk.until(lambda: desk.told(FeedNews))
        assert not desk.window.menus.stand_ins.isChecked(), "off until the user says otherwise"
        desk.window.menus.stand_ins.trigger()
        await desk.until(lambda: desk.told(FeedNews)[-1].may_trigger)
        assert desk.window.menus.stand_ins.isChecked()

    open_desk(compose=two_items(tmp_path)).play(allow)

    async def kept(desk: RunningDesk) -> None:
        await desk.until(lambda: [news for news in desk.told(FeedNews) if news.may_trigger])

    open_desk(compose=again(tmp_path)).play(kept)


def test_a_stock_is_found_by_its_initials_in_the_editor(open_desk: OpenDesk, tmp_path: Path) -> None:
    async def story(desk: RunningDesk) -> None:
        await ready(desk)
        desk.window.editing.add_item()
        editor = desk.panels.editor
        assert editor is not None
        QTest.keyClicks(editor.form.symbol.edit, "gzmt")
        await desk.until(lambda: editor.form.search.rows)
        assert editor.form.search.rows[0].startswith("600519.SH  贵州茅台")
        editor.form.search.picked.emit("600519.SH")
        assert editor.symbol == "600519.SH"
        await desk.until(lambda: "行情源不认识 600519.SH" in editor.form.symbol.message.text)
        editor.form.put_back(editor.state.source.loaded)
        editor.close()

    open_desk(compose=two_items(tmp_path)).play(story)
