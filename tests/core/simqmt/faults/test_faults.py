"""Each fault, through the real xttrader: what the program hears, what the terminal knows, what the log says."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput, ContractError
from core.simqmt.faults.rules import FAULTS, STEPS, random_rules
from core.simqmt.faults.schedule import Faults, Hit
from core.simqmt.ledger.store import Store
from tests.core.simqmt.conftest import PFYH
from tests.core.simqmt.reception.test_flows import names
from tests.fakes.market import quote
from tests.fakes.simqmt import ACCOUNT, BUY, FIX_PRICE, Desk, Trader

Open = Callable[..., Desk]
ROOT = Path(__file__).resolve().parents[4]
FILLED = [
    "on_order_stock_async_response",
    "on_stock_order:50",
    "on_stock_trade",
    "on_stock_order:56",
]


@pytest.fixture
def bare(open_desk: Open) -> Callable[..., tuple[Desk, Trader]]:
    """A desk without pushes of money and holdings, and one trader on it."""

    def build(**options: Any) -> tuple[Desk, Trader]:
        desk = open_desk(push_asset_and_positions=False, **options)
        trader = desk.trader()
        trader.heard.clear()
        return desk, trader

    return build


def send(desk: Desk, trader: Trader, price: float = 10.0, until: str | None = None) -> int:
    seq = trader.api.order_stock_async(trader.account, PFYH, BUY, 100, FIX_PRICE, price, "", "r")
    desk.settle(until)
    return int(seq)


def test_without_faults_the_order_is_response_reported_trade_filled(bare: Any) -> None:
    desk, trader = bare()
    send(desk, trader)
    assert names(trader.heard) == FILLED
    assert desk.terminal.faults.log == []


@pytest.mark.parametrize(
    ("arm", "heard"),
    [
        (lambda f: f.never_answer("orderStock"), []),
        (lambda f: f.drop_response("orderStock"), FILLED[1:]),
        (lambda f: f.double_response("orderStock"), FILLED),  # xttrader.py lets the second one fall
        (lambda f: f.reorder_response("orderStock"), [FILLED[1], FILLED[0], *FILLED[2:]]),
        (lambda f: f.push_before_response("orderStock"), [*FILLED[1:], FILLED[0]]),
        (lambda f: f.trade_before_order("orderStock"), [FILLED[0], FILLED[2], FILLED[1], FILLED[3]]),
        (lambda f: f.late_sysid(nth=1), [*FILLED[:2], *FILLED[1:]]),
        (lambda f: f.drop_push("trade"), [*FILLED[:2], FILLED[3]]),
        (lambda f: f.double_push("trade"), [*FILLED[:3], *FILLED[2:]]),
        (lambda f: f.reorder_push("order", nth=1), [FILLED[0], FILLED[2], FILLED[1], FILLED[3]]),
        (lambda f: f.delay_push("order", 500, nth=1), [FILLED[0], *FILLED[2:]]),
        (lambda f: f.delay_response("orderStock", 500), FILLED[1:]),
        (lambda f: f.slow(500), []),
        (lambda f: f.disconnect("orderStock"), ["on_disconnected"]),
        (lambda f: f.disconnect("orderStock", when="before"), ["on_disconnected"]),
        (lambda f: f.disconnect("orderStock", when="after"), [*FILLED, "on_disconnected"]),
        (lambda f: f.disconnect("orderStock", when="all"), ["on_disconnected"]),
    ],
)
def test_what_a_program_hears_at_once(bare: Any, arm: Callable[[Faults], None], heard: list[str]) -> None:
    desk, trader = bare()
    arm(desk.terminal.faults)
    send(desk, trader)
    assert names(trader.heard) == heard
    assert len(desk.terminal.faults.log) == 1
    done = desk.terminal.faults.log[0].fault not in ("never_answer", "disconnect_before")
    assert len(desk.terminal.trades(ACCOUNT)) == done


@pytest.mark.parametrize(
    ("arm", "late"),
    [
        (lambda f: f.delay_push("order", 500, nth=1), ["on_stock_order:50"]),
        (lambda f: f.delay_response("orderStock", 500), ["on_order_stock_async_response"]),
        (lambda f: f.slow(500), FILLED),
    ],
)
def test_what_is_late_comes_later(bare: Any, arm: Callable[[Faults], None], late: list[str]) -> None:
    desk, trader = bare()
    arm(desk.terminal.faults)
    send(desk, trader)
    trader.heard.clear()
    desk.settle("10:00:00.499")
    assert trader.heard == []
    desk.settle("10:00:00.500")
    assert names(trader.heard) == late


def test_fills_come_before_their_order_also_when_the_order_takes_its_time_to_the_exchange(bare: Any) -> None:
    desk, trader = bare(latency_ms=5)
    desk.terminal.faults.trade_before_order(nth=[1, 2])
    send(desk, trader, until="10:00:01")
    assert names(trader.heard) == [FILLED[0], FILLED[2], FILLED[1], FILLED[3]]
    trader.heard.clear()
    send(desk, trader, 9.5, until="10:00:02")
    assert names(trader.heard) == FILLED[:2], "an order that rests is told when it is there"


def test_a_late_number_of_the_exchange_is_told_in_a_second_push(bare: Any) -> None:
    desk, trader = bare()
    desk.terminal.faults.late_sysid(nth=1)
    send(desk, trader)
    numbers = [order.order_sysid for order in trader.events("on_stock_order")]
    assert numbers == ["", numbers[-1], numbers[-1]]
    assert numbers[-1]


def test_what_was_to_come_after_something_else_comes_by_itself_when_nothing_follows(bare: Any) -> None:
    desk, trader = bare()
    desk.terminal.faults.reorder_push("order", nth=2)
    send(desk, trader)
    assert names(trader.heard) == FILLED[:3]
    desk.settle("10:00:01")
    assert names(trader.heard) == FILLED


def test_a_free_running_terminal_keeps_the_order_that_a_fault_asks_for(open_desk: Open) -> None:
    desk = open_desk(push_asset_and_positions=False, lockstep=False)
    trader = desk.trader()
    trader.heard.clear()
    desk.terminal.faults.push_before_response(nth=1)
    desk.terminal.faults.trade_before_order(nth=2)
    assert trader.buy(PFYH, 100, 10.0) > 0
    assert names(trader.heard) == FILLED[1:]
    trader.heard.clear()
    assert trader.buy(PFYH, 100, 10.0) > 0
    desk.settle()
    assert names(trader.heard) == [FILLED[2], FILLED[1], FILLED[3]]


def test_an_error_can_come_before_its_response(bare: Any) -> None:
    desk, trader = bare()
    desk.terminal.faults.error_before_response()
    errors: list[str] = []
    client = trader.api.async_client
    client.bindOnOrderErrorCallback(lambda error: errors.append(f"error {error.order_id}"))
    client.bindOnOrderStockRespCallback(lambda _seq, answer: errors.append(f"answer {answer.order_id}"))
    send(desk, trader, 99.0)
    order_id = desk.terminal.orders(ACCOUNT)[0].order_id
    assert errors == [f"error {order_id}", f"answer {order_id}"]


def test_an_answer_can_come_twice(bare: Any) -> None:
    desk, trader = bare()
    desk.terminal.faults.double_response("orderStock")
    seqs: list[int] = []
    trader.api.async_client.bindOnOrderStockRespCallback(lambda seq, _answer: seqs.append(seq))
    seq = send(desk, trader)
    assert seqs == [seq, seq]


def test_minus_one_is_answered_and_the_order_lives(bare: Any) -> None:
    desk, trader = bare()
    desk.terminal.faults.answer_minus_one(nth=1)
    assert trader.buy(PFYH, 100, 9.5) == -1
    desk.settle()
    (order,) = desk.terminal.orders(ACCOUNT)
    assert trader.order_states(order.order_id) == [50]
    desk.terminal.faults.answer_minus_one("cancelOrderStock", nth=1)
    assert trader.api.cancel_order_stock(trader.account, order.order_id) == -1
    desk.settle()
    assert trader.order_states(order.order_id) == [50, 51, 54]


def test_a_query_can_be_answered_none(bare: Any) -> None:
    desk, trader = bare()
    desk.terminal.faults.answer_none("queryStockPositions", nth=1)
    assert trader.api.query_stock_positions(trader.account) is None
    assert trader.api.query_stock_positions(trader.account) == []


def test_the_day_is_pushed_again_after_a_reconnect(bare: Any) -> None:
    desk, trader = bare()
    desk.terminal.faults.repush_day()
    send(desk, trader)
    desk.terminal.disconnect()
    desk.settle("10:00:04")
    trader.heard.clear()
    assert trader.api.connect() == 0
    assert trader.api.subscribe(trader.account) == 0
    desk.settle()
    assert names(trader.heard) == ["on_account_status", "on_stock_order:56", "on_stock_trade"]
    assert desk.terminal.faults.log == [Hit("subscribe", 2, "repush_day")]


def test_connects_are_refused_so_many_times(bare: Any) -> None:
    desk, trader = bare()
    desk.terminal.disconnect()
    desk.settle("10:00:04")
    desk.terminal.faults.refuse_connect(2)
    assert [trader.api.connect() for _ in range(3)] == [-1, -1, 0]
    assert [hit.fault for hit in desk.terminal.faults.log] == ["refuse_connect"] * 2


def test_programs_see_stale_zero_or_no_quotes_while_the_exchange_goes_on(open_desk: Open) -> None:
    desk = open_desk()
    faults, data = desk.terminal.faults, desk.terminal.data
    faults.stale_quotes(PFYH, first=2, last=2)
    faults.zero_quotes(PFYH, first=3, last=3)
    faults.stop_feed(PFYH, first=4, last=4)
    for second, price in ((3, "10.01"), (6, "10.02"), (9, "10.03"), (12, "10.04")):
        desk.feed(quote(PFYH, f"10:00:{second:02}", price, pre_close="10.00"))
    seen = [(q.time_ms // 1000 % 60, q.last, len(q.asks) > 0) for q in data.seen(PFYH)]
    assert seen == [(59, 10_000, True), (59, 10_000, True), (6, 0, False), (12, 10_040, True)]
    shown = desk.terminal.quote(PFYH)
    assert shown is not None
    assert shown.last == 10_040


def test_a_lost_push_of_disconnection_leaves_the_program_in_the_dark(bare: Any) -> None:
    desk, trader = bare()
    desk.terminal.faults.drop_push("disconnected")
    desk.terminal.disconnect()
    desk.settle()
    assert trader.heard == []
    assert trader.api.query_stock_asset(trader.account) is None


def test_a_rule_hits_its_numbers_only_and_can_be_taken_back(bare: Any) -> None:
    desk, trader = bare()
    faults = desk.terminal.faults
    faults.drop_response("orderStock", nth=[2, 3])
    for _ in range(3):
        send(desk, trader)
    faults.clear()
    send(desk, trader)
    assert len(trader.events("on_order_stock_async_response")) == 2
    assert faults.log == [Hit("orderStock", 2, "drop_response"), Hit("orderStock", 3, "drop_response")]
    with pytest.raises(ContractError, match="no fault"):
        faults.add("rain")
    with pytest.raises(ContractError, match="no step"):
        faults.kill("orderStock.sometime")


def a_random_day(open_desk: Open, seed: int, intensity: float) -> tuple[list[Hit], list[str]]:
    desk = open_desk(faults=Faults.random(seed, intensity), hold=True)
    trader = desk.trader(connect=False)
    for second in range(0, 120, 6):
        clock = f"10:{second // 60:02}:{second % 60:02}"
        desk.feed(quote(PFYH, clock, "10.00", pre_close="10.00"))
        trader.api.connect()
        client = trader.api.async_client
        desk.unparked(client.subscribeWithSeq)(client.nextSeq(), _subscription(trader))
        desk.settle()
        trader.api.order_stock_async(trader.account, PFYH, BUY, 100, FIX_PRICE, 10.0, "", f"n{second}")
        desk.settle()
    desk.settle("10:05:00")
    return desk.terminal.faults.log, names(trader.heard)


def _subscription(trader: Trader) -> Any:
    asked = sys.modules["xtquant.xtpythonclient"].SubscribeReq()
    asked.m_nAccountType, asked.m_strAccountID = 2, trader.account.account_id
    return asked


def test_a_random_schedule_is_the_same_for_the_same_seed(open_desk: Open) -> None:
    first = a_random_day(open_desk, 7, 0.6)
    assert first == a_random_day(open_desk, 7, 0.6)
    assert first != a_random_day(open_desk, 8, 0.6)
    assert len({hit.fault for hit in first[0]}) >= 6
    quiet, _ = a_random_day(open_desk, 7, 0)
    assert quiet == []


def test_random_schedules_know_every_fault_but_those_that_end_the_run() -> None:
    known = {rule.fault for rule in random_rules(1, 0.5)}
    assert set(FAULTS) - known == {"kill", "slow", "disconnect_before", "disconnect_all"}


def test_rules_are_read_from_json(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    rules = [
        {"fault": "drop_response", "on": "orderStock", "nth": [1, 3]},
        {"fault": "delay_push", "on": "trade", "ms": 500, "chance": 0.5},
        {"fault": "kill", "on": "day.after_commit"},
    ]
    path.write_text(json.dumps({"seed": 7, "rules": rules, "random": 0.1}), encoding="utf-8")
    faults = Faults.read(path)
    assert [faults.plan("orderStock").faults for _ in range(3)][0::2] == [{"drop_response"}] * 2
    hits = ["delay_push" in faults.push_plan("trade") for _ in range(200)]
    again = Faults.read(path)
    assert hits == ["delay_push" in again.push_plan("trade") for _ in range(200)]
    assert 60 < sum(hits) < 140


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "JSON"),
        ('[{"fault": "rain"}]', "第 1 条：fault"),
        ('[{"fault": "slow"}]', "ms"),
        ('[{"fault": "kill"}]', "on"),
        ('[{"fault": "drop_push", "on": "orderStock"}]', "第 1 条：on"),
        ('[{"fault": "drop_push", "chance": 2}]', "chance"),
        ('[{"fault": "drop_push", "nth": "2"}]', "nth"),
        ('[{"fault": "drop_push", "when": 2}]', "when"),
        ('{"random": "x"}', "random"),
        ('{"random": 2}', "强度"),
    ],
)
def test_a_broken_file_of_faults_names_the_place(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "faults.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        Faults.read(path)


KILLED = """
import sys
from decimal import Decimal
from pathlib import Path
from tests.fakes.simqmt import make_terminal, BUY, FIX_PRICE
from tests.fakes.market import quote
step, latency = sys.argv[2], int(sys.argv[3])
if __name__ == "__main__":
    code = "600000.SH"
    desk = make_terminal(Path(sys.argv[1]), [quote(code, "09:59:59", "10.00", pre_close="10.00")], latency_ms=latency)
    desk.terminal.faults.kill(step)
    trader = desk.trader()
    desk.settle()
    trader.api.order_stock_async(trader.account, code, BUY, 100, FIX_PRICE, 9.99, "", "resting")
    desk.settle("10:00:02")
    order = desk.terminal.orders("88000001")[0]
    trader.api.cancel_order_stock_async(trader.account, order.order_id)
    desk.settle("10:00:03")
    desk.terminal.manual_order("88000001", code, BUY, 200, "9.99")
    desk.feed(quote(code, "10:00:06", "9.98", pre_close="10.00"))
    desk.terminal.next_day()
    desk.settle()
    print("survived", flush=True)
    import os
    os._exit(3)
"""
LATENT = ("arrival.before_commit", "arrival.after_commit")
LEFT = {
    "subscribe.received": [],
    "subscribe.answered": [],
    "orderStock.received": [],
    "orderStock.before_commit": [],
    "orderStock.after_commit": [(100, 50)],
    "orderStock.answered": [(100, 50)],
    "arrival.before_commit": [(100, 50)],
    "arrival.after_commit": [(100, 50)],
    "cancelOrderStock.received": [(100, 50)],
    "cancelOrderStock.before_commit": [(100, 50)],
    "cancelOrderStock.after_commit": [(100, 54)],
    "cancelOrderStock.answered": [(100, 54)],
    "manual.before_commit": [(100, 54)],
    "manual.after_commit": [(100, 54), (200, 50)],
    "market.before_commit": [(100, 54), (200, 50)],
    "market.after_commit": [(100, 54), (200, 56)],
    "day.before_commit": [(100, 54), (200, 56)],
    "day.after_commit": [],
}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the test looks for this signal")
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_leaves_exactly_what_was_committed(tmp_path: Path, step: str) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED, encoding="utf-8")
    latency = "500" if step in LATENT else "0"
    done = subprocess.run(
        [sys.executable, "-c", f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r}); "
         f"sys.argv = [{str(script)!r}, {str(tmp_path)!r}, {step!r}, {latency!r}]; "
         f"runpy.run_path({str(script)!r}, run_name='__main__')"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    store = Store(tmp_path / "userdata_mini")
    left = store.loaded
    store.close()
    assert [(order.volume, int(order.status)) for order in left.orders] == LEFT[step]
    held = sum(trade.volume for trade in left.trades)
    assert held == (200 if (200, 56) in LEFT[step] else 0)
    assert left.ledgers[ACCOUNT].cash <= Decimal(1_000_000)
