"""Connections: who gets in, what an unconnected client hears, what a disconnect does, and that nothing hangs."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from core.errors import ContractError
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.install import install
from core.simqmt.terminal import SimTerminal
from tests.core.simqmt.conftest import PFYH
from tests.fakes.market import quote
from tests.fakes.simqmt import ACCOUNT, BUY, FIX_PRICE, Desk

Open = Callable[..., Desk]


class Background:
    """A call that may block, on a thread of its own."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.result: Any = "nothing yet"
        self._call = call
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.result = self._call()

    def wait(self) -> Any:
        self.thread.join(5)
        assert not self.thread.is_alive(), "the call is still blocked"
        return self.result


def test_an_unconnected_client_hears_what_the_real_one_does(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader(connect=False)
    api, account = trader.api, trader.account
    assert api.subscribe(account) == -1
    assert api.query_stock_asset(account) is None
    assert api.query_stock_order(account, 1) is None
    assert api.query_stock_position(account, PFYH) is None
    for query in (api.query_stock_orders, api.query_stock_positions, api.query_stock_trades):
        assert query(account) == []
    assert api.query_account_infos() == []
    assert api.query_account_status() == []
    assert trader.buy(PFYH, 100, 10.0) == -1
    assert api.cancel_order_stock(account, 1) == -1
    assert api.order_stock_async(account, PFYH, BUY, 100, FIX_PRICE, 10.0) > 0, "a seq is no acceptance"
    desk.settle()
    assert desk.terminal.orders(ACCOUNT) == []


def test_a_folder_without_a_terminal_is_a_machine_without_one(open_desk: Open, tmp_path: Path) -> None:
    desk = open_desk()
    client: Any = sys.modules["xtquant.xtpythonclient"].XtQuantAsyncClient
    lonely = client(str(tmp_path / "elsewhere" / "userdata_mini").encode("gb18030"), "xtquant", 7)
    told = threading.Event()
    lonely.bindOnSubscribeRespCallback(lambda _seq, result: told.set() if result == -1 else None)
    lonely.start()
    assert lonely.connect() == -1
    request = desk.terminal.surface.classes["SubscribeReq"]()
    seq = lonely.nextSeq()
    assert lonely.subscribeWithSeq(seq, request) == seq, "as the real binary, connected or not"
    assert told.wait(5)
    lonely.stop()


def test_a_session_in_use_and_a_quick_reuse_are_refused(open_desk: Open) -> None:
    desk = open_desk()
    first = desk.trader(1)
    assert desk.trader(1, connect=False).api.connect() == -1
    assert desk.trader(2).api.connect() == 0, "connecting twice is no harm"
    first.close()
    third = desk.trader(1, connect=False)
    assert third.api.connect() == -1
    desk.settle("10:00:02.999")
    assert third.api.connect() == -1
    desk.settle("10:00:03")
    assert third.api.connect() == 0


def test_subscribing_to_an_unknown_account_fails_and_gives_no_pushes(open_desk: Open) -> None:
    desk = open_desk(cash={ACCOUNT: 1_000_000, "88000002": 5})
    trader = desk.trader(subscribe=False)
    xttype = sys.modules["xtquant.xttype"]
    assert trader.api.subscribe(xttype.StockAccount("1")) == -1
    assert trader.buy(PFYH, 100, 10.0) > 0
    desk.settle()
    assert trader.heard == [], "without a subscription there are no pushes"
    assert trader.api.subscribe(trader.account) == 0
    desk.settle()
    (status,) = trader.events("on_account_status")
    assert (status.account_id, status.account_type, status.status) == (ACCOUNT, 2, 0)
    assert trader.api.unsubscribe(trader.account) == 0
    trader.heard.clear()
    trader.buy(PFYH, 100, 10.0)
    desk.settle()
    assert trader.heard == []


def test_a_disconnect_is_told_and_the_program_must_connect_again(open_desk: Open) -> None:
    desk = open_desk()
    one, two = desk.trader(1), desk.trader(2)
    desk.terminal.disconnect(1)
    desk.settle()
    assert len(one.events("on_disconnected")) == 1
    assert two.events("on_disconnected") == []
    assert one.api.query_stock_asset(one.account) is None
    assert two.api.query_stock_asset(two.account) is not None
    order_id = two.buy(PFYH, 100, 10.0)
    desk.settle()
    assert one.order_states(order_id) == []
    assert one.api.connect() == -1, "within three seconds"
    desk.settle("10:00:05")
    assert one.api.connect() == 0
    assert one.api.subscribe(one.account) == 0
    assert one.api.query_stock_orders(one.account)[0].order_id == order_id


def test_an_order_whose_answer_a_disconnect_overtakes_is_never_answered_with_a_guess(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    desk.terminal.faults.delay_response("orderStock", 2000)
    desk.terminal.faults.delay_response("queryStockAsset", 2000)
    trader.api.order_stock_async(trader.account, PFYH, BUY, 100, FIX_PRICE, 10.0, "", "lost")
    assets: list[Any] = []
    trader.api.query_stock_asset_async(trader.account, assets.append)
    desk.settle()
    desk.terminal.disconnect()
    desk.settle("10:00:10")
    assert trader.events("on_order_stock_async_response") == []
    assert assets == [None]
    assert [order.remark for order in desk.terminal.orders(ACCOUNT)] == ["lost"]


def test_refused_connects_count_down(open_desk: Open) -> None:
    desk = open_desk()
    desk.terminal.faults.refuse_connect(2)
    trader = desk.trader(connect=False)
    assert [trader.api.connect() for _ in range(3)] == [-1, -1, 0]
    assert [call.name for call in desk.terminal.call_log] == ["connect"] * 3


def test_an_unanswered_call_is_released_when_the_terminal_closes(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    desk.terminal.faults.never_answer("queryStockAsset")
    desk.terminal.faults.drop_response("orderStock")
    asking = Background(lambda: trader.api.query_stock_asset(trader.account))
    sending = Background(lambda: trader.buy(PFYH, 100, 10.0, "dropped"))
    while len(desk.terminal.call_log) < 4 or not trader.order_states(10001):
        desk.settle()
    assert asking.thread.is_alive()
    assert sending.thread.is_alive()
    desk.terminal.close()
    assert asking.wait() is None
    assert sending.wait() == 10001, "what really became of it"


def test_a_blocked_call_counts_as_quiet_and_is_released_by_stop(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    desk.terminal.faults.never_answer("queryStockAsset", 1)

    def counted() -> Any:
        desk.conductor.enter_parkable("asking")
        try:
            return trader.api.query_stock_asset(trader.account)
        finally:
            desk.conductor.leave_parkable("asking")

    desk.conductor.begin("asking")
    asking = Background(counted)
    desk.settle("10:00:30")
    assert asking.thread.is_alive()
    trader.close()
    assert asking.wait() is None
    desk.settle()
    assert desk.conductor.busy_labels() == {"test": 1}


def test_nothing_is_told_after_stop(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    order_id = trader.buy(PFYH, 100, 9.5)
    desk.settle()
    heard = trader.heard
    trader.close()
    count = len(heard)
    desk.feed(quote(PFYH, "10:00:03", "9.40", pre_close="10.00"))
    assert desk.terminal.orders(ACCOUNT)[0].order_id == order_id
    assert desk.terminal.orders(ACCOUNT)[0].traded_volume == 100
    assert len(heard) == count


def test_faults_push_first_double_pushes_and_late_answers(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader()
    desk.terminal.faults.push_before_response()
    desk.terminal.faults.delay_response("orderStock", 700, nth=2)
    order = (trader.account, PFYH, BUY, 100, FIX_PRICE, 10.0, "", "x")
    trader.heard.clear()
    trader.api.order_stock_async(*order)
    desk.settle()
    assert trader.heard[0][0] == "on_stock_order"
    assert trader.heard[-1][0] == "on_order_stock_async_response"
    trader.heard.clear()
    trader.api.order_stock_async(*order)
    desk.settle()
    assert trader.events("on_order_stock_async_response") == []
    desk.settle("10:00:00.700")
    assert len(trader.events("on_order_stock_async_response")) == 1
    desk.terminal.faults.clear()
    desk.terminal.faults.duplicate_pushes = True
    order_id = trader.buy(PFYH, 100, 10.0)
    desk.settle()
    assert trader.order_states(order_id) == [50, 50, 56, 56]


def test_the_call_log_holds_every_request_with_its_values(open_desk: Open) -> None:
    desk = open_desk()
    trader = desk.trader(5)
    trader.buy(PFYH, 100, 10.0, "note")
    connect, subscribe, order = desk.terminal.call_log
    assert (connect.name, connect.session, subscribe.name) == ("connect", 5, "subscribe")
    assert (order["m_strStockCode"], order["m_nOrderVolume"], order["m_dPrice"]) == (PFYH, 100, 10.0)
    assert (order["m_strOrderRemark"], order.time_ms) == ("note", desk.conductor.now_ms())


def test_asset_and_position_pushes_can_be_switched_off(open_desk: Open) -> None:
    desk = open_desk(push_asset_and_positions=False)
    trader = desk.trader()
    trader.buy(PFYH, 100, 10.0)
    desk.settle()
    assert trader.events("on_stock_asset", "on_stock_position") == []


def test_a_free_running_terminal_answers_programs_nobody_counts(open_desk: Open) -> None:
    desk = open_desk(lockstep=False)
    trader = desk.trader()
    assert trader.buy(PFYH, 100, 10.0) > 0
    desk.settle()
    assert trader.api.query_stock_position(trader.account, PFYH).volume == 100


def test_the_real_natives_are_never_mixed_with_the_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xtquant.xtpythonclient", ModuleType("xtquant.xtpythonclient"))
    terminal = SimTerminal(tmp_path, {ACCOUNT: Decimal(1)}, None, Conductor(0))
    with pytest.raises(ContractError, match=r"the real xtquant\.xtpythonclient is in place"):
        install(terminal)
    monkeypatch.delitem(sys.modules, "xtquant.xtpythonclient")
    monkeypatch.setitem(sys.modules, "xtquant.xttrader", ModuleType("xtquant.xttrader"))
    with pytest.raises(ContractError, match="imported before"):
        install(terminal)
    terminal.close()


def test_the_call_log_forgets_the_oldest_requests(open_desk: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.simqmt.reception.front.KEPT_CALLS", 5)
    desk = open_desk()
    trader = desk.trader()
    for volume in range(100, 800, 100):
        trader.buy(PFYH, volume, 9.0)
    assert [call["m_nOrderVolume"] for call in desk.terminal.call_log] == [300, 400, 500, 600, 700]
