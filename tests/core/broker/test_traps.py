"""The traps of xtquant that the door avoids, on the real xttrader. Each test names its trap."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.broker import vendor
from core.domain.enums import OrderStatus
from core.domain.events import (
    AccountStatusReported,
    BrokerEvent,
    Disconnected,
    OrderAnswered,
    OrderFailed,
    OrderReported,
    OrderSent,
    TradeReported,
)
from core.errors import BadInput, BrokerError, BrokerTimeout
from tests.core.broker.desk import DoorDesk, RecordedVendor, buy
from tests.fakes.simqmt import ACCOUNT, make_terminal


def on_worker(job: Callable[[], Any]) -> Any:
    """Run on a thread of its own, as the asking lane does."""
    found: list[Any] = []
    worker = threading.Thread(target=lambda: found.append(job()))
    worker.start()
    worker.join()
    return found[0]


def test_t01_building_the_trader_leaves_the_current_loop_of_the_main_thread(door: DoorDesk) -> None:
    mine = asyncio.new_event_loop()
    asyncio.set_event_loop(mine)
    recorded = RecordedVendor()

    async def story() -> None:
        running = asyncio.get_running_loop()
        broker, _ = door.broker(load_vendor=recorded.load)
        await broker.open()
        assert asyncio.get_running_loop() is running is door.loop

    try:
        door.run(story)
        assert asyncio.get_event_loop() is mine
    finally:
        asyncio.set_event_loop(None)
        mine.close()
    assert recorded.threads == {"broker-asking"}


def test_t01b_a_collected_trader_changes_no_current_loop(tmp_path: Path) -> None:
    desk = make_terminal(tmp_path)
    made = on_worker(vendor.load)
    raw_class = made.trader_class.__mro__[1]
    assert raw_class.__name__ == "XtQuantTrader"
    before, mine = asyncio.new_event_loop(), asyncio.new_event_loop()
    try:
        for trader_class, current in ((made.trader_class, mine), (raw_class, before)):
            asyncio.set_event_loop(before)
            trader = trader_class(str(desk.terminal.path), 1)  # on the main thread, as careless programs do
            asyncio.set_event_loop(mine)
            trader.loop.close()
            gone = weakref.ref(trader)
            del trader
            gc.collect()
            assert gone() is None
            assert asyncio.get_event_loop() is current, "the second is the trap itself"
    finally:
        asyncio.set_event_loop(None)
        before.close()
        mine.close()
        desk.close()


def test_t02_a_trader_built_elsewhere_is_collected_on_the_main_thread_without_noise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_terminal(tmp_path)
    noise: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: noise.append(repr(args.exc_value)))
    made = on_worker(vendor.load)
    path = str(desk.terminal.path)
    try:
        for build, heard in (
            (lambda: made.make_trader(path, 1), 0),
            (lambda: made.trader_class.__mro__[1](path, 1), 1),
        ):
            trader = on_worker(build)
            trader.loop.close()
            gone = weakref.ref(trader)
            del trader
            gc.collect()
            assert gone() is None
            assert len(noise) == heard, "the second is the trap itself"
        assert "oldloop" in noise[0]
    finally:
        desk.close()


def test_t03_a_subscribe_that_is_never_answered_has_a_deadline(
    door: DoorDesk, expect_log_error: Callable[[str], None]
) -> None:
    expect_log_error("left behind")

    async def story() -> None:
        door.terminal.faults.never_answer("subscribe", nth=1)
        broker, heard = door.broker()
        began = door.loop.time()
        with pytest.raises(BrokerTimeout, match=r"订阅账号超过 \S+ 秒没有回应"):
            await broker.open()
        waited = door.loop.time() - began
        assert waited >= door.deadlines().subscribe - 0.01
        if door.lockstep:
            assert waited == pytest.approx(10.0), "the deadline is a timer of virtual time"
        assert not broker.ready
        broker.submit(buy())
        assert (await heard.wait(OrderSent)).seq == -1
        await broker.open()
        assert broker.ready
        assert len(door.traders) == 2
        broker.submit(buy("D2"))
        assert (await heard.wait(OrderAnswered)).intent_id == "D2"

    door.run(story)
    assert len(door.calls("orderStock")) == 1


def test_t03_a_query_that_is_never_answered_has_a_deadline(door: DoorDesk) -> None:
    async def story() -> None:
        broker, _ = door.broker()
        await broker.open()
        door.terminal.faults.never_answer("queryStockPositions")
        with pytest.raises(BrokerTimeout, match="查询持仓超过"):
            await broker.query_positions()
        assert broker.ready
        assert await broker.query_orders() == []

    door.run(story)


def test_t08_an_exception_in_a_handler_is_logged_and_the_next_event_comes(
    door: DoorDesk, expect_log_error: Callable[[str], None]
) -> None:
    expect_log_error("handling .* failed.*handler bug")

    async def story() -> None:
        broker, heard = door.broker()

        def listener(event: BrokerEvent) -> None:
            heard(event)
            if isinstance(event, OrderAnswered):
                raise ValueError("handler bug")

        broker.listen(listener)
        await broker.open()
        broker.submit(buy("D1", code="600001.SH"))  # no such security: answered -1, then an order error (T09)
        failed = await heard.wait(OrderFailed)
        assert failed.intent_id == "D1"
        assert broker.meters.listener_errors == 1
        assert door.traders[0].queuing_order_seq == set(), "the vendor's own bookkeeping went on"

    door.run(story)


def test_t08_a_callback_that_cannot_be_read_is_logged_and_counted(
    door: DoorDesk, expect_log_error: Callable[[str], None]
) -> None:
    expect_log_error("could not be read.*stock_code")

    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        trader = door.traders[0]
        trader.executor.submit(trader.callback.on_stock_order, object()).result()
        broker.submit(buy())
        await heard.wait(OrderReported)
        assert broker.meters.unreadable == 1

    door.run(story)


def test_t10_t14_register_start_connect_subscribe_in_this_order(door: DoorDesk) -> None:
    recorded = RecordedVendor()

    async def story() -> None:
        broker, heard = door.broker(load_vendor=recorded.load)
        await broker.open()
        assert recorded.calls == ["register_callback", "start", "connect", "subscribe"]
        await heard.wait(AccountStatusReported)  # pushed right behind the subscription, and not lost
        await broker.close()

    door.run(story)
    assert recorded.calls[4:] == ["unsubscribe", "stop"]


def test_t10_an_order_finds_its_callback_registered(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        assert door.traders[0].callback is not None
        broker.submit(buy())
        answered = await heard.wait(OrderAnswered)
        assert (answered.intent_id, answered.order_id > 0) == ("D1", True)

    door.run(story)
    assert len(door.calls("orderStock")) == 1


def test_t12_pushes_before_the_answer_are_matched_by_remark(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        door.terminal.faults.push_before_response("orderStock")
        broker.submit(buy("D1-remark"))
        answered = await heard.wait(OrderAnswered)
        before = heard.events[: heard.events.index(answered)]
        pushed = [event for event in before if isinstance(event, OrderReported)]
        filled = [event for event in before if isinstance(event, TradeReported)]
        assert [event.order.status for event in pushed] == [OrderStatus.REPORTED, OrderStatus.SUCCEEDED]
        assert {event.order.remark for event in pushed} == {"D1-remark"} == {e.trade.remark for e in filled}
        assert {event.order.order_id for event in pushed} == {answered.order_id}
        assert answered.intent_id == "D1-remark"

    door.run(story)


def test_t14_nothing_is_stopped_that_was_never_started(
    door: DoorDesk, monkeypatch: pytest.MonkeyPatch, expect_log_error: Callable[[str], None]
) -> None:
    expect_log_error("载入交易接口 failed")
    recorded = RecordedVendor()

    def failing_load() -> vendor.Vendor:
        loaded = recorded.load()
        monkeypatch.setattr(loaded.trader_class, "start", lambda _trader: 1 // 0)
        return loaded

    async def story() -> None:
        broker, _ = door.broker(load_vendor=failing_load)
        with pytest.raises(BrokerError, match="ZeroDivisionError"):
            await broker.open()
        assert not broker.ready

    door.run(story)
    assert "stop" not in recorded.calls
    assert recorded.traders[0].loop.is_closed()


def test_t18_a_refused_connect_is_the_end_of_the_attempt(door: DoorDesk) -> None:
    async def story() -> None:
        door.terminal.faults.refuse_connect(2)
        broker, heard = door.broker()
        with pytest.raises(BrokerError) as caught:
            await broker.open()
        for cause in ("返回 -1", "极简模式", "userdata_mini", "3 秒", "权限", str(door.terminal.path)):
            assert cause in str(caught.value)
        assert not broker.ready
        broker.submit(buy())
        assert (await heard.wait(OrderSent)).seq == -1

    door.run(story)
    assert [call.name for call in door.terminal.call_log] == ["connect", "connect"]


def test_t20_an_account_that_is_no_text_never_reaches_the_terminal(door: DoorDesk) -> None:
    async def story() -> None:
        with pytest.raises(BadInput, match="资金账号"):
            door.broker(88000001)  # type: ignore[arg-type]

    door.run(story)
    assert door.terminal.call_log == ()


def test_t22_a_remark_of_24_bytes_comes_back_whole(door: DoorDesk) -> None:
    remark = "DP1120-0123456789-abcdef"

    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        broker.submit(buy(remark))
        assert (await heard.wait(OrderReported)).order.remark == remark
        rows = await broker.query_orders()
        assert rows is not None
        assert [row.remark for row in rows] == [remark]

    door.run(story)
    assert len(remark.encode()) == 24
    assert door.calls("orderStock")[0]["m_strOrderRemark"] == remark


def test_t28_two_orders_refused_at_the_request_get_their_own_errors(door: DoorDesk) -> None:
    """Error before answer: the vendor hands the first order's error out again with the second's answer."""

    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        door.terminal.faults.push_before_response("orderStock")
        broker.submit(buy("D1", volume=50))
        await heard.wait(OrderFailed)
        broker.submit(buy("D2", code="600001.SH"))
        await heard.wait(OrderFailed, lambda event: event.intent_id == "D2")
        failed = heard.of(OrderFailed)
        assert [event.intent_id for event in failed] == ["D1", "D2"]
        assert failed[0].message != failed[1].message
        assert broker.meters.foreign <= 1

    door.run(story)


def test_t33_an_old_generation_is_not_heard(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker()
        await broker.open()
        old = door.traders[0].callback
        door.terminal.disconnect()
        await heard.wait(Disconnected)
        await broker.open()
        heard.events.clear()
        old.on_disconnected()
        await broker.query_asset()
        assert broker.ready
        assert heard.of(Disconnected) == []
        assert broker.meters.stale == 1

    door.run(story)


def test_t53_a_positive_number_is_no_proof_so_nothing_leaves_when_not_connected(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker()
        broker.submit(buy("D0"))
        assert (await heard.wait(OrderSent)).intent_id == "D0"
        await broker.open()
        door.terminal.disconnect()
        await heard.wait(Disconnected)
        assert not broker.ready
        broker.submit(buy("D1"))
        sent = await heard.wait(OrderSent, lambda event: event.intent_id == "D1")
        assert sent.seq == -1
        assert "没有发出" in sent.message
        broker.cancel(1)
        assert len(heard.of(Disconnected)) == 1

    door.run(story)
    assert door.calls("orderStock") == []
    assert door.calls("cancelOrderStock") == []


def test_t53_the_vendor_itself_gives_a_positive_number_for_nothing(tmp_path: Path) -> None:
    desk = make_terminal(tmp_path)
    made = on_worker(vendor.load)
    trader = on_worker(lambda: made.make_trader(str(desk.terminal.path), 1))
    xttrader = importlib.import_module("xtquant.xttrader")
    trader.register_callback(xttrader.XtQuantTraderCallback())
    trader.start()
    try:
        account = made.make_account(ACCOUNT)
        assert trader.order_stock_async(account, "600000.SH", 23, 100, 11, 10.0, "", "D1") > 0
        assert desk.terminal.orders(ACCOUNT) == []
    finally:
        trader.stop()
        trader.loop.close()
        desk.close()


def open_descriptors() -> int:
    """How many this process holds, where the system tells."""
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.exists() else 0


def test_t58_thirty_failed_attempts_do_not_grow_descriptors(door: DoorDesk) -> None:
    async def story() -> None:
        broker, _ = door.broker()
        counts = []
        for _ in range(30):
            door.terminal.faults.refuse_connect(2)
            with pytest.raises(BrokerError):
                await broker.open()
            counts.append(open_descriptors())
        assert counts[-1] == counts[2], "after each id of the pool had its trader, none is added"
        assert len(door.traders) == 3
        await broker.open()
        assert broker.ready

    door.run(story)
    assert len(door.calls("connect")) == 61
    assert all(trader.loop.is_closed() for trader in door.traders)


def test_t58_lost_sessions_are_let_go(door: DoorDesk) -> None:
    async def story() -> None:
        broker, heard = door.broker(session_ids=tuple(range(1, 12)))
        alive: list[weakref.ref[Any]] = []
        counts = []
        for _ in range(10):
            await broker.open()
            alive.append(weakref.ref(door.traders[-1]))
            door.traders.clear()
            door.terminal.disconnect()
            await heard.wait(Disconnected, lambda event: event.generation == broker.generation)
            counts.append(open_descriptors())
        await broker.open()
        door.traders.clear()
        gc.collect()
        assert sum(ref() is not None for ref in alive) <= 3
        assert counts[-1] <= counts[2] + 4

    door.run(story)
