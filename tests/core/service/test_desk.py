"""Which market a paper account goes on with, and what is said where a desk cannot be had."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from core.domain.enums import Mode
from core.domain.market import ms_to_datetime
from core.errors import UserError
from core.exchange.calendar import MAINLAND
from core.service.desk import Composer, DeskChoice, default_watchlist
from core.service.outbox import Outbox
from core.service.paper_account import market_of, start_anew
from core.simqmt.ledger.store import Changes, Store
from core.simqmt.market.builtin.market import DEFAULT_DAY, BuiltinMarket
from tests.fakes.market import at

DAY = date(2026, 11, 20)
OPENING = ms_to_datetime(BuiltinMarket(1).start_ms).time()


def leave(folder: Path, moment: str, day: date = DAY, market: str = "") -> None:
    """A terminal's ledger that stands at this moment."""
    store = Store(folder / "terminal")
    state = store.loaded
    state.day, state.time_ms, state.market = day, at(moment), market or BuiltinMarket(1).name
    store.save(state, Changes({}, {}, (), ()))
    store.close()


def goes_on(folder: Path, *, crashed: bool) -> tuple[date, time]:
    market, inherited = market_of(folder, 1, crashed=crashed)
    assert inherited is None
    start = ms_to_datetime(market.start_ms)
    return start.date(), start.time()


def test_a_fresh_folder_starts_on_the_default_day(tmp_path: Path) -> None:
    assert goes_on(tmp_path, crashed=False) == (DEFAULT_DAY, OPENING)


def test_an_orderly_end_goes_on_with_the_next_trading_day(tmp_path: Path) -> None:
    leave(tmp_path, "10:30:00")
    assert goes_on(tmp_path, crashed=False) == (date(2026, 11, 23), OPENING)


def test_a_crash_goes_on_where_the_terminal_last_committed(tmp_path: Path) -> None:
    leave(tmp_path, "10:30:05")
    assert goes_on(tmp_path, crashed=True) == (DAY, time(10, 30, 5))


@pytest.mark.parametrize(("moment", "market"), [("14:58:00", ""), ("10:30:00", "另一个行情")])
def test_a_crash_after_trading_or_on_another_market_goes_on_with_the_next_day(
    moment: str, market: str, tmp_path: Path
) -> None:
    leave(tmp_path, moment, market=market)
    assert goes_on(tmp_path, crashed=True) == (date(2026, 11, 23), OPENING)


def test_at_the_end_of_the_calendar_the_account_is_put_aside_and_its_list_kept(tmp_path: Path) -> None:
    folder = tmp_path / "paper"
    leave(folder, "2026-12-31 10:30:00", MAINLAND.last_known_day)
    market, inherited = market_of(folder, 1, crashed=False)
    assert ms_to_datetime(market.start_ms).date() == DEFAULT_DAY
    assert inherited == tmp_path / "paper-old-1" / "journal.db"
    assert (tmp_path / "paper-old-1" / "terminal").is_dir()
    assert list(folder.iterdir()) == []


def test_the_default_watchlist_is_sound() -> None:
    assert len(default_watchlist()) >= 5


@pytest.mark.skipif(sys.platform == "win32", reason="there it may be had")
def test_a_live_desk_needs_windows_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DINGPAN_ACCOUNT_ID", "1234567890")
    monkeypatch.setenv("DINGPAN_MINIQMT_PATH", str(tmp_path))
    monkeypatch.setenv("DINGPAN_MINIQMT_ENABLED", "1")
    with pytest.raises(UserError, match="实盘需要 Windows"):
        Composer(DeskChoice(live=True, data_dir=str(tmp_path)))(Outbox())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(UserError) as caught:
        Composer(DeskChoice(data_dir=str(tmp_path / "taken")))(Outbox())
    assert "taken" in str(caught.value)


def test_a_wrong_watchlist_of_the_command_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("symbol,entry_low\n600000.SH,x\n", encoding="utf-8")
    choice = DeskChoice(watchlist=str(tmp_path / "w.csv"), data_dir=str(tmp_path / "d"))
    with pytest.raises(UserError, match=r"w\.csv 第 2 行：entry_low"):
        Composer(choice)(Outbox())


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (DeskChoice(quotes="akshare", speed=10.0), "不能加速"),
        (DeskChoice(quotes="akshare", ticks="day.csv.gz"), "录制文件"),
        (DeskChoice(quotes="xtdata"), "--quotes akshare"),
    ],
)
def test_what_real_quotes_cannot_do_is_said(
    tmp_path: Path, choice: DeskChoice, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(UserError, match=words):
        Composer(replace(choice, data_dir=str(tmp_path)))(Outbox())


def test_live_money_takes_its_quotes_from_miniqmt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(UserError, match="去掉 --quotes"):
        Composer(DeskChoice(live=True, quotes="akshare", data_dir=str(tmp_path)))(Outbox())


def test_every_setting_of_a_desk_reaches_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"SEED": "3", "CONNECT_DEADLINE_S": "11", "SUBSCRIBE_DEADLINE_S": "12"}
    said |= {"QUERY_DEADLINE_S": "1.5", "ANSWER_DEADLINE_S": "2.5", "CLOSE_DEADLINE_S": "4"}
    for name, value in said.items():
        monkeypatch.setenv(f"DINGPAN_{name}", value)
    desk = Composer(DeskChoice(data_dir=str(tmp_path)))(Outbox())
    try:
        broker, sender = desk.rooms.broker_deadlines, desk.rooms.sender_deadlines
        assert (broker.connect, broker.subscribe, broker.query, broker.stop) == (11, 12, 1.5, 4)
        assert sender.answer_s == 2.5
        assert (tmp_path / "paper" / "seed-3").is_dir()
    finally:
        desk.close()
    monkeypatch.setenv("DINGPAN_SPEED", "5")
    with pytest.raises(UserError, match="不能加速"):
        Composer(DeskChoice(quotes="akshare", data_dir=str(tmp_path)))(Outbox())


def test_the_command_line_stands_over_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DINGPAN_SEED", "3")
    Composer(DeskChoice(seed=4, data_dir=str(tmp_path)))(Outbox()).close()
    assert [folder.name for folder in (tmp_path / "paper").iterdir()] == ["seed-4"]


def test_paper_on_real_quotes_has_an_account_of_its_own(tmp_path: Path) -> None:
    desk = Composer(DeskChoice(quotes="akshare", data_dir=str(tmp_path)))(Outbox())
    try:
        parts = desk.service.parts
        assert parts.status.mode is Mode.PAPER_REAL
        assert parts.status.armed
        assert not parts.clock.simulated
        assert [source.name for source in parts.feed.sources] == ["新浪"]
        assert (tmp_path / "paper-real" / "terminal").is_dir()
        assert not (tmp_path / "paper").exists()
    finally:
        desk.close()


def test_a_recorded_day_starts_anew_and_touches_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    leave(folder, "10:30:00")
    own = ("journal.db", "journal.db-wal", "journal.db.lock", "journal.emergency")
    others = ("20220601.csv.gz", "notes.txt")
    for name in (*own, *others):
        (folder / name).write_text("x", encoding="utf-8")
    start_anew(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(others), "the recording may lie there too"


def test_a_recorded_day_that_runs_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    running = Store(folder / "terminal")
    (folder / "journal.db").write_text("x", encoding="utf-8")
    try:
        with pytest.raises(UserError, match="正被另一个程序使用"):
            start_anew(folder)
    finally:
        running.close()
    assert (folder / "journal.db").exists()
