"""Native calls that never come back or raise: each has a deadline, each ends its generation, none is trusted again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from decimal import Decimal
from typing import Any

import pytest

from core.broker.deadlines import BrokerDeadlines
from core.broker.door import XtBroker
from core.clock import SystemClock
from core.domain.enums import Side
from core.domain.events import BrokerEvent, CancelAnswered, Disconnected, OrderSent
from core.domain.market import Symbol
from core.errors import BrokerError, BrokerTimeout, ContractError
from core.ports import NoActivity, OrderRequest
from tests.core.broker.scripted import Script

SHORT = BrokerDeadlines(build=5, connect=0.1, subscribe=0.1, query=0.1, send=0.1, stop=0.1)
WAIT_S = 5.0


@pytest.fixture
def script() -> Iterator[Script]:
    made = Script()
    yield made
    made.release.set()
    for thread in threading.enumerate():
        if thread.name.startswith("broker-"):
            thread.join(WAIT_S)  # what hung cleans up after itself
    for trader in made.traders:
        if not trader.loop.is_closed():
            trader.loop.close()
        for executor in (trader.executor, trader.relaxed_resp_executor):
            if executor is not None:
                executor.shutdown()


class Heard:
    """Events as they come, and a way to wait for one."""

    def __init__(self) -> None:
        self.events: list[BrokerEvent] = []
        self._came = asyncio.Event()

    def __call__(self, event: BrokerEvent) -> None:
        self.events.append(event)
        self._came.set()

    async def wait(self, kind: type[BrokerEvent]) -> BrokerEvent:
        async with asyncio.timeout(WAIT_S):
            while True:
                for event in self.events:
                    if isinstance(event, kind):
                        return event
                self._came.clear()
                await self._came.wait()


def play(
    script: Script, story: Callable[[XtBroker, Heard], Coroutine[Any, Any, None]], tries: int = 1
) -> None:
    """Run a story on a plain loop; the broker is closed at its end."""

    async def run() -> None:
        broker = XtBroker(
            "C:/国金QMT/userdata_mini",
            "88000001",
            loop=asyncio.get_running_loop(),
            activity=NoActivity(),
            clock=SystemClock(),
            deadlines=SHORT,
            session_ids=(1, 2, 3),
            tries=tries,
            load_vendor=script.vendor,
        )
        heard = Heard()
        broker.listen(heard)
        try:
            await story(broker, heard)
        finally:
            await broker.close()

    asyncio.run(run())


def request(intent_id: str = "D1") -> OrderRequest:
    return OrderRequest(intent_id, Symbol("600519.SH"), Side.BUY, 100, Decimal("11.37"))


@pytest.mark.parametrize(("name", "says"), [("connect", "连接 MiniQMT"), ("subscribe", "订阅账号")])
def test_t03_a_call_that_hangs_ends_its_generation_and_the_next_gets_a_new_lane_and_trader(
    script: Script, expect_log_error: Callable[[str], None], name: str, says: str
) -> None:
    expect_log_error("left behind")
    script.hang.add(name)

    async def story(broker: XtBroker, heard: Heard) -> None:
        with pytest.raises(BrokerTimeout, match=f"{says}超过 0.1 秒没有回应"):
            await broker.open()
        assert not broker.ready
        script.hang.clear()
        await broker.open()
        assert (broker.ready, broker.generation, len(script.traders)) == (True, 2, 2)
        assert broker.meters.hung_lanes == 1
        assert heard.events == []

    play(script, story)


def test_t03_a_hung_connect_that_comes_back_late_stops_its_own_trader(
    script: Script, expect_log_error: Callable[[str], None]
) -> None:
    expect_log_error("left behind")
    script.hang.add("connect")

    async def story(broker: XtBroker, _heard: Heard) -> None:
        with pytest.raises(BrokerTimeout):
            await broker.open()
        hung = next(thread for thread in threading.enumerate() if thread.name == "broker-asking")
        script.release.set()
        await asyncio.to_thread(hung.join, WAIT_S)
        assert script.calls[-1] == (1, "stop")
        assert script.traders[0].loop.is_closed()

    play(script, story)


def test_a_hung_send_is_a_lost_connection_and_the_next_session_sends_again(
    script: Script, expect_log_error: Callable[[str], None]
) -> None:
    expect_log_error("left behind")
    script.hang.add("order_stock_async")

    async def story(broker: XtBroker, heard: Heard) -> None:
        await broker.open()
        broker.submit(request())
        lost = await heard.wait(Disconnected)
        assert isinstance(lost, Disconnected)
        assert "下单调用超过 0.1 秒没有返回" in lost.message
        assert not broker.ready
        assert heard.events == [lost], "whether the order left is not known, so nothing is claimed"
        script.hang.clear()
        await broker.open()
        broker.submit(request("D2"))
        sent = await heard.wait(OrderSent)
        assert sent == OrderSent(broker.generation, "D2", 1)

    play(script, story)


def test_a_send_that_raises_claims_nothing(script: Script, expect_log_error: Callable[[str], None]) -> None:
    expect_log_error("order_stock_async failed for D1")
    script.fail["order_stock_async"] = RuntimeError("native")

    async def story(broker: XtBroker, heard: Heard) -> None:
        await broker.open()
        broker.submit(request())
        broker.cancel(5)
        while "cancel_order_stock_async" not in script.names():
            await asyncio.sleep(0.001)
        script.fail.clear()
        broker.submit(request("D2"))
        sent = await heard.wait(OrderSent)
        assert isinstance(sent, OrderSent)
        assert sent.intent_id == "D2", "of D1 nobody knows"

    play(script, story)


def test_a_cancel_that_raises_is_said(script: Script, expect_log_error: Callable[[str], None]) -> None:
    expect_log_error("cancel_order_stock_async failed")
    script.fail["cancel_order_stock_async"] = RuntimeError("native")

    async def story(broker: XtBroker, heard: Heard) -> None:
        await broker.open()
        broker.cancel(3456)
        said = await heard.wait(CancelAnswered)
        assert isinstance(said, CancelAnswered)
        assert (said.order_id, said.ok) == (3456, False)
        assert "native" in said.message

    play(script, story)


def test_a_query_without_an_answer_has_a_deadline_and_the_session_lives(script: Script) -> None:
    async def story(broker: XtBroker, heard: Heard) -> None:
        await broker.open()
        with pytest.raises(BrokerTimeout, match=r"查询委托超过 0\.1 秒没有回应"):
            await broker.query_orders()
        assert broker.ready
        assert heard.events == []

    play(script, story)


def test_a_query_whose_asking_hangs_ends_the_session(
    script: Script, expect_log_error: Callable[[str], None]
) -> None:
    expect_log_error("left behind")
    script.hang.add("query_stock_trades_async")

    async def story(broker: XtBroker, heard: Heard) -> None:
        await broker.open()
        with pytest.raises(BrokerTimeout, match="查询成交"):
            await broker.query_trades()
        assert not broker.ready
        assert isinstance(await heard.wait(Disconnected), Disconnected)
        script.hang.clear()
        await broker.open()
        assert broker.ready

    play(script, story)


def test_half_a_list_is_not_used(script: Script, expect_log_error: Callable[[str], None]) -> None:
    expect_log_error("could not be read")

    async def story(broker: XtBroker, _heard: Heard) -> None:
        await broker.open()
        with pytest.raises(BrokerError, match="查询持仓得到的回答无法解读"):
            await broker.query_positions()

    play(script, story)


def test_a_disconnect_answers_a_query_at_once(script: Script) -> None:
    async def story(broker: XtBroker, heard: Heard) -> None:
        await broker.open()
        asking = asyncio.ensure_future(broker.query_orders())
        await asyncio.sleep(0)
        script.traders[0].callback.on_disconnected()
        with pytest.raises(BrokerError, match="已断开"):
            await asking

    play(script, story)


def test_t16b_a_stop_that_hangs_does_not_hold_the_close(
    script: Script, expect_log_error: Callable[[str], None]
) -> None:
    expect_log_error("stopping the trader took longer than 0.1 s")
    expect_log_error("left behind")
    script.hang.add("stop")

    async def story(broker: XtBroker, _heard: Heard) -> None:
        await broker.open()
        async with asyncio.timeout(WAIT_S):
            await broker.close()
        assert not broker.ready

    play(script, story)


def test_an_unsubscribe_that_hangs_does_not_hold_the_close(
    script: Script, expect_log_error: Callable[[str], None]
) -> None:
    expect_log_error("left behind")
    script.hang.add("unsubscribe")

    async def story(broker: XtBroker, _heard: Heard) -> None:
        await broker.open()
        async with asyncio.timeout(WAIT_S):
            await broker.close()

    play(script, story)


def test_a_close_during_a_hung_connect_wakes_the_open(
    script: Script, expect_log_error: Callable[[str], None]
) -> None:
    expect_log_error("left behind")
    script.hang.add("connect")

    async def story(broker: XtBroker, _heard: Heard) -> None:
        opening = asyncio.ensure_future(broker.open())
        while "connect" not in script.names():
            await asyncio.sleep(0.001)
        await broker.close()
        with pytest.raises(BrokerError, match="已关闭"):
            await opening

    play(script, story)


def test_a_second_open_is_a_mistake(script: Script) -> None:
    async def story(broker: XtBroker, _heard: Heard) -> None:
        await broker.open()
        with pytest.raises(ContractError):
            await broker.open()
        assert broker.ready

    play(script, story)


def test_without_an_asset_it_is_not_ready(script: Script) -> None:
    script.answers_asset = False

    async def story(broker: XtBroker, _heard: Heard) -> None:
        with pytest.raises(BrokerError, match="查不到资金账号 88000001 的资金"):
            await broker.open()
        assert not broker.ready

    play(script, story)
    assert script.names()[-1] == "stop"


def test_a_start_that_raises_leaves_nothing_open(
    script: Script, expect_log_error: Callable[[str], None]
) -> None:
    expect_log_error("载入交易接口 failed in the vendor")
    script.fail["start"] = OSError("no queue file")

    async def story(broker: XtBroker, _heard: Heard) -> None:
        with pytest.raises(BrokerError, match="no queue file"):
            await broker.open()

    play(script, story)
    assert script.traders[0].loop.is_closed()
    assert "stop" not in script.names(), "stop before start would fail (T14)"


def test_calls_leave_from_their_lanes(script: Script) -> None:
    async def story(broker: XtBroker, heard: Heard) -> None:
        await broker.open()
        broker.submit(request())
        await heard.wait(OrderSent)
        broker.cancel(1)
        while "cancel_order_stock_async" not in script.threads:
            await asyncio.sleep(0.001)

    play(script, story)
    sending = {"order_stock_async", "cancel_order_stock_async"}
    assert {script.threads[name] for name in sending} == {"broker-sending"}
    assert {script.threads[name] for name in set(script.threads) - sending} == {"broker-asking"}


@pytest.mark.parametrize(
    "changes",
    [
        {"volume": 150.9},
        {"volume": 100.0},
        {"volume": True},
        {"volume": 0},
        {"volume": "100"},
        {"price": 11.37},
        {"price": Decimal("NaN")},
        {"price": Decimal(0)},
        {"intent_id": ""},
        {"intent_id": "策略一号买入"},
        {"intent_id": "x" * 25},
        {"intent_id": "a\nb"},
    ],
)
def test_t21_t22_a_request_the_vendor_would_bend_is_refused(
    script: Script, changes: dict[str, object]
) -> None:
    fields: dict[str, Any] = {
        "intent_id": "D1",
        "symbol": Symbol("600519.SH"),
        "side": Side.BUY,
        "volume": 100,
        "price": Decimal("11.37"),
    }

    async def story(broker: XtBroker, _heard: Heard) -> None:
        await broker.open()
        with pytest.raises(ContractError):
            broker.submit(OrderRequest(**(fields | changes)))

    play(script, story)
    assert "order_stock_async" not in script.names()


@pytest.mark.parametrize("order_id", [0, -1, True, "3456", 3456.0])
def test_a_cancel_needs_an_order_id(script: Script, order_id: Any) -> None:
    async def story(broker: XtBroker, _heard: Heard) -> None:
        await broker.open()
        with pytest.raises(ContractError):
            broker.cancel(order_id)

    play(script, story)
