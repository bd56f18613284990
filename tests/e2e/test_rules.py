"""The rules of the house that hold from the first slice on, each with a test of its own name.

Asserted at the simulated terminal's call log, at its own ledger, and in the journal's file.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sqlite3
import sys
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from core.domain.decision import Reason
from core.domain.enums import Mode, Phase, Side, SignalKind
from core.domain.market import Symbol
from core.errors import ContractError
from core.risk.gate import RiskGate
from core.service import commands as c
from core.service.news import AlarmNews, CommandAnswered, DecisionNews, DeskState, SignalNews
from tests.fakes.desk import ACCOUNT, LockstepDesk, journal_rows, steps
from tests.fakes.records import item

PF = "600000.SH"
WK = "000002.SZ"
Make = Callable[..., LockstepDesk]

QUIET = ["10.50"] * 10
"""A price at which nothing of the usual item happens."""


def enter_then_fall(prices: list[str] | None = None) -> list[Any]:
    return steps(PF, "09:31:00", prices or ["10.50", "10.05", "10.05", "10.50", "10.50"])


def remarks(desk: LockstepDesk) -> list[str]:
    return [str(call["m_strOrderRemark"]) for call in desk.calls()]


# 1


def test_rule_1_written_first(desk: Make) -> None:
    """At the moment of the native call another connection reads the whole intent in the journal's file."""
    held = [(PF, 500, "9.00")]
    day = desk(
        steps(PF, "09:31:00", ["10.05", "10.05", "10.80", "10.80", "9.40"]),
        [item(take_profit="10.80")],
        holdings=held,
    )
    seen: list[tuple[str, list[tuple[Any, ...]]]] = []

    def look(name: str, asked: Any) -> None:
        if name == "orderStock":
            query = f"SELECT symbol, volume, price, state FROM intents WHERE intent_id='{asked.order_remark}'"
            rows = journal_rows(day.journal_path, query)
            seen.append((asked.order_remark, rows))
            assert rows == [(asked.stock_code, asked.order_volume, round(asked.price * 10_000), "COMMITTED")]

    day.watch_requests(look)
    day.run()
    assert [kind for (kind,) in day.orders("kind")] == ["ENTRY", "TAKE_PROFIT", "STOP_LOSS"]
    assert [remark for remark, _ in seen] == remarks(day)
    assert all(rows for _, rows in seen)


def test_rule_1_without_a_journal_entries_and_take_profits_stop(desk: Make, impatient_journal: None) -> None:
    quotes = [
        *steps(PF, "09:31:00", [*QUIET[:2], "10.05", "10.05"]),
        *steps(WK, "09:31:12", ["11.00", "11.00", "11.00"]),
    ]
    items = [item(), item(WK, item_id="v", zone=None)]
    day = desk(quotes, items, holdings=[(WK, 400, "9.00")])
    with lock_from(day, "09:31:03"):
        day.run()
    assert day.calls() == []
    assert day.decisions("ENTRY")[0] == ("ACTED", "SENT")
    assert day.decisions("ENTRY")[1] == ("FAILED", "NOT_SENT")
    assert day.decisions("TAKE_PROFIT") == [("BLOCKED", "JOURNAL")]
    (alarm,) = [n for n in day.told(AlarmNews) if n.key == "journal" and not n.cured][:1]
    assert "锁住" in alarm.text
    assert "止损走应急文件" in alarm.text


def test_rule_1_without_a_journal_a_stop_goes_through_the_emergency_file(
    desk: Make, impatient_journal: None
) -> None:
    """It is in the emergency file when it leaves, and in the journal, as it ended, once that takes writes again."""
    quotes = steps(PF, "09:31:00", ["10.50", "10.50", "9.40", "9.40", "9.40", *QUIET])
    day = desk(quotes, [item(zone=None)], holdings=[(PF, 700, "9.00")])
    written: list[bool] = []

    def look(name: str, asked: Any) -> None:
        if name == "orderStock":
            written.append(asked.order_remark.encode() in day.emergency_path.read_bytes())
            assert journal_rows(day.journal_path, "SELECT * FROM intents") == []

    day.watch_requests(look)
    with lock_from(day, "09:31:03", "09:31:20"):
        day.run()
    assert written == [True]
    assert day.orders("kind", "volume", "filled") == [("STOP_LOSS", 700, 700)]
    assert day.rows("SELECT intent_id, kind, state, filled FROM intents") == [
        (remarks(day)[0], "STOP_LOSS", "FILLED", 700)
    ]
    assert [n.cured for n in day.told(AlarmNews) if n.key == "journal"] == [False, True]


def test_rule_1_with_neither_journal_nor_emergency_file_a_stop_is_not_sent_and_says_so(
    desk: Make, impatient_journal: None
) -> None:
    quotes = steps(PF, "09:31:00", ["10.50", "10.50", "9.40", "9.40"])
    day = desk(quotes, [item(zone=None)], holdings=[(PF, 700, "9.00")])
    emergency = day.paper.desk._emergency
    day.at("09:31:03", lambda: emergency._file.close())
    with lock_from(day, "09:31:03"):
        day.run()
    assert day.calls() == []
    assert day.decisions("STOP_LOSS")[:2] == [("ACTED", "SENT"), ("FAILED", "NOT_SENT")]
    told = [n for n in day.told(AlarmNews) if n.title.startswith("止损发不出")]
    assert "应急文件都写不进去" in told[0].text


class lock_from:
    """Another program holds the journal's write lock from one time of the market day, to another or to the end."""

    def __init__(self, day: LockstepDesk, begin: str, end: str | None = None) -> None:
        self._day = day
        self._connection: sqlite3.Connection | None = None
        day.at(begin, self._take)
        if end is not None:
            day.at(end, self._drop)

    def _take(self) -> None:
        self._connection = sqlite3.connect(
            self._day.journal_path, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("BEGIN IMMEDIATE")

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> lock_from:
        return self

    def __exit__(self, *_: object) -> None:
        self._drop()


# 2


def test_rule_2_once(desk: Make) -> None:
    """1,000 snapshots at the level, every push twice, every answer late: one order, and never more than meant."""
    prices = ["10.50", *(["10.05"] * 1000)]
    thin = {"asks": [("10.06", 100)], "bids": [("10.04", 100)]}
    day = desk(steps(PF, "09:31:00", prices, **thin), [item()], latency_ms=200)
    day.terminal.faults.duplicate_pushes = True
    day.terminal.faults.delay_response("orderStock", 1500)
    day.run()
    ((volume,),) = day.rows("SELECT volume FROM intents")
    assert [(call["m_nOrderVolume"], call["m_strOrderRemark"]) for call in day.calls()] == [
        (volume, remarks(day)[0])
    ]
    assert len(set(remarks(day))) == 1
    (order,) = day.terminal.orders(ACCOUNT)
    assert order.traded_volume + order.open_volume <= volume


def test_rule_2_holds_over_a_restart(desk: Make) -> None:
    """The level is still met after a restart: what acted today does not act again."""
    first = desk(enter_then_fall(["10.50", "10.05", "10.05"]), [item()]).run()
    assert [kind for (kind,) in first.orders("kind")] == ["ENTRY"]
    second = desk(steps(PF, "09:40:00", ["10.05", "10.00", "10.05"])).run()
    assert second.calls() == []
    assert len(second.terminal.orders(ACCOUNT)) == 1


# 4


class NoGate(RiskGate):
    """A gate that lets nothing through."""

    def check(self, *_arguments: object, **_figures: object) -> tuple[Reason, ...]:
        return (Reason("SHUT", "闸门关着", False),)


def test_rule_4_one_gate(desk: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a gate that refuses all, nothing leaves: no entry, no exit, no manual order. A cancel does."""
    monkeypatch.setattr("core.service.compose.RiskGate", NoGate)
    quotes = [
        *steps(PF, "09:31:00", ["10.05", "9.40", "11.00", "10.50"]),
        *steps(PF, "09:31:12", QUIET),
    ]
    day = desk(quotes, [item()], holdings=[(PF, 500, "9.00")])
    day.command_at("09:31:15", c.PlaceOrder("buy", Symbol(PF), Side.BUY, 100, Decimal("10.40")))
    numbers: list[int] = []
    day.at("09:31:18", lambda: numbers.append(day.terminal.manual_order(ACCOUNT, PF, 23, 100, "9.60")))
    desk_, loop = day.paper.desk, day.paper.desk.loop
    day.at("09:31:21", lambda: cancel_on(loop, desk_, numbers[0]))
    day.run()
    assert day.calls() == []
    assert [answer.ok for answer in day.told(CommandAnswered)] == [False, True]
    assert {code for _, code in day.decisions()} == {"SHUT"}
    (cancel,) = day.calls("cancelOrderStock")
    assert cancel["m_nOrderID"] == numbers[0]
    assert [int(order.status) for order in day.terminal.orders(ACCOUNT)] == [54]


def cancel_on(loop: Any, composed: Any, order_id: int) -> None:
    asyncio.run_coroutine_threadsafe(composed.handle(c.CancelOrder("cancel", order_id)), loop)


def test_rule_4_a_manual_order_passes_the_same_gate(desk: Make) -> None:
    """Off the tick, above the limit, no whole lot, too little cash: refused with the field's rule, nothing leaves."""
    wrong = {
        "PRICE_TICK": (Side.BUY, 100, "10.405"),
        "PRICE_ABOVE_LIMIT_UP": (Side.BUY, 100, "11.01"),
        "QTY_STEP": (Side.BUY, 150, "10.40"),
        "INSUFFICIENT_CASH": (Side.BUY, 900, "10.50"),
        "INSUFFICIENT_POSITION": (Side.SELL, 600, "10.40"),
    }
    quotes = steps(PF, "09:31:00", QUIET)
    day = desk(quotes, [item()], cash=9000, holdings=[(PF, 500, "9.00")])
    for place, (code, (side, volume, price)) in enumerate(wrong.items()):
        day.command_at(
            quotes[1].time_ms + place, c.PlaceOrder(code, Symbol(PF), side, volume, Decimal(price))
        )
    day.command_at(quotes[2].time_ms, c.PlaceOrder("good", Symbol(PF), Side.SELL, 500, Decimal("10.49")))
    day.run()
    answers = {answer.command_id: answer for answer in day.told(CommandAnswered)}
    assert {code: answers[code].field for code in wrong} == {code: code for code in wrong}
    assert answers["good"].ok
    assert [(call["m_nOrderVolume"], call["m_dPrice"]) for call in day.calls()] == [(500, 10.49)]


# 5


def test_rule_5_never_more_than_meant(desk: Make) -> None:
    """A buy counts what is held and what works; a sell takes no more than can be sold."""
    quotes = [
        *steps(PF, "09:31:00", ["10.00", "10.00", "10.00"], asks=[("10.00", 300)]),
        *steps(PF, "09:31:09", ["9.40"] * 3),
    ]
    items = [
        item(item_id="a", max_position_pct=Decimal("0.2")),
        item(item_id="b", max_position_pct=Decimal("0.25"), zone=("9.95", "10.05"), stop_loss=None),
    ]
    day = desk(quotes, items, cash=95_000, holdings=[(PF, 500, "9.00")]).run()
    bought = [o for o in day.report["orders"] if o["side"] == "BUY"]
    # 100,000 in all: 20 % less the 5,000 held, then 25 % less held and working.
    assert [order["volume"] for order in bought] == [1500, 500]
    sold = [o for o in day.report["orders"] if o["side"] == "SELL"]
    assert [order["volume"] for order in sold] == [500]
    decision = next(d for d in day.report["decisions"] if d["item_id"] == "b")
    arithmetic = next(r["text"] for r in decision["reasons"] if r["code"] == "POSITION_CAP")
    for number in ("25%", "100,000.00", "25,000.00", "5,000.00", "在途"):
        assert number in arithmetic


def test_rule_5_a_buy_leaves_cash_for_its_fees(desk: Make) -> None:
    day = desk(steps(PF, "09:31:00", ["10.00"] * 3), [item(max_position_pct=Decimal(1))], cash=10_000).run()
    assert day.orders("volume", "filled") == [(900, 900)]
    day.terminal.close()
    assert Decimal(day.report["asset"]["cash"]) >= 0


# 7


BAD_QUOTES: dict[str, list[Any]] = {
    "zero": steps(PF, "09:31:00", ["0", "0", "0"]),
    "before the open": steps(PF, "09:29:00", ["9.40"] * 3),
    "opening auction": steps(PF, "09:20:00", ["9.40"] * 3, phase=Phase.OPEN_CALL),
    "indicative price in continuous time": steps(
        PF, "10:00:00", ["9.40"] * 3, bids=[("9.40", 500)], asks=[("9.40", 500)]
    ),
    "lunch, by the clock": steps(PF, "11:30:03", ["9.40"] * 3),
    "lunch, by the phase": steps(PF, "11:29:51", ["9.40"] * 3, phase=Phase.LUNCH),
    "closing auction": steps(PF, "14:57:03", ["9.40"] * 3, phase=Phase.CLOSE_CALL),
    "after the close": steps(PF, "15:00:03", ["9.40"] * 3, phase=Phase.CLOSED),
    "suspended": steps(PF, "10:00:00", ["9.40"] * 3, phase=Phase.SUSPENDED, suspended=True),
    "below the limit of the day": steps(PF, "10:00:00", ["8.90"] * 3),
    "no previous close": steps(PF, "10:00:00", ["9.40"] * 3, pre_close="0"),
}


MET_BY_ALL = [
    item(zone=None, stop_loss="9.50", take_profit=None),
    item(item_id="t", zone=None, stop_loss=None, take_profit="8.00"),
    item(item_id="e", zone=("0.01", "99.00"), stop_loss=None, take_profit=None),
]
"""Stop, take-profit and entry are all met by 9.40."""


def test_rule_7_the_same_items_trigger_on_a_good_quote(desk: Make) -> None:
    day = desk(steps(PF, "10:00:00", ["9.40"]), MET_BY_ALL, holdings=[(PF, 500, "9.00")]).run()
    assert {told.signal.kind for told in day.told(SignalNews)} == set(SignalKind)


@pytest.mark.parametrize("name", BAD_QUOTES)
def test_rule_7_no_trigger_on_a_bad_quote(name: str, desk: Make) -> None:
    day = desk(BAD_QUOTES[name], MET_BY_ALL, holdings=[(PF, 500, "9.00")], start="09:15:00").run()
    assert (day.calls(), day.told(SignalNews)) == ([], [])


def test_rule_7_a_stale_quote_triggers_nothing(desk: Make) -> None:
    """A stop waits for a cancel that takes long; by then the feed has died: one share alone must rest for minutes."""
    quotes = steps(PF, "10:00:00", ["10.80", "10.80", "9.40"], bids=[("9.39", 500)])
    day = desk(
        quotes, [item(zone=None, take_profit="10.80")], holdings=[(PF, 500, "9.00")], latency_ms=180_000
    )
    day.at("10:05:00", lambda: None)
    day.run()
    assert [kind for (kind,) in day.orders("kind")] == ["TAKE_PROFIT"]
    assert [int(order.status) for order in day.terminal.orders(ACCOUNT)] == [54]
    assert day.decisions("STOP_LOSS") == [("WAITING", "CANCEL_FIRST")]


# 8


def test_rule_8_paper_is_paper_live_is_live(desk: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A live desk starts disarmed and sends nothing until the deliberate act, or after it was taken back."""
    monkeypatch.setattr("core.service.paper.Mode", SimpleNamespace(PAPER=Mode.LIVE))
    prices = ["10.05", "10.05", "10.50", "9.40", "9.40", "9.40", "9.40"]
    day = desk(steps(PF, "09:31:00", prices), [item()], holdings=[(PF, 500, "9.00")])
    day.command_at("09:31:13", c.SetAutomation("arm", True))
    day.run()
    assert [kind for (kind,) in day.orders("kind")] == ["STOP_LOSS"]
    assert day.calls()[0].time_ms == steps(PF, "09:31:00", prices)[5].time_ms
    assert day.decisions("ENTRY") == [("BLOCKED", "DISARMED")]
    assert day.decisions("STOP_LOSS") == [("WAITING", "DISARMED"), ("ACTED", "SENT")]
    assert {state.mode for state in day.told(DeskState)} == {Mode.LIVE}


def test_rule_8_the_mode_is_fixed_for_the_life_of_the_process(desk: Make) -> None:
    """No command changes it, and one process never has both kinds of natives."""
    installing = importlib.import_module("core.simqmt.install")
    day = desk(steps(PF, "09:31:00", QUIET[:2]), [item()]).run()
    assert {state.mode for state in day.told(DeskState)} == {Mode.PAPER}
    fields = {name for command in c.Command.__subclasses__() for name in command.__dataclass_fields__}
    assert not fields & {"mode", "live", "paper"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, installing.DATA_MODULE, SimpleNamespace())
        with pytest.raises(ContractError, match="cannot have both"):
            installing.install(day.terminal)


# 10


def test_rule_10_the_window_is_a_guest(desk: Make) -> None:
    """A consumer that sleeps, one that drains all the time, one whose wake-up raises nothing: the same report."""
    prices = ["10.50", "10.05", "10.05", "10.80", "10.80", "9.40", "9.40", "9.40", *QUIET]
    reports = []
    for consumer in (None, Drainer(), Sleeper()):
        name = type(consumer).__name__
        day = desk(
            steps(PF, "09:31:00", prices), [item()], holdings=[(PF, 500, "9.00")], folder=name, latency_ms=700
        )
        if consumer is not None:
            consumer.attach(day)
        day.run()
        reports.append(json.dumps({**day.report, "signals": 0, "decisions": 0, "trades": 0, "orders": 0}))
        calls = [(call.time_ms, call.name, call.fields) for call in day.terminal.call_log]
        reports[-1] += (
            str(calls) + str(day.rows("SELECT * FROM intents")) + str(day.rows("SELECT * FROM decisions"))
        )
    assert reports[0] == reports[1] == reports[2]


class Drainer:
    """A window that takes every news at once, on the thread that brings it."""

    def attach(self, day: LockstepDesk) -> None:
        day.outbox.connect(lambda: (day.outbox.drain(1), None)[1])


class Sleeper:
    """A window that was woken and sleeps on."""

    def attach(self, day: LockstepDesk) -> None:
        day.outbox.connect(lambda: None)


# 11


def test_rule_11_everything_is_explained(desk: Make) -> None:
    """Signals, decisions, intents, orders and fills of a lively day form unbroken chains in the journal."""
    quotes = sorted(
        [
            *steps(PF, "09:31:00", ["10.50", "10.05", "10.05", "9.40", "9.40", "10.50", "11.00", "11.00"]),
            *steps(WK, "09:31:01", ["10.05", "10.05", "11.00", "10.80", "9.30", "9.30", "9.30", "9.30"]),
        ],
        key=lambda one: one.time_ms,
    )
    items = [
        item(),
        item(item_id="poor", max_position_pct=Decimal("0.001")),
        item(WK, item_id="off", enabled=False),
        item(WK, item_id="on", take_profit="10.80", auto_take_profit=False),
    ]
    day = desk(quotes, items, holdings=[(WK, 400, "9.00")]).run()
    assert len(day.told(SignalNews)) >= 6
    assert day.rows("SELECT signal_id FROM signals EXCEPT SELECT signal_id FROM decisions") == []
    assert day.rows("SELECT decision_id FROM decisions EXCEPT SELECT decision_id FROM decision_reasons") == []
    assert day.rows("SELECT text FROM decision_reasons WHERE length(trim(text)) < 4") == []
    assert day.rows("SELECT intent_id FROM intents EXCEPT SELECT intent_id FROM decisions") == []
    assert day.rows("SELECT remark FROM orders EXCEPT SELECT intent_id FROM intents") == []
    assert day.rows("SELECT remark FROM trades EXCEPT SELECT intent_id FROM intents") == []
    assert {outcome for outcome, _ in day.decisions()} >= {"ACTED", "WAITING", "BLOCKED", "SKIPPED"}
    settled = day.rows(
        "SELECT d.decision_id, sum(NOT r.passed) FROM decisions d JOIN decision_reasons r USING (decision_id)"
        " WHERE d.outcome <> 'ACTED' GROUP BY 1"
    )
    assert {failed for _, failed in settled} == {1}
    shown = {n.decision.decision_id for n in day.told(DecisionNews)}
    assert shown == {one for (one,) in day.rows("SELECT decision_id FROM decisions")}
