"""When the ledger cannot be written the terminal ends as one that crashed: nothing is told that is not durable."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from core.simqmt.ledger.store import FILE_NAME, Store
from tests.core.simqmt.conftest import PFYH
from tests.fakes.simqmt import ACCOUNT, Desk

Open = Callable[..., Desk]
Expect = Callable[[str], None]


def fill_the_disk(desk: Desk) -> None:
    db = desk.terminal._store._db  # no disk of the tests is full
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count={pages}")


def lose_the_file(desk: Desk) -> None:
    for found in Path(desk.terminal.path).glob(f"{FILE_NAME}*"):
        found.unlink()


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (fill_the_disk, "写不进去"),
        pytest.param(
            lose_the_file,
            "删除、移走或换掉了",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted there"),
        ),
    ],
)
def test_a_ledger_that_cannot_be_written_ends_the_terminal_with_its_name_and_the_cure(
    open_desk: Open, expect_log_error: Expect, trouble: Callable[[Desk], None], said: str
) -> None:
    desk = open_desk(lockstep=False, push_asset_and_positions=False)
    trader = desk.trader()
    told = trader.buy(PFYH, 100, 9.5, "told")
    desk.settle()
    trader.heard.clear()
    expect_log_error(f"{re.escape(str(desk.terminal.path / FILE_NAME))}.*{said}.*重新启动程序")
    trouble(desk)
    sent = 0
    while not desk.terminal.closed:  # what fits into the file's last page is durable, and told
        sent += 1
        answer = trader.buy(PFYH, 100, 9.5, "x" * 24)
        assert answer != -1 or desk.terminal.closed
    assert answer == -1, "a call that waited is released"
    desk.conductor.wait_quiet()
    trader.api.executor.submit(int).result()
    assert [name for name, _ in trader.heard if name == "on_disconnected"] == ["on_disconnected"]
    numbers = [order.order_id for order in trader.events("on_stock_order")]
    assert len(numbers) == sent - 1
    assert trader.api.connect() == -1
    assert trader.api.query_stock_asset(trader.account) is None
    if trouble is fill_the_disk:
        again = open_desk(folder=desk.terminal.path.parent, hold=False, lockstep=False)
        assert [order.order_id for order in again.terminal.orders(ACCOUNT)] == [told, *numbers]


def type_orders(desk: Desk, count: int) -> None:
    for _ in range(count):
        desk.terminal.manual_order(ACCOUNT, PFYH, 23, 100, "9.5")


def test_a_caller_of_the_terminal_hears_it_too_and_close_stays_quiet_afterwards(open_desk: Open) -> None:
    desk = open_desk()
    fill_the_disk(desk)
    with pytest.raises(UserError, match="写不进去"):
        type_orders(desk, 200)
    assert desk.terminal.closed
    desk.terminal.close()
    store = Store(desk.terminal.path)  # the folder is free again
    store.close()
    store.close()


def test_a_file_that_cannot_be_opened_is_closed_again(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(UserError, match="版本 99"):
        Store(tmp_path)
    (tmp_path / FILE_NAME).unlink()
    Store(tmp_path).close()


def test_what_lies_around_the_file_is_not_called_damage(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(UserError, match="打不开：unable to open database file。请检查权限") as caught:
        Store(tmp_path)
    assert "损坏" not in str(caught.value)
    with pytest.raises(UserError, match="不能写入"):
        Store(tmp_path / "a\0b")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_folder_is_the_same_whatever_way_its_path_is_written(open_desk: Open, tmp_path: Path) -> None:
    desk = open_desk()
    home = desk.terminal.path
    (tmp_path / "link").symlink_to(home.parent)
    client: Any = sys.modules["xtquant.xtpythonclient"].XtQuantAsyncClient
    ways = [home / ".." / home.name, tmp_path / "link" / home.name, home.parent, home / "sub" / "folder"]
    for number, way in enumerate([*map(str, ways), f"{home}/", str(tmp_path / "elsewhere"), f"{home}s"], 10):
        made = client(way, "xtquant", number)
        expected = -1 if number >= 15 else 0
        assert (way, made.connect()) == (way, expected)
        made.stop()
    with pytest.raises(UserError, match="正被另一个程序使用"):
        Store(tmp_path / "link" / home.name)
