"""Many requests at once: one commit, money and holdings told once, nothing lost; and what keeps a flood quick."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.ledger.log_keeper import LogKeeper
from core.simqmt.ledger.store import Store
from tests.fakes.market import quote
from tests.fakes.simqmt import BUY, FIX_PRICE, Desk, Trader

Open = Callable[..., Desk]

CODE = "600000.SH"
ORDERS = 300
WAIT_S = 20.0


@pytest.fixture
def flooded(open_desk: Open) -> Callable[..., tuple[Desk, Trader]]:
    """`ORDERS` buys that fill, sent while the terminal is kept from working, so that they wait together."""

    def made(*, lockstep: bool) -> tuple[Desk, Trader]:
        book = quote(CODE, "10:00:00", "10.00", pre_close="10.00", asks=[("10.00", 10_000_000)])
        desk = open_desk(book, lockstep=lockstep, cash={"88000001": 10_000_000})
        desk.settle()
        trader = desk.trader()
        trader.heard.clear()
        with desk.terminal.lock:
            for number in range(ORDERS):
                trader.api.order_stock_async(
                    trader.account, CODE, BUY, 100, FIX_PRICE, 10.0, "", f"f{number}"
                )
        desk.settle()
        return desk, trader

    return made


def test_a_flood_is_told_order_by_order_and_its_money_once_for_each_commit(
    flooded: Callable[..., tuple[Desk, Trader]],
) -> None:
    desk, trader = flooded(lockstep=False)
    for answer in trader.events("on_order_stock_async_response"):
        assert trader.order_states(answer.order_id) == [50, 56]
    assets = trader.events("on_stock_asset")
    assert 1 <= len(assets) <= ORDERS / 10
    assert len(trader.events("on_stock_position")) == len(assets)
    ledger = desk.terminal.ledger("88000001")
    assert assets[-1].cash == float(ledger.cash)
    assert trader.events("on_stock_position")[-1].volume == ORDERS * 100 == ledger.holdings[CODE].volume


def test_in_lock_step_every_state_of_money_is_told(flooded: Callable[..., tuple[Desk, Trader]]) -> None:
    _, trader = flooded(lockstep=True)
    assert len(trader.events("on_stock_asset")) == 2 * ORDERS  # held back, then paid
    cash = [asset.cash for asset in trader.events("on_stock_asset")]
    assert cash == sorted(cash, reverse=True)


def test_with_faults_about_every_request_is_told_for_itself(open_desk: Open) -> None:
    book = quote(CODE, "10:00:00", "10.00", pre_close="10.00", asks=[("10.00", 10_000_000)])
    desk = open_desk(book, lockstep=False)
    desk.settle()
    trader = desk.trader()
    trader.heard.clear()
    desk.terminal.faults.drop_push("trade", nth=2)
    with desk.terminal.lock:
        for _ in range(3):
            trader.api.order_stock_async(trader.account, CODE, BUY, 100, FIX_PRICE, 10.0, "", "f")
    desk.settle()
    assert len(trader.events("on_stock_trade")) == 2
    assert len(trader.events("on_stock_asset")) == 6


def test_the_free_running_clock_never_goes_back_and_takes_no_lock() -> None:
    clock = Conductor(1_000_000, lockstep=False, speed=50.0)
    clock.start()
    try:
        seen: list[int] = []
        with clock._cond:  # a clock that waited for it would never be read
            reader = threading.Thread(target=lambda: seen.extend(clock.now_ms() for _ in range(1000)))
            reader.start()
            reader.join(10)
        clock.skip_to(2_000_000)
        seen.append(clock.now_ms())
        assert len(seen) == 1001
        assert seen == sorted(seen)
        assert seen[-1] >= 2_000_000
    finally:
        clock.stop()


def test_where_nobody_waits_for_quiet_nothing_is_counted() -> None:
    paced = Conductor(0, lockstep=False, speed=1.0)
    paced.begin("lane")
    paced.enter_parkable("lane")
    assert paced.park() is None
    paced.leave_parkable("lane")
    assert paced.busy_labels() == {}
    assert paced.wait_quiet(0)


def test_the_log_is_brought_into_the_file_beside_the_commits(tmp_path: Path) -> None:
    file, done = tmp_path / "ledger.sqlite3", threading.Event()
    with contextlib.closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA wal_autocheckpoint=0")
        db.execute("CREATE TABLE rows (text)")
        db.executemany("INSERT INTO rows VALUES (?)", [("x" * 1000,)] * 100)
        db.commit()
        before = file.stat().st_size
        keeper = LogKeeper(file, on_done=done.set)
        keeper.wake()
        assert done.wait(WAIT_S)
        assert file.stat().st_size > before + 100_000
        keeper.stop()


@pytest.mark.parametrize(("power_safe", "level"), [(True, 2), (False, 1)])
def test_only_a_power_safe_ledger_waits_for_the_disk(tmp_path: Path, power_safe: bool, level: int) -> None:
    store = Store(tmp_path, power_safe=power_safe)
    assert store._db.execute("PRAGMA synchronous").fetchone() == (level,)
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()


def test_a_ledger_asks_for_that_after_so_many_rows(
    still_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.simqmt.ledger.store._CHECKPOINT_ROWS", 8)
    terminal, done = still_desk().terminal, threading.Event()
    terminal._store._keeper = LogKeeper(terminal._store.path, on_done=done.set)
    terminal.set_quote(CODE, last="10.00", pre_close="10.00")
    for _ in range(3):  # two rows each
        terminal.manual_order("88000001", CODE, BUY, 100, "9.90")
    assert not done.is_set()
    terminal.manual_order("88000001", CODE, BUY, 100, "9.90")
    assert done.wait(WAIT_S)
