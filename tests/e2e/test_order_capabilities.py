"""Capabilities of orders and the market's rules, proven on the whole desk at the terminal's call log and in the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.enums import LinkState, OrderStatus, Phase, Side
from core.domain.market import Quote, Symbol
from core.exchange.refusals import Refused, RuleCode, refuse
from core.service import commands as c
from core.service.news import (
    AlarmNews,
    CommandAnswered,
    DeskState,
    InstrumentsFound,
    InstrumentsNews,
    OrderNews,
)
from tests.fakes.desk import ACCOUNT, LockstepDesk, steps
from tests.fakes.market import ListMarket, instrument, quote
from tests.fakes.records import item

PF = "600000.SH"
STOCK, STAR, CHINEXT, BEIJING, FUND, BOND = (
    PF,
    "688001.SH",
    "300001.SZ",
    "920118.BJ",
    "510300.SH",
    "110043.SH",
)
Make = Callable[..., LockstepDesk]
BUYS, SELLS = 23, 24


def place(day: LockstepDesk, time: str, name: str, symbol: str, volume: int, price: str, side: Side) -> None:
    day.command_at(time, c.PlaceOrder(name, Symbol(symbol), side, volume, Decimal(price)))


def answers(day: LockstepDesk) -> dict[str, CommandAnswered]:
    return {answer.command_id: answer for answer in day.told(CommandAnswered)}


def sent(day: LockstepDesk) -> list[tuple[str, int, float]]:
    return [(call["m_strStockCode"], call["m_nOrderVolume"], call["m_dPrice"]) for call in day.calls()]


# codes

SPELLINGS = {
    "600000": "600000.SH",
    "600000.sh": "600000.SH",
    "sh600000": "600000.SH",
    "SH.600000": "600000.SH",
    "000001": "000001.SZ",
    "sz000001": "000001.SZ",
    "SZ.000001": "000001.SZ",
    "920118": "920118.BJ",
    "bj920118": "920118.BJ",
    "110043": "110043.SH",
    "510300": "510300.SH",
    "159915": "159915.SZ",
    "688001": "688001.SH",
    "300750.SZ": "300750.SZ",
}


@pytest.mark.capability("004-04")
@pytest.mark.parametrize(("typed", "meant"), SPELLINGS.items())
def test_004_04_every_spelling_is_stored_with_its_suffix(
    typed: str, meant: str, desk: Make, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"symbol,entry_low,entry_high,stop_loss\n{typed},9.00,9.10,8.00\n", encoding="utf-8")
    day = desk(steps(PF, "09:31:00", ["10.00", "10.00"]), [])
    day.command_at("09:31:01", c.ImportWatchlist("import", str(file)))
    day.run()
    assert answers(day)["import"].ok, answers(day)["import"].text
    assert day.rows("SELECT symbol FROM watch_items") == [(meant,)]


@pytest.mark.capability("000-32")
@pytest.mark.parametrize(
    ("typed", "meant", "price"),
    [
        ("000001", "000001.SZ", "10.00"),
        ("600000", "600000.SH", "10.00"),
        ("920118", "920118.BJ", "10.00"),
        ("110043", "110043.SH", "100.00"),
    ],
)
def test_000_32_a_bare_code_is_traded_at_its_own_exchange(
    typed: str, meant: str, price: str, desk: Make, tmp_path: Path
) -> None:
    """The row is typed without a suffix; what leaves for the terminal has it."""
    file = tmp_path / "list.csv"
    row = f"{typed},{price},{price},,true,0.1"
    header = "symbol,entry_low,entry_high,stop_loss,quant_enabled,max_position_pct"
    file.write_text(f"{header}\n{row}\n", encoding="utf-8")
    day = desk(steps(meant, "09:31:00", [price] * 4, pre_close=price), [])
    day.command_at("09:31:01", c.ImportWatchlist("import", str(file)))
    day.run()
    assert answers(day)["import"].ok, answers(day)["import"].text
    assert [code for code, *_ in sent(day)] == [meant]


@pytest.mark.capability("000-32")
@pytest.mark.parametrize("text", ["茅台", "000001"])
def test_000_32_what_may_mean_two_securities_asks(text: str, desk: Make) -> None:
    day = desk(steps(PF, "09:31:00", ["10.00", "10.00"]), [])
    day.command_at("09:31:01", c.SearchInstruments("search", text))
    day.run()
    (found,) = day.told(InstrumentsFound)
    assert found.symbol is None
    assert found.found
    assert "请选一个" in found.note


# lots

VOLUMES = {
    STOCK: ([100, 300], [(99, "QTY_BELOW_MIN"), (150, "QTY_STEP")]),
    STAR: ([200, 201, 333], [(199, "QTY_BELOW_MIN")]),
    CHINEXT: ([100, 200], [(50, "QTY_BELOW_MIN"), (101, "QTY_STEP")]),
    BEIJING: ([100, 101, 157], [(99, "QTY_BELOW_MIN")]),
    FUND: ([100, 1100], [(10, "QTY_BELOW_MIN"), (1050, "QTY_STEP")]),
    BOND: ([10, 20], [(9, "QTY_BELOW_MIN"), (15, "QTY_STEP")]),
}


@pytest.mark.capability("004-29")
@pytest.mark.parametrize("symbol", VOLUMES)
def test_004_29_a_volume_the_board_does_not_take_never_leaves(symbol: str, desk: Make) -> None:
    good, bad = VOLUMES[symbol]
    day = desk(steps(symbol, "09:31:00", ["10.00"] * 12), [])
    day.at("09:31:00", lambda: None)
    watch(day, symbol)
    for second, volume in enumerate([*good, *(volume for volume, _ in bad)], 1):
        place(day, f"09:31:{second:02}", f"v{volume}", symbol, volume, "10.00", Side.BUY)
    day.run()
    assert [volume for _, volume, _ in sent(day)] == good
    told = answers(day)
    assert [(told[f"v{volume}"].ok, told[f"v{volume}"].field) for volume, _ in bad] == [
        (False, code) for _, code in bad
    ]
    assert day.rows("SELECT volume FROM intents ORDER BY seq") == [(volume,) for volume in good]


def watch(day: LockstepDesk, symbol: str) -> None:
    """Put the symbol on the watchlist without levels, so that its quotes come."""
    quiet = item(symbol, item_id="quiet", zone=None, take_profit=None, stop_loss=None)
    day.command_at("09:31:00", c.SaveItems("watch", (quiet,)))


TICKS = {STOCK: "0.01", CHINEXT: "0.01", BEIJING: "0.01", FUND: "0.001", BOND: "0.001"}


@pytest.mark.capability("004-28")
@pytest.mark.parametrize(("symbol", "tick"), TICKS.items())
def test_004_28_a_price_off_the_tick_never_leaves(symbol: str, tick: str, desk: Make) -> None:
    on, off = Decimal("9.99") + Decimal(tick), Decimal("9.99") + Decimal(tick) / 10
    day = desk(
        ListMarket(
            steps(symbol, "09:31:00", ["10.00"] * 6), instruments=[instrument(symbol, "10.00", tick=tick)]
        ),
        [],
    )
    watch(day, symbol)
    place(day, "09:31:03", "on", symbol, 200, str(on), Side.BUY)
    place(day, "09:31:04", "off", symbol, 200, str(off), Side.BUY)
    day.run()
    known = {one.symbol: one.tick for news in day.told(InstrumentsNews) for one in news.instruments}
    assert known[Symbol(symbol)] == Decimal(tick), "the terminal's PriceTick"
    assert sent(day) == [(symbol, 200, float(on))]
    assert (answers(day)["off"].ok, answers(day)["off"].field) == (False, "PRICE_TICK")


BOARDS = {
    STOCK: (100, 100),
    STAR: (200, 1),
    CHINEXT: (100, 100),
    BEIJING: (100, 1),
    FUND: (100, 100),
    BOND: (10, 10),
}
"""Smallest volume and step of a buy."""


@pytest.mark.capability("003-05", "002-13")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    symbol=st.sampled_from(list(BOARDS)),
    cash=st.integers(100_000, 900_000),
    permille=st.integers(10, 200),
    price=st.integers(500, 2_000),
)
def test_003_05_002_13_an_entry_is_the_ratio_of_the_money_in_whole_lots(
    symbol: str, cash: int, permille: int, price: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """int(total x ratio / price), down to what the board takes; fees do not bind below the whole account."""
    yuan = Decimal(price) / 100
    one = item(
        symbol,
        zone=(str(yuan), str(yuan)),
        take_profit=None,
        stop_loss=None,
        max_position_pct=Decimal(permille) / 1000,
        min_trade_amount=Decimal(0),
    )
    quotes = steps(symbol, "09:31:00", [str(yuan)] * 2, pre_close=str(yuan))
    day = LockstepDesk(tmp_path_factory.mktemp("lots"), quotes, [one], cash=cash).run()
    least, step = BOARDS[symbol]
    wish = int((cash * Decimal(permille) / 1000 / yuan).to_integral_value(ROUND_FLOOR))
    volume = 0 if wish < least else least + (wish - least) // step * step
    assert [left for _, left, _ in sent(day)] == ([volume] if volume else [])
    if not volume:
        assert day.decisions() == [("BLOCKED", "POSITION_CAP")]


# prices


def test_no_price_beyond_the_limits_of_the_terminal_leaves(desk: Make) -> None:
    """The terminal's own limits (10.60, 9.40) are narrower than ours, and count."""
    quotes = steps(PF, "09:31:00", ["10.40"] * 6, pre_close="10.00", limit_up="10.60", limit_down="9.40")
    day = desk(quotes, [], holdings=[(PF, 500, "9.00")])
    watch(day, PF)
    place(day, "09:31:03", "top", PF, 100, "10.60", Side.BUY)
    place(day, "09:31:04", "above", PF, 100, "10.61", Side.BUY)
    place(day, "09:31:05", "below", PF, 100, "9.39", Side.SELL)
    day.run()
    assert sent(day) == [(PF, 100, 10.6)]
    told = answers(day)
    assert (told["above"].field, told["below"].field) == ("PRICE_ABOVE_LIMIT_UP", "PRICE_BELOW_LIMIT_DOWN")


@pytest.mark.capability("004-34")
@pytest.mark.parametrize("symbol", ["600000.SH", "000001.SZ"])
def test_004_34_all_orders_are_limits_and_a_stop_has_its_protective_price(symbol: str, desk: Make) -> None:
    """The stop is a limit at the floor of the price cage (98 % of the best bid), well below the last price."""
    prices = ["10.05", "10.05", "10.80", "9.40", "9.40"]
    quotes = steps(symbol, "09:31:00", prices, bids=[("9.39", 100)])
    day = desk(quotes, [item(symbol, take_profit="10.80")], holdings=[(symbol, 500, "9.00")]).run()
    kinds = [kind for (kind,) in day.orders("kind")]
    assert kinds == ["ENTRY", "TAKE_PROFIT", "STOP_LOSS"]
    assert {call["m_nPriceType"] for call in day.calls()} == {11}
    assert [call["m_dPrice"] for call in day.calls()][:2] == [10.05, 10.8]
    assert day.calls()[2]["m_dPrice"] == 9.2  # 9.39 x 0.98 = 9.2022


# time

MOMENTS = {
    "2026-11-20 09:10:00": 0,
    "2026-11-20 09:26:00": 0,
    "2026-11-20 09:30:00": 1,
    "2026-11-20 11:29:57": 1,
    "2026-11-20 11:30:03": 0,
    "2026-11-20 12:59:57": 0,
    "2026-11-20 13:00:00": 1,
    "2026-11-20 14:56:57": 1,
    "2026-11-20 15:00:03": 0,
    "2026-11-21 10:00:00": 0,  # a Saturday
    "2026-10-01 10:00:00": 0,  # a holiday
    "2026-11-19 10:00:00": 1,
}


@pytest.mark.capability("002-22")
@pytest.mark.parametrize(("moment", "orders"), MOMENTS.items())
def test_002_22_automation_trades_in_trading_hours_only(moment: str, orders: int, desk: Make) -> None:
    """One quote inside the entry zone, at this moment of the calendar."""
    day = desk([quote(PF, moment, "10.00", pre_close="10.00")], [item()]).run()
    assert len(day.calls()) == orders


# alerts and orders


@pytest.mark.capability("000-64")
def test_000_64_an_alert_is_told_once_and_does_not_stand_for_an_order(desk: Make) -> None:
    """300 snapshots in the zone: one alert. Switched on later, the same level trades, once."""
    quotes = steps(PF, "09:31:00", ["10.05"] * 300)
    day = desk(quotes, [item(enabled=False)])
    day.command_at("09:41:00", c.SaveItems("on", (item(enabled=True),)))
    day.run()
    alerts = [n for n in day.told(AlarmNews) if n.title.startswith("到价 进场") and not n.cured]
    assert len(alerts) == 1
    assert [call["m_nOrderType"] for call in day.calls()] == [BUYS]
    assert day.rows("SELECT count(*) FROM intents") == [(1,)]


# why not


def reasons(day: LockstepDesk) -> list[tuple[Any, ...]]:
    return day.rows(
        "SELECT d.outcome, r.code, r.text FROM decisions d JOIN decision_reasons r USING (decision_id)"
        " WHERE NOT r.passed"
    )


@pytest.mark.capability("000-59")
def test_000_59_an_item_without_quant_says_why_it_did_not_trade(desk: Make) -> None:
    day = desk(steps(PF, "09:31:00", ["10.50", "10.05", "10.05"]), [item(enabled=False)]).run()
    assert day.calls() == []
    assert reasons(day) == [("SKIPPED", "QUANT_OFF", "本项未启用量化，只提醒")]


@pytest.mark.capability("000-60")
def test_000_60_a_lost_channel_says_why_nothing_was_traded(desk: Make) -> None:
    day = desk(steps(PF, "09:31:00", ["10.50", "10.50", "10.05", "10.05"]), [item()])
    day.at("09:31:02", lambda: day.terminal.front.disconnect(None))
    day.run()
    assert day.calls() == []
    assert day.told(DeskState)[-1].link is LinkState.LOST
    ((outcome, code, text),) = reasons(day)
    assert (outcome, code) == ("BLOCKED", "LINK")
    assert "断开" in text


# what the counter says

FAMILIES = {
    "可用资金不足": "可用资金不够付这笔买入和费用",
    "证券可用数量不足": "可卖股数不够",
    "委托价格不是最小价差的整数倍": "价格不是最小变动单位的整数倍",
    "委托价格超过涨停价格": "价格高于当日涨停价",
    "委托价格低于跌停价格": "价格低于当日跌停价",
    "超出有效申报范围": "价格离盘口太远",
    "无此交易权限": "账户没有买卖这类证券的权限",
    "证券停牌": "复牌前不能委托",
    "当前时间不允许此类证券交易": "现在不是柜台接受委托的时间",
}


@pytest.mark.capability("004-39")
@pytest.mark.parametrize(("words", "plain"), FAMILIES.items())
def test_004_39_each_family_of_refusals_has_its_plain_sentence(words: str, plain: str, desk: Make) -> None:
    """The counter's words are kept whole and a plain sentence stands beside them, in the alarm and in the journal."""
    day = desk(steps(PF, "09:31:00", ["10.50", *["10.05"] * 3]), [item()])

    def no(*_arguments: object) -> None:
        raise Refused(refuse(RuleCode.BAD_CODE, words))

    day.terminal._accounts.freeze = no  # type: ignore[method-assign]
    day.run()
    assert len(day.calls()) == 1
    ((outcome, _, text),) = reasons(day)
    assert outcome == "FAILED"
    assert words in text
    assert plain in text
    assert any(plain in alarm.text for alarm in day.told(AlarmNews))
    assert day.rows("SELECT state FROM intents") == [("REFUSED",)]


# fills and orders


@pytest.mark.capability("001-26")
def test_001_26_fills_count_once_and_add_up_to_their_orders(desk: Make) -> None:
    """Three parts an order, each push twice, then a restart that reads the day again."""
    book: list[tuple[str, int]] = [("10.05", 300), ("10.06", 400), ("10.07", 5000)]
    quotes: list[Quote] = steps(PF, "09:31:00", ["10.50"] * 6, asks=book, bids=[("10.04", 5000)])
    first = desk(quotes, [], holdings=[(PF, 500, "9.00")])
    first.terminal.faults.duplicate_pushes = True
    quiet = item(PF, item_id="quiet", zone=None, take_profit=None, stop_loss=None)
    first.command_at("09:31:00", c.SaveItems("watch", (quiet,)))
    place(first, "09:31:04", "buy", PF, 1000, "10.07", Side.BUY)
    place(first, "09:31:05", "sell", PF, 500, "10.04", Side.SELL)
    first.run()
    second = desk(steps(PF, "09:40:00", ["10.50", "10.50"])).run()
    orders = second.terminal.orders(ACCOUNT)
    assert [order.traded_volume for order in orders] == [1000, 500]
    summed = second.rows("SELECT order_id, sum(volume) FROM trades GROUP BY order_id ORDER BY order_id")
    assert summed == [(order.order_id, order.traded_volume) for order in orders]
    told = second.rows("SELECT order_id, traded_volume FROM orders ORDER BY order_id")
    assert told == summed
    pairs = second.rows("SELECT account_id, trade_id FROM trades")
    assert len(pairs) == len(set(pairs)) == len(second.terminal.trades(ACCOUNT)) == 4


@pytest.mark.capability("004-23")
def test_004_23_fills_nobody_pushed_are_found_by_the_query_at_the_start(desk: Make) -> None:
    """The channel is lost while the entry rests; it fills. The restart asks for the day's fills, then stores them once."""
    resting = steps(PF, "09:31:00", ["10.05", "10.05"], asks=[("10.06", 5000)])
    first = desk(
        [*resting, *steps(PF, "09:31:06", ["10.04", "10.50"])], [item(max_position_pct=Decimal("0.05"))]
    )
    first.at("09:31:05", lambda: first.terminal.front.disconnect(None))
    first.run()
    assert first.rows("SELECT * FROM trades") == []
    second = desk(steps(PF, "09:40:00", ["10.50", "10.50"])).run()
    made = second.terminal.trades(ACCOUNT)
    assert made
    assert len(second.calls("queryStockTrades")) >= 1
    assert second.rows("SELECT trade_id, volume FROM trades ORDER BY seq") == [
        (trade.trade_id, trade.volume) for trade in made
    ]
    assert second.rows("SELECT state FROM intents") == [("FILLED",)]


@pytest.mark.capability("004-16")
def test_004_16_a_cancel_that_is_refused_leaves_the_order_working_and_says_why(desk: Make) -> None:
    """Nothing is cancelled in the closing call. The order works on and is filled at the close."""
    quotes = [
        *steps(PF, "14:56:00", ["10.05"] * 2, asks=[("10.06", 5000)]),
        quote(PF, "14:57:30", "10.05", pre_close="10.00", phase=Phase.CLOSE_CALL),
        quote(PF, "14:59:00", "10.05", pre_close="10.00", phase=Phase.CLOSE_CALL),
    ]
    day = desk(quotes, [item(stop_loss=None, take_profit=None)])

    def cancel() -> None:
        (order,) = day.terminal.orders(ACCOUNT)
        composed = day.paper.desk
        command = c.CancelOrder("cancel", order.order_id)
        asyncio.run_coroutine_threadsafe(composed.handle(command), composed.loop)

    day.at("14:58:00", cancel)
    day.run()
    (call,) = day.calls("cancelOrderStock")
    (order,) = day.terminal.orders(ACCOUNT)
    assert (call["m_nOrderID"], order.status) == (order.order_id, OrderStatus.REPORTED)
    states = [news.order.status for news in day.told(OrderNews) if news.order.order_id == order.order_id]
    assert states[-1] is OrderStatus.REPORTED
    (alarm,) = [one for one in day.told(AlarmNews) if one.title == "撤单失败"]
    assert str(order.order_id) in alarm.text
    assert day.rows("SELECT state FROM intents") == [("WORKING",)]
    assert day.rows("SELECT status FROM orders") == [(50,)]
