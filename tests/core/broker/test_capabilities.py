"""What the door does for the named capabilities, asserted at the simulated terminal's call log and ledger."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.broker import vendor
from core.broker.vendor import Vendor
from core.domain.enums import OrderStatus, Side
from core.domain.events import (
    BrokerEvent,
    CancelAnswered,
    Disconnected,
    OrderAnswered,
    OrderFailed,
    OrderReported,
    OrderSent,
    TradeReported,
)
from core.domain.market import Symbol
from core.errors import BadInput, BrokerError, BrokerTimeout
from core.execution.book import AccountBook
from tests.core.broker.desk import CODE, DoorDesk, RecordedVendor, buy, sell
from tests.fakes.simqmt import ACCOUNT

ROOT = Path(__file__).resolve().parents[3]
S = OrderStatus


@pytest.mark.capability("000-11", "004-03")
@pytest.mark.parametrize("account_id", [88000001, "", "  ", None])
def test_000_11_004_03_an_account_that_is_no_text_or_empty_is_refused(
    door: DoorDesk, account_id: Any
) -> None:
    async def story() -> None:
        with pytest.raises(BadInput, match="资金账号"):
            door.broker(account_id)

    door.run(story)
    assert door.terminal.call_log == ()


@pytest.mark.capability("000-28")
def test_000_28_a_failed_connect_gives_its_reason_and_never_a_ready_channel(
    door: DoorDesk, tmp_path: Path
) -> None:
    async def story() -> None:
        nowhere, _ = door.broker(path=str(tmp_path / "no-terminal-here"))
        with pytest.raises(BrokerError, match="返回 -1"):
            await nowhere.open()
        assert not nowhere.ready
        door.terminal.faults.refuse_connect(2)
        refused, _ = door.broker()
        with pytest.raises(BrokerError, match="返回 -1"):
            await refused.open()
        assert not refused.ready
        nowhere.submit(buy("D1"))
        refused.submit(buy("D2"))

    door.run(story)
    assert {call.name for call in door.terminal.call_log} == {"connect"}


@pytest.mark.capability("000-33", "004-26")
def test_000_33_004_26_a_cancel_is_sent_first_and_done_only_when_the_order_says_so(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        broker.submit(buy("D1", price="9.90"))
        order_id = (await heard.wait(OrderAnswered)).order_id
        heard.events.clear()
        broker.cancel(order_id)
        answered = await heard.wait(CancelAnswered)
        assert (answered.order_id, answered.ok) == (order_id, True)
        done = await heard.wait(OrderReported, lambda event: event.order.status is S.CANCELED)
        told = heard.events[: heard.events.index(answered)]
        assert not any(isinstance(event, OrderReported) and event.order.status.is_final for event in told)
        assert heard.events.index(answered) < heard.events.index(done), "sent, and only then cancelled"
        broker.cancel(987_654)
        refused = await heard.wait(CancelAnswered, lambda event: event.order_id == 987_654)
        assert not refused.ok
        assert "委托不存在" in refused.message

    door.run(story)
    assert [call["m_nOrderID"] for call in door.calls("cancelOrderStock")][1] == 987_654
    assert [order.status for order in door.terminal.orders(ACCOUNT)] == [S.CANCELED]


@pytest.mark.capability("001-22")
def test_001_22_a_cancel_that_comes_too_late_is_no_cancel(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        broker.submit(buy("D1"))
        await heard.wait(OrderReported, lambda event: event.order.status is S.SUCCEEDED)
        order_id = (await heard.wait(OrderAnswered)).order_id
        broker.cancel(order_id)
        sent = await heard.wait(CancelAnswered)
        refused = await heard.wait(CancelAnswered, lambda event: not event.ok)
        assert (sent.ok, refused.order_id) == (True, order_id)
        assert "不可撤" in refused.message
        statuses = {event.order.status for event in heard.of(OrderReported)}
        assert S.CANCELED not in statuses

    door.run(story)
    assert [order.status for order in door.terminal.orders(ACCOUNT)] == [S.SUCCEEDED]


@pytest.mark.capability("004-06")
def test_004_06_a_second_program_gets_another_session_id_and_hears_nothing_of_the_first(
    door: DoorDesk,
) -> None:
    async def story() -> None:
        first, first_heard = door.broker()
        second, second_heard = door.broker("88000002")
        await first.open()
        await second.open()
        assert first.ready
        assert second.ready
        second_heard.events.clear()
        first.submit(buy("D1"))
        await first_heard.wait(TradeReported)
        await second.query_orders()
        assert second_heard.events == []
        second.submit(buy("E1"))
        await second_heard.wait(TradeReported)
        await first.query_orders()
        assert all(event.intent_id == "D1" for event in first_heard.of(OrderAnswered))
        assert {event.trade.remark for event in first_heard.of(TradeReported)} == {"D1"}

    door.run(story, cash={ACCOUNT: 1_000_000, "88000002": 1_000_000})
    assert [call.session for call in door.calls("connect")] == [6101, 6101, 6102]
    assert {(call.session, call["m_strAccountID"]) for call in door.calls("orderStock")} == {
        (6101, ACCOUNT),
        (6102, "88000002"),
    }


@pytest.mark.capability("004-07")
def test_004_07_register_start_connect_subscribe(door: DoorDesk) -> None:
    recorded = RecordedVendor()

    async def story() -> None:
        broker, _ = door.broker(load_vendor=recorded.load)
        await broker.open()

    door.run(story)
    assert recorded.calls[:4] == ["register_callback", "start", "connect", "subscribe"]
    assert [call.name for call in door.terminal.call_log][:2] == ["connect", "subscribe"]


QT_DESK = """
import asyncio, pathlib, sys, threading
from PySide6.QtCore import QCoreApplication
import qasync
from core.broker.door import XtBroker
from core.ports import NoActivity
from tests.core.broker.desk import RecordedVendor
from tests.fakes.simqmt import ACCOUNT, make_terminal

app = QCoreApplication([])
gui = qasync.QEventLoop(app)
asyncio.set_event_loop(gui)
desk = make_terminal(pathlib.Path(sys.argv[1]), lockstep=False)
trading = asyncio.new_event_loop()
recorded = RecordedVendor()

async def trade():
    broker = XtBroker(
        str(desk.terminal.path), ACCOUNT, loop=trading, activity=NoActivity(), clock=desk.conductor,
        load_vendor=recorded.load,
    )
    await broker.open()
    assert broker.ready
    await broker.close()

async def main():
    before = asyncio.get_running_loop()
    service = threading.Thread(target=lambda: trading.run_until_complete(trade()), name="trading")
    service.start()
    while service.is_alive():
        await asyncio.sleep(0.005)
    assert asyncio.get_running_loop() is before is gui
    task = asyncio.ensure_future(asyncio.sleep(0))
    assert task.get_loop() is gui
    await task

with gui:
    gui.run_until_complete(main())
    assert asyncio.get_event_loop_policy().get_event_loop() is gui
trading.close()
desk.close()
assert recorded.threads == {"broker-asking"}, recorded.threads
print("still the GUI loop")
"""


@pytest.mark.capability("004-08")
def test_004_08_the_trader_is_started_off_the_gui_thread_whose_loop_stays_its_own(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", QT_DESK, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "still the GUI loop\n"


@pytest.mark.capability("004-09")
def test_004_09_a_refused_connect_goes_no_further_and_a_reconnect_makes_a_new_object(door: DoorDesk) -> None:
    async def story() -> None:
        refused, _ = door.broker()
        door.terminal.faults.refuse_connect(2)
        with pytest.raises(BrokerError):
            await refused.open()
        broker, heard = door.broker()
        await broker.open()
        used = door.traders[-1]
        door.terminal.disconnect()
        await heard.wait(Disconnected)
        await broker.open()
        assert broker.ready
        assert door.traders[-1] is not used
        assert used.loop.is_closed()

    door.run(story)
    names = [call.name for call in door.terminal.call_log if call.name in ("connect", "subscribe")]
    assert names == ["connect", "connect", "connect", "subscribe", "connect", "subscribe"]
    sessions = [call.session for call in door.calls("connect")]
    assert sessions[2] != sessions[3], "the reconnect takes another session id"


@pytest.mark.capability("004-10")
def test_004_10_without_a_subscription_orders_are_blocked(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker("99999999")  # not logged in at this terminal
        with pytest.raises(BrokerError, match="订阅资金账号 99999999 失败（返回 -1）"):
            await broker.open()
        assert not broker.ready
        broker.submit(buy("D1"))
        assert (await heard.wait(OrderSent)).seq == -1

    door.run(story)
    assert len(door.calls("subscribe")) == 1
    assert door.calls("orderStock") == []


@pytest.mark.capability("004-13")
def test_004_13_every_way_of_an_order_arrives_in_any_order(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()

        def ways(remark: str) -> list[OrderStatus]:
            found = [e.order.status for e in heard.of(OrderReported) if e.order.remark == remark]
            return list(dict.fromkeys(found))

        async def until(remark: str, status: OrderStatus) -> int:
            fits = await heard.wait(
                OrderReported, lambda e: (e.order.remark, e.order.status) == (remark, status)
            )
            assert (fits.order.account_id, fits.order.symbol) == (ACCOUNT, CODE)
            return fits.order.order_id

        door.terminal.faults.push_before_response("orderStock", nth=1)
        broker.submit(buy("filled"))
        await until("filled", S.SUCCEEDED)
        answered = await heard.wait(OrderAnswered)
        first = next(e for e in heard.events if isinstance(e, OrderReported))
        filled = heard.of(TradeReported)[0]
        final = next(e for e in heard.of(OrderReported) if e.order.status is S.SUCCEEDED)
        where = heard.events.index
        assert where(first) < where(answered), "order before its asynchronous answer"
        assert where(filled) < where(final), "trade before its order"
        assert ways("filled") == [S.REPORTED, S.SUCCEEDED]

        broker.submit(buy("gone", price="9.90"))
        broker.cancel(await until("gone", S.REPORTED))
        await until("gone", S.CANCELED)
        assert ways("gone") == [S.REPORTED, S.REPORTED_CANCEL, S.CANCELED]

        broker.submit(buy("part", volume=20_000))
        broker.cancel(await until("part", S.PART_SUCC))
        await until("part", S.PART_CANCEL)
        assert ways("part") == [S.REPORTED, S.PART_SUCC, S.PARTSUCC_CANCEL, S.PART_CANCEL]

        broker.submit(sell("junk", volume=5_000))
        await until("junk", S.JUNK)
        assert ways("junk") == [S.REPORTED, S.JUNK]

    door.run(story)


@pytest.mark.capability("004-14")
def test_004_14_partial_fills_add_up_and_repeated_pushes_count_once(door: DoorDesk) -> None:
    asks = [("10.00", 300), ("10.01", 200), ("10.02", 100)]

    async def story() -> None:
        door.terminal.set_quote(CODE, last="10.00", pre_close="10.00", bids=[("9.99", 100)], asks=asks)
        door.terminal.faults.duplicate_pushes = True
        broker, heard = door.broker()
        book = AccountBook()
        await broker.open()
        broker.submit(buy("D1", volume=600, price="10.02"))
        await heard.wait(OrderReported, lambda e: e.order.status is S.SUCCEEDED)
        await broker.query_asset()
        fills = heard.of(TradeReported)
        new = [event for event in fills if book.apply_trade(event.trade)]
        assert (len(fills), len(new)) == (6, 3)
        assert [(e.trade.price, e.trade.volume) for e in new] == [
            (Decimal(price), volume) for price, volume in asks
        ]
        assert sum(trade.volume for trade in book.trades.values()) == 600

    door.run(story)
    assert sum(trade.volume for trade in door.terminal.trades(ACCOUNT)) == 600


@pytest.mark.capability("004-15")
@pytest.mark.parametrize("error_first", [False, True])
def test_004_15_errors_before_or_after_the_answer_are_not_merged(door: DoorDesk, error_first: bool) -> None:
    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        if error_first:
            door.terminal.faults.push_before_response("orderStock")
        broker.submit(buy("D1", volume=50))  # refused at the request: no order id
        broker.submit(buy("D2", code="600001.SH"))  # refused at the request: no order id
        broker.submit(sell("D3", volume=5_000))  # refused by the counter: an order id
        await heard.wait(OrderFailed, lambda event: event.intent_id == "D3")
        failed = {event.intent_id: event for event in heard.of(OrderFailed)}
        assert len(heard.of(OrderFailed)) == 3
        assert [failed[name].order_id > 0 for name in ("D1", "D2", "D3")] == [False, False, True]
        assert {event.error_id for event in failed.values()} == {-61}
        assert "100" in failed["D1"].message
        assert "600001" in failed["D2"].message
        assert "证券可用数量不足" in failed["D3"].message

    door.run(story)
    assert len(door.calls("orderStock")) == 3


def _without_assets(loaded: Vendor) -> Vendor:
    """The real trader on a terminal whose asset answers are lost: the vendor then gives None."""

    class NoAsset(loaded.trader_class):  # type: ignore[name-defined,misc]
        def query_stock_asset_async(self, account: object, callback: Any) -> None:
            super().query_stock_asset_async(account, lambda _asset: callback(None))

    return Vendor(NoAsset, loaded.account_class, loaded.buy, loaded.sell, loaded.fix_price, 0.0)


@pytest.mark.capability("004-18")
def test_004_18_no_asset_is_none_and_proves_no_channel(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker(load_vendor=lambda: _without_assets(vendor.load()))
        with pytest.raises(BrokerError, match="查不到资金账号"):
            await broker.open()
        assert not broker.ready
        broker.submit(buy("D1"))
        assert (await heard.wait(OrderSent)).seq == -1

    door.run(story)
    assert len(door.calls("queryStockAsset")) == 1
    assert door.calls("orderStock") == []


def test_a_burst_of_a_hundred_orders_is_answered_each_to_its_own(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        names = [f"B{number:03}" for number in range(100)]
        for name in names:
            broker.submit(buy(name))
        await heard.wait(OrderAnswered, lambda event: event.intent_id == "B099")
        await heard.wait(OrderSent, lambda event: event.intent_id == "B099")
        answers = heard.of(OrderAnswered)
        assert [event.intent_id for event in answers] == names
        assert len({event.order_id for event in answers}) == 100
        sent = {event.intent_id: event.seq for event in heard.of(OrderSent)}
        assert all(sent[event.intent_id] == event.seq for event in answers)
        rows = await broker.query_orders()
        assert rows is not None
        assert {row.remark: row.order_id for row in rows} == {e.intent_id: e.order_id for e in answers}

    door.run(story, latency_ms=0)
    assert len(door.calls("orderStock")) == 100


def test_what_leaves_is_what_was_asked(door: DoorDesk) -> None:
    left: list[tuple[str, float]] = []

    async def story() -> None:
        broker, heard = door.broker(on_sent=lambda *args: left.append(args))
        await broker.open()
        broker.submit(buy("D1", volume=300, price="9.95"))
        order = (await heard.wait(OrderReported)).order
        assert (order.side, order.volume, order.price, order.price_type) == (
            Side.BUY,
            300,
            Decimal("9.95"),
            50,
        )
        assert order.symbol == Symbol(CODE)

    door.run(story)
    asked = door.calls("orderStock")[0]
    assert asked["m_nOrderVolume"] == 300
    assert asked["m_nPriceType"] == 11
    assert asked["m_dPrice"] == 9.95
    assert asked["m_nOrderType"] == 23
    assert asked["m_strOrderRemark"] == "D1"
    assert [name for name, _ in left] == ["D1"]


def test_a_late_answer_still_finds_its_order(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        door.terminal.faults.delay_response("orderStock", 9_000)
        broker.submit(buy("D1"))
        await heard.wait(TradeReported)
        if door.lockstep:
            assert heard.of(OrderAnswered) == []
        answered = await heard.wait(OrderAnswered)
        assert (answered.intent_id, answered.order_id > 0) == ("D1", True)

    door.run(story)


def test_queries_give_the_account_as_it_is(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        assert await broker.query_trades() == []
        broker.submit(sell("D1", volume=400))
        await heard.wait(OrderReported, lambda e: e.order.status is S.SUCCEEDED)
        positions = await broker.query_positions()
        asset = await broker.query_asset()
        trades = await broker.query_trades()
        assert positions is not None
        assert [(row.symbol, row.volume, row.sellable) for row in positions] == [(CODE, 600, 600)]
        assert asset is not None
        assert asset.account_id == ACCOUNT
        assert asset.cash == Decimal(1_000_000) + Decimal("3996.00") - sum(
            (row.commission for row in trades or ()), Decimal(0)
        )
        assert asset.total_asset == asset.cash + asset.frozen_cash + asset.market_value

    door.run(story, positions={ACCOUNT: [(CODE, 1_000, Decimal("9.00"))]})


def test_an_order_typed_by_hand_is_heard_with_its_own_remark(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        order_id = door.terminal.manual_order(ACCOUNT, CODE, 23, 100, Decimal("9.90"), remark="手工")
        heard_order = (await heard.wait(OrderReported)).order
        assert (heard_order.order_id, heard_order.remark) == (order_id, "手工")
        assert heard.of(OrderAnswered) == []

    door.run(story)


def _without_seq(event: BrokerEvent) -> BrokerEvent:
    """Two lanes draw from the vendor's one counter, so the bare number may differ between runs; nothing follows from it."""
    return replace(event, seq=0) if isinstance(event, OrderSent | OrderAnswered) else event


def test_lock_step_gives_the_same_events_in_the_same_order_each_time(tmp_path: Path) -> None:
    def once(folder: Path) -> list[str]:
        door = DoorDesk(folder, lockstep=True)
        found: list[str] = []

        async def story() -> None:
            broker, heard = door.broker()
            await broker.open()
            for number in range(20):
                broker.submit(buy(f"D{number}", volume=700))
                if number % 3 == 0:
                    await broker.query_orders()
            await heard.wait(OrderAnswered, lambda event: event.intent_id == "D19")
            broker.cancel(heard.of(OrderAnswered)[-1].order_id)
            await heard.wait(OrderReported, lambda e: e.order.status in (S.CANCELED, S.PART_CANCEL))
            await asyncio.sleep(5)
            found.extend(repr(_without_seq(event)) for event in heard.events)

        door.run(story, latency_ms=20)
        return found

    runs = [once(tmp_path / str(number)) for number in range(5)]
    assert len(runs[0]) > 60
    assert runs == [runs[0]] * 5


def test_a_timeout_is_a_broker_error_of_its_own(door: DoorDesk) -> None:
    async def story() -> None:
        broker, _ = door.broker()
        await broker.open()
        door.terminal.faults.drop_response("queryStockAsset")
        with pytest.raises(BrokerTimeout, match="查询资金超过"):
            await broker.query_asset()

    door.run(story)
