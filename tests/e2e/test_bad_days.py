"""Bad days: answers that come late, twice or never, a lost channel, refusals, a stop that has to wait.

Asserted at the simulated terminal's call log, at its own orders, and in the journal's file.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from core.domain.enums import AlarmRank, LinkState
from core.service import commands as c
from core.service.news import AlarmNews, DeskState, TradeNews
from core.simqmt.native.requests import Call
from tests.fakes.desk import ACCOUNT, LockstepDesk, steps
from tests.fakes.market import quote
from tests.fakes.records import item
from tests.fakes.simqmt import silence

PF = "600000.SH"
WK = "000002.SZ"
Make = Callable[..., LockstepDesk]
BUYS, SELLS = 23, 24


def sent(day: LockstepDesk, side: int | None = None) -> list[Call]:
    return [call for call in day.calls() if side in (None, call["m_nOrderType"])]


def final_states(day: LockstepDesk) -> list[tuple[Any, ...]]:
    return day.rows("SELECT kind, state, filled FROM intents ORDER BY seq")


# pushes and answers


def test_every_push_twice_changes_nothing(desk: Make) -> None:
    prices = ["10.50", "10.05", "10.05", "9.40", "9.40"]
    reports = []
    for twice in (False, True):
        day = desk(steps(PF, "09:31:00", prices), [item()], holdings=[(PF, 500, "9.00")], folder=str(twice))
        day.terminal.faults.duplicate_pushes = twice
        day.run()
        reports.append(day.report)
        assert len(day.rows("SELECT * FROM trades")) == len(day.terminal.trades(ACCOUNT))
        assert len(day.told(TradeNews)) == len(day.terminal.trades(ACCOUNT))
    assert reports[0] == reports[1]


def test_pushes_before_the_answer_are_matched_by_the_remark(desk: Make) -> None:
    day = desk(steps(PF, "09:31:00", ["10.50", "10.05", "10.05", "10.05"]), [item()])
    day.terminal.faults.push_before_response("orderStock")
    day.run()
    ((_, state, filled),) = final_states(day)
    assert (state, filled, len(sent(day))) == ("FILLED", day.terminal.orders(ACCOUNT)[0].volume, 1)


@pytest.mark.parametrize("late_ms", [2_000, 8_000])
def test_a_late_answer_sends_nothing_twice(late_ms: int, desk: Make) -> None:
    day = desk(steps(PF, "09:31:00", ["10.50", *["10.05"] * 8]), [item()])
    day.terminal.faults.delay_response("orderStock", late_ms)
    day.run()
    assert len(sent(day)) == 1
    assert [state for _, state, _ in final_states(day)] == ["FILLED"]


def test_a_lost_answer_is_made_good_by_the_pushes(desk: Make) -> None:
    day = desk(steps(PF, "09:31:00", ["10.50", *["10.05"] * 8]), [item()])
    day.terminal.faults.drop_response("orderStock")
    day.run()
    assert len(sent(day)) == 1
    assert [state for _, state, _ in final_states(day)] == ["FILLED"]


# an order of unknown fate


def test_an_unknown_order_blocks_its_symbol_and_side_and_is_resolved(desk: Make) -> None:
    """A request is lost on its way. Its fate is unknown three seconds later: another entry of the symbol is blocked, one
    of another symbol is not. Two complete answers of the broker rule it out, and only then the entry goes again."""
    quotes = sorted(
        [
            *steps(PF, "09:31:00", ["10.05", "10.05", "10.01", "10.50", "10.05", "10.05"]),
            *steps(WK, "09:31:01", ["10.50", "10.05", "10.05", "10.05"]),
        ],
        key=lambda one: one.time_ms,
    )
    day = desk(quotes, [item(), item(item_id="late", zone=("10.00", "10.02")), item(WK, item_id="other")])
    day.terminal.faults.never_answer("orderStock", nth=1)
    day.run()
    blocked = [d["item_id"] for d in day.report["decisions"] if d["code"] == "UNKNOWN_ORDER"]
    assert blocked == ["late"]
    lost, other, again = sent(day)
    assert [call["m_strStockCode"] for call in (lost, other, again)] == [PF, WK, PF]
    assert lost.time_ms + 3_000 <= other.time_ms < again.time_ms
    asked = [c.time_ms for c in day.calls("queryStockOrders") if lost.time_ms < c.time_ms < again.time_ms]
    assert len(asked) >= 2
    assert asked[0] - lost.time_ms <= 3_100
    assert day.rows(f"SELECT state FROM intents WHERE intent_id='{lost['m_strOrderRemark']}'") == [
        ("NOT_SENT",)
    ]
    assert [n.cured for n in day.told(AlarmNews) if n.title == "委托结果不明"] == [False, True]


def test_an_unknown_order_that_did_arrive_is_found_and_not_sent_again(desk: Make) -> None:
    """Only the queries tell: neither answer nor pushes come, for the session was lost to pushes."""
    day = desk(steps(PF, "09:31:00", ["10.50", *["10.05"] * 10]), [item()])
    day.terminal.faults.drop_response("orderStock")
    day.at("09:31:02", lambda: silence(day.terminal))
    day.at("09:31:05", day.terminal.faults.clear)
    day.run()
    assert len(sent(day)) == 1
    assert [state for _, state, _ in final_states(day)] == ["FILLED"]
    assert day.decisions("ENTRY") == [("ACTED", "SENT")]
    assert [n.cured for n in day.told(AlarmNews) if n.title == "委托结果不明"] == [False, True]


def test_an_unknown_sell_holds_a_stop_back_until_the_broker_has_ruled_it_out(desk: Make) -> None:
    prices = ["10.80", "10.80", "9.40", *["9.40"] * 6]
    day = desk(
        steps(PF, "09:31:00", prices, bids=[("9.39", 5000)]),
        [item(zone=None, take_profit="10.80")],
        holdings=[(PF, 500, "9.00")],
    )
    day.terminal.faults.never_answer("orderStock", nth=1)
    day.run()
    take, stop = sent(day)
    assert stop.time_ms - take.time_ms <= 12_000
    assert ("WAITING", "UNKNOWN_ORDER") in day.decisions("STOP_LOSS")
    assert final_states(day)[0][:2] == ("TAKE_PROFIT", "NOT_SENT")
    assert final_states(day)[1] == ("STOP_LOSS", "FILLED", 500)


# a lost channel


def test_a_lost_channel_is_said_stops_automation_and_a_restart_recovers(desk: Make) -> None:
    """The entry rests when the session is lost and fills meanwhile. The restart finds the fill, and the stop works."""
    resting = steps(PF, "09:31:00", ["10.05", "10.05"], asks=[("10.06", 5000)])
    first = desk(
        [*resting, *steps(PF, "09:31:06", ["10.04", "9.40", "9.40"])], [item()], holdings=[(PF, 500, "9.00")]
    )
    first.at("09:31:05", lambda: first.terminal.front.disconnect(None))
    first.run()
    assert first.told(DeskState)[-1].link is LinkState.LOST
    (alarm,) = [n for n in first.told(AlarmNews) if n.title == "交易通道断开"]
    assert alarm.rank is AlarmRank.ALARM
    assert "没有保护" in alarm.text
    assert len(sent(first)) == 1
    assert first.decisions("STOP_LOSS") == [("WAITING", "LINK")]
    assert final_states(first)[0][:2] == ("ENTRY", "WORKING")

    second = desk(steps(PF, "09:40:00", ["9.45", "9.45", "9.45"])).run()
    bought, stopped = final_states(second)
    assert bought[:2] == ("ENTRY", "FILLED")
    assert stopped == ("STOP_LOSS", "FILLED", 500)
    assert second.rows("SELECT sum(volume) FROM trades WHERE side='BUY'") == [(bought[2],)]
    (told,) = [n for n in second.told(AlarmNews) if n.key == "reconciled"]
    assert f"买入 {bought[2]:,} 股已全部成交" in told.text
    assert [call["m_nOrderVolume"] for call in sent(second)] == [500]
    assert second.told(DeskState)[-1].link is LinkState.READY


def test_an_order_caught_by_the_disconnect_is_not_sent_again_before_reconciliation(desk: Make) -> None:
    """The order has left, the session dies before its answer: the restart finds it at the broker by its remark."""
    first = desk(steps(PF, "09:31:00", ["10.50", "10.05", "10.05", "10.05"]), [item()])
    first.terminal.faults.delay_response("orderStock", 500)
    first.at("09:31:02", lambda: silence(first.terminal))
    first.at("09:31:03", first.terminal.disconnect)
    first.run()
    (call,) = sent(first)
    assert final_states(first)[0][1] in ("COMMITTED", "SENT", "UNKNOWN")
    second = desk(steps(PF, "09:40:00", ["10.05", "10.05", "10.05"])).run()
    assert sent(second) == []
    assert [state for _, state, _ in final_states(second)] == ["FILLED"]
    assert [order.remark for order in second.terminal.orders(ACCOUNT)] == [call["m_strOrderRemark"]]


# stops


def test_a_stop_cancels_a_resting_take_profit_and_fires_once_the_cancel_is_seen(desk: Make) -> None:
    prices = ["10.80", "10.80", "9.40", "9.40", "9.40"]
    day = desk(
        steps(PF, "09:31:00", prices, bids=[("9.39", 5000)]),
        [item(zone=None, take_profit="10.80")],
        holdings=[(PF, 500, "9.00")],
        latency_ms=700,
    ).run()
    take, stop = sent(day)
    (cancel,) = day.calls("cancelOrderStock")
    assert take.time_ms < cancel.time_ms < stop.time_ms
    assert stop.time_ms == cancel.time_ms + 700
    assert day.decisions("STOP_LOSS")[:2] == [("WAITING", "CANCEL_FIRST"), ("ACTED", "SENT")]
    assert final_states(day) == [("TAKE_PROFIT", "CANCELED", 0), ("STOP_LOSS", "FILLED", 500)]


def test_a_stop_takes_only_what_the_take_profit_left(desk: Make) -> None:
    quotes = [
        *steps(PF, "09:31:00", ["10.80"], bids=[("10.80", 200)], asks=[("10.81", 100)]),
        *steps(PF, "09:31:03", ["9.40", "9.40"], bids=[("9.39", 5000)]),
    ]
    day = desk(quotes, [item(zone=None, take_profit="10.80")], holdings=[(PF, 500, "9.00")]).run()
    assert final_states(day) == [("TAKE_PROFIT", "CANCELED", 200), ("STOP_LOSS", "FILLED", 300)]


def test_a_refused_stop_stays_armed_and_tries_again_ever_more_slowly(desk: Make) -> None:
    """The counter says no each time (its shares are frozen by a hand-made order the desk cannot cancel)."""
    day = desk(
        steps(PF, "09:31:00", ["10.50", *["9.40"] * 40]), [item(zone=None)], holdings=[(PF, 500, "9.00")]
    )
    refuse_orders(day)
    day.run()
    times = [call.time_ms for call in sent(day)]
    gaps = [(after - before) // 1000 for before, after in itertools.pairwise(times)]
    assert gaps[:4] == [3, 5, 10, 60]
    assert {state for _, state, _ in final_states(day)} == {"REFUSED"}
    assert ("FAILED", "REFUSED") in day.decisions("STOP_LOSS")
    loud = [n for n in day.told(AlarmNews) if n.title.startswith("止损发不出")]
    assert loud
    assert loud[0].rank is AlarmRank.ALARM
    assert "260200" in loud[0].text


def test_an_entry_the_counter_refused_is_not_tried_again(desk: Make) -> None:
    day = desk(steps(PF, "09:31:00", ["10.50", *["10.05"] * 40]), [item()])
    refuse_orders(day)
    day.run()
    assert len(sent(day)) == 1
    assert day.decisions("ENTRY") == [("ACTED", "SENT"), ("FAILED", "REFUSED")]


def refuse_orders(day: LockstepDesk) -> None:
    """From now on the counter refuses every order with a number and junk, as for lack of money."""
    from core.exchange.refusals import Refused, RuleCode, refuse

    def no(*_arguments: object) -> None:
        raise Refused(refuse(RuleCode.INSUFFICIENT_CASH, "资金不足"))

    day.terminal._accounts.freeze = no  # type: ignore[method-assign]


def test_a_stop_held_back_by_t_plus_1_fires_at_the_next_days_first_valid_quote(desk: Make) -> None:
    first = steps(PF, "2026-11-19 14:00:00", ["10.05", "10.05", "9.40", "9.40"])
    second = [
        quote(PF, f"2026-11-20 {time}", "9.35", pre_close="9.40", **more)
        for time, more in (
            ("09:20:00", {"bids": [("9.35", 100)], "asks": [("9.35", 100)]}),
            ("09:30:00", {}),
            ("09:30:03", {}),
            ("09:30:06", {}),
        )
    ]
    day = desk([*first, *second], [item()]).run()
    assert day.decisions("STOP_LOSS")[0] == ("WAITING", "T_PLUS_1")
    _, stop = sent(day)
    assert stop.time_ms == second[1].time_ms
    assert final_states(day)[1][:2] == ("STOP_LOSS", "FILLED")


def test_a_stop_larger_than_one_order_may_be_goes_out_in_parts(desk: Make) -> None:
    """STAR takes 100,000 shares an order: a holding of 230,000 leaves in three."""
    star = "688001.SH"
    day = desk(
        steps(star, "09:31:00", ["10.50", *["9.40"] * 6], bids=[("9.39", 500_000)]),
        [item(star, zone=None)],
        holdings=[(star, 230_000, "9.00")],
    ).run()
    assert [call["m_nOrderVolume"] for call in sent(day)] == [100_000, 100_000, 30_000]
    assert day.report["positions"] == []


def test_a_new_entry_arms_the_exits_again(desk: Make) -> None:
    """A fund that may be sold the same day: stopped out, bought again in the zone, and protected again."""
    fund = "513050.SH"
    prices = ["1.050", "0.940", "0.940", "1.000", "1.000", "0.940", "0.940", "0.940"]
    day = desk(
        steps(
            fund,
            "09:31:00",
            prices,
            pre_close="1.000",
            bids=[("0.930", 90_000_000)],
            asks=[("1.000", 90_000_000)],
        ),
        [item(fund, zone=("0.99", "1.01"), take_profit="1.10", stop_loss="0.95")],
        holdings=[(fund, 1000, "1.00")],
    )
    day.run()
    assert [call["m_nOrderType"] for call in sent(day)] == [SELLS, BUYS, SELLS]


def test_levels_are_armed_anew_on_the_next_trading_day(desk: Make) -> None:
    """Once a day: an entry does not act again on the same day, and acts again on the next."""
    first = steps(PF, "2026-11-19 14:00:00", ["10.05", "10.50", "10.05", "10.05"])
    second = [
        quote(PF, f"2026-11-20 {time}", "10.02", pre_close="10.05")
        for time in ("09:30:00", "09:30:03", "09:30:06")
    ]
    day = desk([*first, *second], [item(max_position_pct=Decimal("0.05"), stop_loss=None)])
    raised = item(max_position_pct=Decimal("0.1"), stop_loss=None)
    day.command_at("2026-11-19 14:00:10", c.SaveItems("more", (raised,)))
    day.run()
    assert [call.time_ms for call in sent(day)] == [first[0].time_ms, second[0].time_ms]
    assert [trigger for (trigger,) in day.rows("SELECT trigger_key FROM intents")] == [
        "w/ENTRY/20261119",
        "w/ENTRY/20261120",
    ]


def test_one_lost_answer_at_the_start_delays_the_desk_and_no_more(desk: Make) -> None:
    """The question about fills is never answered the first time; the desk reconciles again by itself, then trades."""
    day = desk(steps(PF, "09:31:00", ["10.50"] * 8 + ["10.05"] * 4), [item()])
    day.terminal.faults.never_answer("queryStockTrades", nth=1)
    day.run()
    links = [state.link for state in day.told(DeskState)]
    assert links.index(LinkState.FAILED) < links.index(LinkState.READY)
    assert [(n.title, n.cured) for n in day.told(AlarmNews) if n.key == "link"] == [
        ("对账没有完成", False),
        ("对账没有完成", True),
    ]
    assert [call["m_nOrderType"] for call in sent(day)] == [BUYS]
