"""The rules of the house that hold from the first slice on, each with a test of its own name.

Asserted at the simulated terminal's call log, at its own ledger, and in the journal's file.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from core.domain.decision import Reason
from core.domain.enums import LinkState, Mode, Phase, Side
from core.domain.market import Symbol
from core.risk.gate import RiskGate
from core.service import commands as c
from core.service.news import AlarmNews, CommandAnswered, DecisionNews, DeskState, SignalNews
from tests.fakes.desk import ACCOUNT, LockstepDesk, journal_rows, steps
from tests.fakes.market import quote
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
    day = desk(steps(PF, "09:31:00", ["10.05", "10.05", "10.80", "10.80", "9.40"]), [item(take_profit="10.80")], holdings=held)
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
