"""The traps of the vendor's SDK that were shown or measured, on the simulator with the real xttrader.py: each behaves as
described. One test for each id of the list; what a robust program does about them is tested at the broker door.
"""

from __future__ import annotations

import asyncio
import copy
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MethodType
from typing import Any

import pytest

from tests.core.simqmt.conftest import PFYH
from tests.core.simqmt.reception.test_flows import names
from tests.fakes.simqmt import ACCOUNT, BUY, FIX_PRICE, Desk, Trader

Open = Callable[..., Desk]
ROOT = Path(__file__).resolve().parents[3]
SOON_S, NEVER_S = 30.0, 0.25


def order_async(
    trader: Trader, volume: Any = 100, price: Any = 10.0, kind: Any = FIX_PRICE, remark: Any = ""
) -> int:
    return int(trader.api.order_stock_async(trader.account, PFYH, BUY, volume, kind, price, "", remark))


def react(trader: Trader, event: str, reaction: Callable[[Any], None]) -> None:
    """Do something inside a callback of the program."""

    def handler(_self: object, value: Any = None) -> None:
        trader.heard.append((event, value))
        reaction(value)

    callback = trader.api.callback
    setattr(callback, event, MethodType(handler, callback))


class Call:
    """A call on a thread of its own, for those that may never return."""

    def __init__(self, call: Callable[[], Any], thread: bool = True) -> None:
        self.result: Any = None
        self.done = threading.Event()
        self._call = call
        self.thread = threading.Thread(target=self.run)
        if thread:
            self.thread.start()

    def run(self) -> None:
        self.result = self._call()
        self.done.set()


@pytest.fixture
def free(open_desk: Open) -> tuple[Desk, Trader]:
    """A terminal on the wall clock: programs may block."""
    desk = open_desk(lockstep=False)
    return desk, desk.trader()


def run_python(
    tmp_path: Path, program: str, *, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    path = os.pathsep.join(str(entry) for entry in (folder, ROOT) if entry is not None)
    return subprocess.run(
        [sys.executable, "-P", "-m", "core.simqmt", "--quiet", "program.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )


# A. import, construction, event loop


def test_t00_the_package_asks_no_index_when_it_is_imported(tmp_path: Path) -> None:
    asking = tmp_path / "asking"
    asking.mkdir()
    (asking / "requests.py").write_text("def get(*_, **__): print('asked')", encoding="utf-8")
    (asking / "pkg_resources.py").write_text(
        "from types import SimpleNamespace\ndef get_distribution(_): return SimpleNamespace(version='1')",
        encoding="utf-8",
    )
    done = run_python(tmp_path, "import xtquant.xttrader; print('ready')", folder=asking)
    assert done.stdout.split() == ["ready"], done.stderr


@pytest.fixture
def own_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


def built_here(desk: Desk, session: int = 9) -> Any:
    """A trader built on this thread, which is the main one; without its `__del__`."""
    vendor = sys.modules["xtquant.xttrader"]
    quiet = type("QuietTrader", (vendor.XtQuantTrader,), {"__del__": lambda _self: None})
    return quiet(str(desk.terminal.path), session)


def test_t01_t57_the_constructor_replaces_the_current_loop_with_one_that_never_runs(
    open_desk: Open, own_loop: asyncio.AbstractEventLoop
) -> None:
    desk = open_desk()
    desk.trader(connect=False)
    trader = built_here(desk)
    assert trader.oldloop is own_loop
    assert asyncio.get_event_loop_policy().get_event_loop() is trader.loop
    assert not trader.loop.is_running()
    trader.async_client.stop()
    trader.loop.close()


def test_t01b_a_collected_trader_puts_the_old_loop_back(
    open_desk: Open, own_loop: asyncio.AbstractEventLoop
) -> None:
    desk = open_desk()
    desk.trader(connect=False)
    trader = built_here(desk)
    trader.loop.close()
    later = asyncio.new_event_loop()
    asyncio.set_event_loop(later)
    sys.modules["xtquant.xttrader"].XtQuantTrader.__del__(trader)
    assert asyncio.get_event_loop_policy().get_event_loop() is own_loop
    trader.async_client.stop()
    later.close()


def test_t02_built_elsewhere_and_collected_on_the_main_thread_is_an_error_nobody_raises(
    tmp_path: Path,
) -> None:
    program = """
import gc, threading
from xtquant.xttrader import XtQuantTrader
def build():
    trader = XtQuantTrader("x", 1)
    trader.loop.close()
thread = threading.Thread(target=build)
gc.disable()
thread.start()
thread.join()
gc.collect()
"""
    done = run_python(tmp_path, program)
    assert done.returncode == 0
    assert "has no attribute 'oldloop'" in done.stderr


def test_t02b_without_a_current_loop_the_constructor_fails(tmp_path: Path) -> None:
    program = """
import asyncio
from xtquant.xttrader import XtQuantTrader
async def nothing(): ...
asyncio.run(nothing())
try:
    XtQuantTrader("x", 1)
except RuntimeError as error:
    print("RuntimeError", error)
"""
    assert "RuntimeError There is no current event loop" in run_python(tmp_path, program).stdout


def test_t10_an_asynchronous_order_without_a_callback_leaks_its_number_and_sends_nothing(
    open_desk: Open,
) -> None:
    desk = open_desk()
    trader = desk.trader()
    trader.api.register_callback(None)
    with pytest.raises(AttributeError):
        order_async(trader)
    assert len(trader.api.queuing_order_seq) == 1
    assert "orderStock" not in {call.name for call in desk.terminal.call_log}
    desk.terminal.manual_order(ACCOUNT, PFYH, BUY, 100, "10")
    desk.settle()
    assert trader.events("on_stock_order") == []


def test_t14_before_start_there_is_nobody_to_deliver_and_nothing_to_stop(free: tuple[Desk, Trader]) -> None:
    desk, trader = free
    fresh, unstarted = built_elsewhere(desk, 2), built_elsewhere(desk, 3)
    assert fresh.connect() == 0
    subscribed = Call(lambda: fresh.subscribe(trader.account))
    assert not subscribed.done.wait(NEVER_S)
    with pytest.raises(AttributeError, match="shutdown"):
        unstarted.stop()
    for answer in fresh.cbs.values():
        answer(0)
    assert subscribed.done.wait(SOON_S)
    subscribed.thread.join()
    fresh.async_client.stop()
    for made in (fresh, unstarted):
        made.loop.close()


def built_elsewhere(desk: Desk, session: int) -> Any:
    made: list[Any] = []
    builder = threading.Thread(target=lambda: made.append(built_here(desk, session)))
    builder.start()
    builder.join()
    return made[0]


def test_t20_an_account_that_is_no_text_becomes_a_text(open_desk: Open) -> None:
    trader = open_desk().trader()
    found = sys.modules["xtquant.xttype"].StockAccount(88000001)
    assert found == "资金账号必须为字符串类型"
    with pytest.raises(AttributeError, match="account_type"):
        trader.api.query_stock_asset(found)


# B. blocking for ever


def test_t03_a_call_whose_answer_is_lost_never_returns(free: tuple[Desk, Trader]) -> None:
    desk, trader = free
    desk.terminal.faults.drop_response("queryStockAsset")
    asked = Call(lambda: trader.api.query_stock_asset(trader.account))
    assert not asked.done.wait(NEVER_S)
    assert len(trader.api.cbs) == 1
    desk.terminal.close()
    assert asked.done.wait(SOON_S)
    asked.thread.join()


def test_t04_after_a_loss_the_flag_still_says_connected_and_a_silent_terminal_hangs_the_call(
    free: tuple[Desk, Trader],
) -> None:
    desk, trader = free
    desk.terminal.faults.never_answer("queryStockAsset", nth=2)
    desk.terminal.disconnect()
    assert trader.api.connected is True
    assert trader.api.query_stock_asset(trader.account) is None
    asked = Call(lambda: trader.api.query_stock_asset(trader.account))
    assert not asked.done.wait(NEVER_S)
    desk.terminal.close()
    assert asked.done.wait(SOON_S)
    asked.thread.join()


def test_t18_a_program_that_goes_on_after_a_failed_connect_can_hang_in_subscribe(
    free: tuple[Desk, Trader],
) -> None:
    desk, _ = free
    desk.terminal.faults.refuse_connect(1)
    desk.terminal.faults.never_answer("subscribe")
    other = desk.trader(2, connect=False)
    assert other.api.connect() == -1
    asked = Call(lambda: other.api.subscribe(other.account))
    assert not asked.done.wait(NEVER_S)
    desk.terminal.close()
    assert asked.done.wait(SOON_S)
    asked.thread.join()


def in_callback(trader: Trader, call: Callable[[], Any]) -> Call:
    """Make a call inside `on_stock_order` of the next order."""
    inner, began = Call(call, thread=False), threading.Event()

    def inside(_order: Any) -> None:
        if not began.is_set():
            began.set()
            inner.run()

    react(trader, "on_stock_order", inside)
    trader.desk.terminal.manual_order(ACCOUNT, PFYH, BUY, 100, "9.5")
    assert began.wait(SOON_S)
    return inner


def through(executor: Any, done: threading.Event) -> None:
    """Carry the answers past the callback that waits for one of them: they stand behind it."""
    while not done.wait(NEVER_S):
        executor._work_queue.get(timeout=SOON_S).run()


def test_t05_a_query_inside_a_push_callback_deadlocks_unless_relaxed(free: tuple[Desk, Trader]) -> None:
    desk, trader = free
    query = in_callback(trader, lambda: trader.api.query_stock_asset(trader.account))
    assert not query.done.wait(NEVER_S)
    through(trader.api.executor, query.done)
    relaxed = desk.trader(2, connect=False)
    relaxed.api.set_relaxed_response_order_enabled(True)
    assert relaxed.api.connect() == 0
    assert relaxed.api.subscribe(relaxed.account) == 0
    query = in_callback(relaxed, lambda: relaxed.api.query_stock_asset(relaxed.account))
    assert query.done.wait(SOON_S)
    assert query.result.account_id == ACCOUNT


@pytest.mark.parametrize("relaxed", [False, True])
def test_t06_an_order_inside_a_push_callback_deadlocks_relaxed_or_not(
    free: tuple[Desk, Trader], relaxed: bool
) -> None:
    _, trader = free
    trader.api.set_relaxed_response_order_enabled(relaxed)
    order = in_callback(trader, lambda: trader.buy(PFYH, 100, 9.5))
    assert not order.done.wait(NEVER_S)
    through(trader.api.executor, order.done)
    assert order.result > 0


@pytest.mark.parametrize("relaxed", [False, True])
def test_t07_a_query_inside_a_query_callback_deadlocks_relaxed_or_not(
    free: tuple[Desk, Trader], relaxed: bool
) -> None:
    _, trader = free
    trader.api.set_relaxed_response_order_enabled(relaxed)
    done, began = threading.Event(), threading.Event()

    def inside(_assets: Any) -> None:
        began.set()
        trader.api.query_stock_positions(trader.account)
        done.set()

    trader.api.query_stock_asset_async(trader.account, inside)
    assert began.wait(SOON_S)
    assert not done.wait(NEVER_S)
    through(trader.api.resp_executor, done)


@pytest.mark.parametrize("relaxed", [False, True])
def test_t13_a_slow_callback_delays_all_answers_relaxed_only_those_of_orders(
    free: tuple[Desk, Trader], relaxed: bool
) -> None:
    desk, trader = free
    trader.api.set_relaxed_response_order_enabled(relaxed)
    go, inside = threading.Event(), threading.Event()

    def slow(_order: Any) -> None:
        inside.set()
        go.wait(SOON_S)

    react(trader, "on_stock_order", slow)
    desk.terminal.manual_order(ACCOUNT, PFYH, BUY, 100, "9.5")
    assert inside.wait(SOON_S)
    query = Call(lambda: trader.api.query_stock_asset(trader.account))
    assert query.done.wait(SOON_S if relaxed else NEVER_S) is relaxed
    order = Call(lambda: trader.buy(PFYH, 100, 9.5))
    assert not order.done.wait(NEVER_S)
    go.set()
    assert query.done.wait(SOON_S)
    assert order.done.wait(SOON_S)
    query.thread.join()
    order.thread.join()


def test_t16_stop_in_a_callback_cannot_join_itself_and_the_client_is_stopped(
    free: tuple[Desk, Trader],
) -> None:
    desk, trader = free
    caught: list[str] = []
    ended = threading.Event()

    def stop(_order: Any) -> None:
        try:
            trader.api.stop()
        except RuntimeError as error:
            caught.append(str(error))
        ended.set()

    react(trader, "on_stock_order", stop)
    desk.terminal.manual_order(ACCOUNT, PFYH, BUY, 100, "9.5")
    assert ended.wait(SOON_S)
    assert caught == ["cannot join current thread"]
    heard = len(trader.heard)
    desk.terminal.manual_order(ACCOUNT, PFYH, BUY, 100, "9.5")
    desk.settle()
    assert len(trader.heard) == heard


def test_t16b_stop_waits_for_a_callback_that_does_not_end(free: tuple[Desk, Trader]) -> None:
    desk, trader = free
    go, inside = threading.Event(), threading.Event()

    def blocked(_order: Any) -> None:
        inside.set()
        go.wait(SOON_S)

    react(trader, "on_stock_order", blocked)
    desk.terminal.manual_order(ACCOUNT, PFYH, BUY, 100, "9.5")
    assert inside.wait(SOON_S)
    stopping = Call(trader.api.stop)
    assert not stopping.done.wait(NEVER_S)
    go.set()
    assert stopping.done.wait(SOON_S)
    stopping.thread.join()


def test_t19_sleep_never_returns_and_run_forever_outlives_stop(
    free: tuple[Desk, Trader], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, trader = free
    asleep = Call(lambda: trader.api.sleep(0.001))
    assert not asleep.done.wait(NEVER_S)
    trader.api.loop.run_until_complete(asyncio.sleep(0.02))
    assert asleep.done.wait(SOON_S)
    asleep.thread.join()
    rounds = []

    def sleep(seconds: float) -> None:
        rounds.append(seconds)
        if len(rounds) == 2:
            trader.api.stop()
        if len(rounds) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", sleep)
    with pytest.raises(KeyboardInterrupt):
        trader.api.run_forever()
    assert rounds == [2] * 5


# C. lost, late, doubled, wrongly attributed events


def fail(_value: Any) -> None:
    raise ValueError("the program's own mistake")


def test_t08_an_exception_in_a_callback_leaves_no_trace(
    open_desk: Open, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    desk = open_desk()
    trader = desk.trader()
    react(trader, "on_stock_order", fail)
    order_async(trader)
    desk.settle()
    assert len(trader.events("on_stock_order")) == 2
    assert (capfd.readouterr().err, caplog.records) == ("", [])


def test_t09_an_exception_in_the_response_callback_loses_the_error_that_follows(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    react(trader, "on_order_stock_async_response", fail)
    seq = order_async(trader, price=99.0)
    desk.settle()
    assert trader.events("on_order_error") == []
    assert seq in trader.api.queuing_order_seq
    assert trader.events("on_stock_order")[-1].order_status == 57


def test_t11_an_error_that_comes_first_is_told_after_its_response(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    desk.terminal.faults.error_before_response()
    order_async(trader, volume=150)
    desk.settle()
    wanted = ["on_order_stock_async_response", "on_order_error"]
    assert [name for name in names(trader.heard) if name in wanted] == wanted


def test_t12_pushes_may_come_before_the_number_of_their_order(open_desk: Open) -> None:
    desk = open_desk(push_asset_and_positions=False)
    trader = desk.trader()
    trader.heard.clear()
    desk.terminal.faults.push_before_response()
    order_id = trader.buy(PFYH, 100, 10.0)
    before = names(trader.heard)
    assert order_id > 0
    assert before == ["on_stock_order:50", "on_stock_trade", "on_stock_order:56"]


def test_t28_an_error_that_came_before_its_response_is_told_again_for_the_next_order(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    desk.terminal.faults.error_before_response(nth=1)
    first = order_async(trader, volume=150, remark="first")
    desk.settle()
    second = order_async(trader, volume=-1, remark="second")
    desk.settle()
    assert [error.seq for error in trader.events("on_order_error")] == [first, first, second]


def test_t29_an_error_of_another_session_with_the_same_seq_is_taken_for_ours(open_desk: Open) -> None:
    desk = open_desk()
    one, two = desk.trader(1), desk.trader(2)
    desk.terminal.faults.delay_response("orderStock", 1_000, nth=1)
    mine = order_async(one, price=9.5)
    desk.settle()
    foreign = order_async(two, volume=150, remark="foreign")
    desk.settle()
    assert mine == foreign
    assert one.events("on_order_error") == []
    desk.settle("10:00:01")
    assert [error.order_remark for error in one.events("on_order_error")] == ["foreign"]
    assert one.events("on_order_stock_async_response")[0].order_id > 0


def test_t27_a_cancel_error_of_somebody_elses_cancel_is_never_told(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    order_id = trader.buy(PFYH, 100, 10.0)
    assert desk.terminal.manual_cancel(ACCOUNT, order_id) == 0
    desk.settle()
    assert trader.events("on_cancel_error") == []
    assert order_id in trader.api.queuing_cancel_errors_by_order_id


def test_t26_on_connected_is_never_called(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    desk.terminal.disconnect()
    desk.settle("10:00:04")
    assert trader.api.connect() == 0
    desk.settle()
    assert "on_connected" in dir(sys.modules["xtquant.xttrader"].XtQuantTraderCallback)
    assert trader.events("on_connected") == []


def test_t30_money_and_holdings_are_not_pushed_on_many_installations(open_desk: Open) -> None:
    desk = open_desk(push_asset_and_positions=False)
    trader = desk.trader()
    trader.buy(PFYH, 100, 10.0)
    desk.settle()
    assert trader.events("on_stock_asset", "on_stock_position") == []


def test_t31_the_whole_day_may_be_pushed_again(open_desk: Open) -> None:
    desk = open_desk(push_asset_and_positions=False)
    trader = desk.trader()
    trader.buy(PFYH, 100, 10.0)
    desk.terminal.faults.repush_day()
    desk.terminal.disconnect()
    desk.settle("10:00:04")
    trader.heard.clear()
    trader.api.connect()
    trader.api.subscribe(trader.account)
    desk.settle()
    assert names(trader.heard) == ["on_account_status", "on_stock_order:56", "on_stock_trade"]


def test_t32_orders_made_by_hand_and_by_other_programs_are_pushed_too(open_desk: Open) -> None:
    desk = open_desk()
    one, two = desk.trader(1), desk.trader(2)
    by_hand = desk.terminal.manual_order(ACCOUNT, PFYH, BUY, 100, "10")
    by_two = two.buy(PFYH, 100, 10.0, "theirs")
    desk.settle()
    heard = {order.order_id: order.order_remark for order in one.events("on_stock_order")}
    assert heard == {by_hand: "", by_two: "theirs"}


def test_t34_nothing_missed_is_told_after_a_reconnect(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    desk.terminal.disconnect()
    missed = desk.terminal.manual_order(ACCOUNT, PFYH, BUY, 100, "10")
    desk.settle("10:00:04")
    trader.heard.clear()
    trader.api.connect()
    trader.api.subscribe(trader.account)
    desk.settle()
    assert names(trader.heard) == ["on_account_status"]
    assert trader.api.query_stock_order(trader.account, missed).order_status == 56


def test_t17_after_stop_nothing_is_delivered_that_the_executors_could_not_take(
    free: tuple[Desk, Trader],
) -> None:
    desk, trader = free
    trader.api.executor.shutdown(wait=True)
    with pytest.raises(RuntimeError, match="cannot schedule new futures after shutdown"):
        trader.api.executor.submit(print)
    desk.terminal.manual_order(ACCOUNT, PFYH, BUY, 100, "10")  # the native thread meets that error, and lives
    heard = len(trader.heard)
    trader.api.stop()
    desk.terminal.manual_order(ACCOUNT, PFYH, BUY, 100, "10")
    desk.settle()
    assert len(trader.heard) == heard


def test_t25_the_trader_remembers_every_accepted_order_for_ever(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    for _ in range(5):
        order_async(trader)
    desk.settle()
    assert len(trader.api.handled_async_order_stock_order_id) == 5


# D. data


def test_t21_a_broken_volume_is_cut_silently(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    order_async(trader, volume=200.9)
    desk.settle()
    asked = desk.terminal.call_log[-1]
    assert (asked["m_nOrderVolume"], asked["m_dOrderAmount"]) == (200, 200.9)
    assert trader.events("on_stock_order")[0].order_volume == 200


@pytest.mark.parametrize("wrong", [{"kind": 11.0}, {"remark": None}, {"price": "10"}, {"price": None}])
def test_t21b_a_wrong_type_is_an_error_at_the_assignment(open_desk: Open, wrong: dict[str, Any]) -> None:
    desk = open_desk()
    trader = desk.trader()
    with pytest.raises(TypeError, match="incompatible function arguments"):
        order_async(trader, **wrong)
    assert "orderStock" not in {call.name for call in desk.terminal.call_log}


def test_t22_a_remark_is_cut_at_24_bytes(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    order_async(trader, remark="策略一号买入贵州茅台")
    desk.settle()
    assert {order.order_remark for order in trader.events("on_stock_order")} == {"策略一号买入贵州"}
    assert trader.events("on_order_stock_async_response")[0].order_remark == "策略一号买入贵州"


def test_t35_the_price_type_comes_back_as_the_brokers_code(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    order_async(trader)
    desk.settle()
    assert {order.price_type for order in trader.events("on_stock_order")} == {50}


def test_t37_t38_t39_reasons_come_by_the_error_callback_and_all_have_one_number(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    assert trader.buy(PFYH, 150, 10.0) == -1
    late = trader.buy(PFYH, 900_000, 10.0)
    desk.settle()
    request, counter = trader.events("on_order_error")
    assert (request.order_id, request.error_id, counter.order_id, counter.error_id) == (-1, -61, late, -61)
    assert "[COUNTER] [260200][可用资金不足]" in counter.error_msg
    assert "[COUNTER]" not in request.error_msg


def test_t40_t48_cancel_zero_means_sent_and_51_means_pending(open_desk: Open) -> None:
    desk = open_desk(latency_ms=500)
    trader = desk.trader()
    order_id = trader.buy(PFYH, 100, 9.5)
    desk.settle("10:00:01")
    assert trader.api.cancel_order_stock(trader.account, order_id) == 0
    desk.settle()
    assert trader.order_states(order_id) == [50, 51]
    desk.settle("10:00:02")
    assert trader.order_states(order_id) == [50, 51, 54]


def test_t45_pushed_objects_have_no_dict_both_spellings_and_cannot_be_copied(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    order_async(trader)
    desk.settle()
    order = trader.events("on_stock_order")[0]
    for refuse in (vars, pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            refuse(order)
    assert 35 <= len([name for name in dir(order) if not name.startswith("_")]) <= 50
    assert order.m_nOrderID == order.order_id


# F. measured with the real binary and no terminal


@pytest.fixture
def alone(open_desk: Open, tmp_path: Path) -> Iterator[Any]:
    """A started trader in a folder that no terminal owns."""
    desk = open_desk()
    desk.trader(connect=False)
    vendor = sys.modules["xtquant.xttrader"]
    made: list[Any] = []

    def build() -> None:
        quiet = type("QuietTrader", (vendor.XtQuantTrader,), {"__del__": lambda _self: None})
        made.append(quiet(str(tmp_path / "nowhere"), 5, vendor.XtQuantTraderCallback()))

    builder = threading.Thread(target=build)
    builder.start()
    builder.join()
    made[0].start()
    yield made[0]
    made[0].stop()
    made[0].loop.close()


def account() -> Any:
    return sys.modules["xtquant.xttype"].StockAccount(ACCOUNT)


def test_t51_connect_is_minus_one_again_and_again(alone: Any) -> None:
    assert [alone.connect(), alone.connect()] == [-1, -1]
    assert alone.connected is False


def test_t52_what_is_asked_without_a_connection_is_answered_with_nothing(alone: Any) -> None:
    who = account()
    assert alone.subscribe(who) == -1
    assert alone.query_stock_asset(who) is None
    assert alone.query_stock_order(who, 1) is None
    assert alone.query_stock_position(who, PFYH) is None
    for query in (alone.query_stock_orders, alone.query_stock_positions, alone.query_stock_trades):
        assert query(who) == []
    assert (alone.query_account_infos(), alone.query_account_status()) == ([], [])


def test_t53_a_positive_number_comes_back_though_nothing_was_sent(alone: Any) -> None:
    who = account()
    assert alone.order_stock_async(who, PFYH, BUY, 100, FIX_PRICE, 10.0) > 0
    assert alone.order_stock(who, PFYH, BUY, 100, FIX_PRICE, 10.0) == -1
    assert alone.cancel_order_stock(who, 1) == -1


def test_t54_start_leaves_a_file_for_each_number(open_desk: Open) -> None:
    desk = open_desk()
    desk.trader(7, connect=False)
    assert (desk.terminal.path / "down_queue_7").exists()


def test_t55_an_asynchronous_cancel_without_a_callback_raises(alone: Any) -> None:
    alone.register_callback(None)
    with pytest.raises(AttributeError):
        alone.cancel_order_stock_async(account(), 1)
