"""Commands of a window on a whole desk: each is answered, and what is refused names its cause."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from core.domain.enums import Side
from core.domain.market import Symbol
from core.domain.watch import WatchItem
from core.service import commands as c
from core.service.news import CommandAnswered, DeskState, ItemsNews
from core.service.watchlist_csv import read_watchlist
from tests.fakes.desk import ACCOUNT, LockstepDesk, steps
from tests.fakes.records import item

PF = "600000.SH"


def run(folder: Path, *commands: c.Command, prices: list[str] | None = None) -> LockstepDesk:
    """A desk that gets these commands one second after the other, from 09:31:01."""
    day = LockstepDesk(
        folder, steps(PF, "09:31:00", prices or ["10.50"] * 8), [item()], holdings=[(PF, 500, "9")]
    )
    for place, command in enumerate(commands, start=1):
        day.command_at(f"09:31:{place:02d}", command)
    return day.run()


def answers(day: LockstepDesk) -> dict[str, CommandAnswered]:
    return {answer.command_id: answer for answer in day.told(CommandAnswered)}


def test_items_are_saved_watched_and_told(tmp_path: Path) -> None:
    new = item("000001.SZ", item_id="n", zone=("11.90", "12.10"), take_profit="13.00", stop_loss="11.00")
    day = run(tmp_path, c.SaveItems("save", (new,), removed=("w",)))
    assert answers(day)["save"].ok
    assert [one.item_id for one in day.told(ItemsNews)[-1].items] == ["n"]
    assert day.rows("SELECT item_id, symbol FROM watch_items") == [("n", "000001.SZ")]


def test_an_item_of_no_security_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    day = run(tmp_path, c.SaveItems("save", (WatchItem("x", Symbol("999.XX")),)))
    assert not answers(day)["save"].ok
    assert day.rows("SELECT item_id FROM watch_items") == [("w",)]


def test_export_and_import_give_the_same_list(tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    day = run(tmp_path / "a", c.ExportWatchlist("out", str(file)), c.ImportWatchlist("in", str(file)))
    assert answers(day)["out"].text == "已导出 1 项"
    assert answers(day)["in"].text == "已导入 1 项"
    (read,) = read_watchlist(file).items
    assert (read.symbol, read.entry_low, read.stop_loss) == (PF, Decimal("9.90"), Decimal("9.50"))
    assert day.rows("SELECT count(*) FROM watch_items") == [(1,)], "a row of the same symbol replaces it"


def test_automation_stops_and_starts_by_command(tmp_path: Path) -> None:
    prices = ["10.50", "10.05", "10.50", "9.40", "9.40"]
    day = run(tmp_path, c.SetAutomation("off", False), prices=prices)
    assert answers(day)["off"].ok
    assert day.calls() == []
    assert day.told(DeskState)[-1].armed is False
    assert day.decisions() == [("BLOCKED", "DISARMED"), ("WAITING", "DISARMED")]


def test_a_manual_order_is_written_sent_and_told_as_manual(tmp_path: Path) -> None:
    day = run(tmp_path, c.PlaceOrder("buy", Symbol(PF), Side.BUY, 200, Decimal("10.40")))
    assert answers(day)["buy"].ok
    assert day.orders("kind", "side", "price", "volume") == [("MANUAL", "BUY", "10.40", 200)]
    assert day.rows("SELECT trigger_key, state FROM intents") == [("", "WORKING")]


def test_a_cancel_is_passed_on_and_its_failure_is_said(tmp_path: Path) -> None:
    buy = c.PlaceOrder("buy", Symbol(PF), Side.BUY, 200, Decimal("10.40"))
    day = run(tmp_path, buy, c.CancelOrder("mine", 10_001), c.CancelOrder("nobody's", 77))
    assert [call["m_nOrderID"] for call in day.calls("cancelOrderStock")] == [10_001, 77]
    assert [int(order.status) for order in day.terminal.orders(ACCOUNT)] == [54]
    assert day.rows("SELECT state FROM intents") == [("CANCELED",)]


def test_a_manual_buy_is_held_to_the_cap_of_its_item(tmp_path: Path) -> None:
    """The item allows 20 % of about 1,005,000 yuan, 500 shares are held: 18,800 more at 10.40, and not one lot more."""
    over = c.PlaceOrder("over", Symbol(PF), Side.BUY, 18_900, Decimal("10.40"))
    under = c.PlaceOrder("under", Symbol(PF), Side.BUY, 18_800, Decimal("10.40"))
    day = run(tmp_path, over, under)
    told = answers(day)
    assert (told["over"].ok, told["over"].field) == (False, "POSITION_CAP")
    assert "可买 18,800 股" in told["over"].text
    assert told["under"].ok
    assert [call["m_nOrderVolume"] for call in day.calls()] == [18_800]


def test_a_manual_buy_of_what_no_item_names_is_bound_by_the_account_only(tmp_path: Path) -> None:
    day = run(tmp_path, c.SaveItems("empty", (), removed=("w",)),
              c.PlaceOrder("buy", Symbol(PF), Side.BUY, 50_000, Decimal("10.40")))  # fmt: skip
    assert answers(day)["buy"].ok
