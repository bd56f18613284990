"""Capabilities of automatic trading, proven on the whole desk at the terminal's call log and in the journal's file."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from core.domain.enums import AlarmRank, Side
from core.domain.market import Symbol
from core.exchange.refusals import Refused, RuleCode, refuse
from core.service import commands as c
from core.service.news import AlarmNews, CommandAnswered, OrderNews
from core.simqmt.reception.desk import Outcome as Answer
from tests.fakes.desk import ACCOUNT, LockstepDesk, steps
from tests.fakes.records import item

PF = "600000.SH"
Make = Callable[..., LockstepDesk]
BUYS, SELLS = 23, 24


def sides(day: LockstepDesk) -> list[object]:
    return [call["m_nOrderType"] for call in day.calls()]


# levels


@pytest.mark.capability("000-01")
@pytest.mark.parametrize("auto", [True, False])
def test_000_01_a_level_trades_when_automation_is_on_and_alerts_when_it_is_off(
    auto: bool, desk: Make
) -> None:
    day = desk(steps(PF, "09:31:00", ["10.50", "10.05", "10.05", "10.05"]), [item(enabled=auto)]).run()
    alerts = [n for n in day.told(AlarmNews) if n.title.startswith("到价 进场")]
    assert (len(day.calls()), len(alerts)) == ((1, 0) if auto else (0, 1))


@pytest.mark.capability("000-07")
@pytest.mark.parametrize(
    ("price", "orders"), [("9.89", 0), ("9.90", 1), ("10.00", 1), ("10.10", 1), ("10.11", 0)]
)
def test_000_07_an_entry_fires_inside_the_zone_with_both_ends(price: str, orders: int, desk: Make) -> None:
    day = desk(steps(PF, "09:31:00", ["10.50", price]), [item(zone=("9.90", "10.10"))]).run()
    assert sides(day) == [BUYS] * orders


@pytest.mark.capability("000-08")
@pytest.mark.parametrize(("price", "orders"), [("10.79", 0), ("10.80", 1), ("10.81", 1)])
def test_000_08_a_take_profit_fires_at_its_price(price: str, orders: int, desk: Make) -> None:
    items = [item(zone=None, take_profit="10.80")]
    day = desk(steps(PF, "09:31:00", ["10.50", price]), items, holdings=[(PF, 500, "9.00")]).run()
    assert sides(day) == [SELLS] * orders


@pytest.mark.capability("000-09")
@pytest.mark.parametrize(("price", "orders"), [("9.51", 0), ("9.50", 1), ("9.49", 1), ("0", 0)])
def test_000_09_a_stop_loss_fires_at_its_price_and_never_at_zero(price: str, orders: int, desk: Make) -> None:
    items = [item(zone=None, stop_loss="9.50")]
    day = desk(steps(PF, "09:31:00", ["10.50", price]), items, holdings=[(PF, 500, "9.00")]).run()
    assert sides(day) == [SELLS] * orders


# switches

MATRIX = [(stop, take) for stop in (True, False) for take in (True, False)]


def both_exits(desk: Make, stop: bool, take: bool) -> dict[str, list[tuple[str, str]]]:
    """Decisions by kind of an item whose stop and whose take-profit are both met, each on a desk of its own."""
    found = {}
    for kind, price in (("STOP_LOSS", "9.40"), ("TAKE_PROFIT", "10.80")):
        items = [item(zone=None, take_profit="10.80", auto_stop_loss=stop, auto_take_profit=take)]
        quotes = steps(PF, "09:31:00", ["10.50", price, price])
        day = desk(quotes, items, holdings=[(PF, 500, "9.00")], folder=kind).run()
        assert len(day.calls()) == len([one for one in day.decisions(kind) if one[0] == "ACTED"])
        found[kind] = day.decisions(kind)
    return found


@pytest.mark.capability("000-05")
@pytest.mark.parametrize(("stop", "take"), MATRIX)
def test_000_05_an_exit_trades_only_when_its_own_switch_is_on(stop: bool, take: bool, desk: Make) -> None:
    found = both_exits(desk, stop, take)
    assert found["STOP_LOSS"][0] == (("ACTED", "SENT") if stop else ("SKIPPED", "STOP_OFF"))
    assert found["TAKE_PROFIT"][0] == (("ACTED", "SENT") if take else ("SKIPPED", "TAKE_PROFIT_OFF"))


@pytest.mark.capability("000-25", "000-26")
def test_000_25_000_26_the_switches_are_on_by_default_and_read_from_the_stored_item(desk: Make) -> None:
    """A restart reads them from the journal: what the user switched off stays off."""
    assert item().quant.auto_stop_loss
    assert item().quant.auto_take_profit
    off = item(zone=None, take_profit="10.80", auto_stop_loss=False, auto_take_profit=False)
    desk(steps(PF, "09:31:00", ["10.50"]), [off], holdings=[(PF, 500, "9.00")]).run()
    day = desk(steps(PF, "09:40:00", ["9.40", "10.80"])).run()
    assert day.decisions() == [("SKIPPED", "STOP_OFF"), ("SKIPPED", "TAKE_PROFIT_OFF")]
    assert day.calls() == []


# what is sent


@pytest.mark.capability("000-21")
def test_000_21_an_entry_is_a_limit_order_at_the_last_price_sized_by_the_ratio(desk: Make) -> None:
    items = [item(max_position_pct=Decimal("0.1"))]
    day = desk(steps(PF, "09:31:00", ["10.50", "10.03"]), items, cash=500_000).run()
    (call,) = day.calls()
    assert (call["m_nPriceType"], call["m_dPrice"], call["m_nOrderVolume"]) == (11, 10.03, 4900)


@pytest.mark.capability("000-22")
def test_000_22_a_take_profit_is_a_limit_order_for_all_that_can_be_sold(desk: Make) -> None:
    """700 shares are held since yesterday, 900 more are bought today: 700 are sold."""
    quotes = steps(PF, "09:31:00", ["10.00", "10.50", "10.80"])
    items = [item(take_profit="10.80", max_position_pct=Decimal("0.16"))]
    day = desk(quotes, items, cash=93_000, holdings=[(PF, 700, "9.00")]).run()
    bought, sold = day.calls()
    assert bought["m_nOrderVolume"] == 900
    assert (sold["m_nPriceType"], sold["m_dPrice"], sold["m_nOrderVolume"]) == (11, 10.8, 700)


@pytest.mark.capability("000-24")
def test_000_24_the_ratio_is_of_total_assets_and_counts_what_is_held_and_working(desk: Make) -> None:
    """Of 100,000 in all 15,000 are held and 3,000 work; 20 % leave 2,000, and a lot costs 3,000."""
    quotes = steps(PF, "09:31:00", ["31.00", "31.00", "30.00", "30.00"], pre_close="30.00")
    items = [item(zone=("29.00", "30.50"), take_profit="40.00", stop_loss="25.00")]
    day = desk(quotes, items, cash=85_000, holdings=[(PF, 500, "30.00")])
    day.at("09:31:01", lambda: day.terminal.manual_order(ACCOUNT, PF, BUYS, 100, "29.90"))
    day.run()
    assert day.calls() == []
    (decision,) = day.report["decisions"]
    assert (decision["outcome"], decision["code"]) == ("BLOCKED", "POSITION_CAP")
    text = decision["reasons"][-1]["text"]
    for words in ("不够一手", "总资产 100,000.00", "已持 15,000.00", "在途 2,990.00", "余 2,010.00"):
        assert words in text


@pytest.mark.capability("000-27")
@pytest.mark.parametrize(("price", "sent"), [("49.99", 0), ("50.00", 1)])
def test_000_27_an_entry_below_the_least_amount_is_not_made(price: str, sent: int, desk: Make) -> None:
    items = [
        item(zone=("49.00", "51.00"), take_profit="60.00", stop_loss="40.00", max_position_pct=Decimal(1))
    ]
    day = desk(steps(PF, "09:31:00", ["52.00", price], pre_close="50.00"), items, cash=5_010).run()
    assert len(day.calls()) == sent
    if not sent:
        assert day.decisions() == [("BLOCKED", "MIN_AMOUNT")]
        assert "4,999.00 元低于最小成交额 5,000.00" in day.report["decisions"][0]["reasons"][-1]["text"]


@pytest.mark.capability("000-27")
@pytest.mark.parametrize("price", ["9.40", "10.80"])
def test_000_27_selling_all_is_exempt_from_the_least_amount(price: str, desk: Make) -> None:
    items = [item(zone=None, take_profit="10.80")]
    day = desk(steps(PF, "09:31:00", ["10.50", price]), items, holdings=[(PF, 30, "9.00")]).run()
    assert [call["m_nOrderVolume"] for call in day.calls()] == [30]


# once


@pytest.mark.capability("003-13")
def test_003_13_a_thousand_ticks_in_breach_send_one_order(desk: Make) -> None:
    """The stop rests at its price all the time; more would be sold if more were held."""
    quotes = steps(PF, "09:31:00", ["10.50", *["9.40"] * 1000], bids=[("0", 0)])
    day = desk(quotes, [item(zone=None)], holdings=[(PF, 500, "9.00")]).run()
    assert [call["m_nOrderVolume"] for call in day.calls()] == [500]
    assert day.rows("SELECT count(*) FROM intents") == [(1,)]


@pytest.mark.capability("003-14")
def test_003_14_every_fill_is_kept_once_however_often_it_is_told(desk: Make) -> None:
    """Each push comes twice, and a restart reads the day's fills from the broker again."""
    prices = ["10.05", "10.05", "10.05", "9.40", "9.40"]
    first = desk(steps(PF, "09:31:00", prices), [item()], holdings=[(PF, 500, "9.00")])
    first.terminal.faults.duplicate_pushes = True
    first.run()
    second = desk(steps(PF, "09:40:00", ["10.50", "10.50"])).run()
    kept = second.rows("SELECT trade_id, order_id, volume, price FROM trades ORDER BY seq")
    made = second.terminal.trades(ACCOUNT)
    assert kept == [(t.trade_id, t.order_id, t.volume, int(t.price * 10_000)) for t in made]
    assert len(kept) >= 3


# refusals before and after sending


def answers(day: LockstepDesk) -> dict[str, CommandAnswered]:
    return {answer.command_id: answer for answer in day.told(CommandAnswered)}


@pytest.mark.capability("000-55", "000-58")
def test_000_55_000_58_too_little_cash_and_the_position_limit_have_reasons_of_their_own(desk: Make) -> None:
    poor = desk(
        steps(PF, "09:31:00", ["10.00"]),
        [item(max_position_pct=Decimal("0.3"))],
        cash=900,
        holdings=[("000002.SZ", 500, "10.00")],
        folder="a",
    ).run()
    full = [item(max_position_pct=Decimal("0.005"))]
    limited = desk(steps(PF, "09:31:00", ["10.00"]), full, cash=100_000, folder="b").run()
    assert poor.decisions() == [("BLOCKED", "CASH")]
    assert limited.decisions() == [("BLOCKED", "POSITION_CAP")]
    assert (poor.calls(), limited.calls()) == ([], [])


@pytest.mark.capability("000-56", "000-57")
def test_000_56_000_57_a_wrong_code_and_a_closed_market_have_reasons_of_their_own(desk: Make) -> None:
    """Before a manual order leaves; lunch and the time after the close are told apart from trading."""
    quotes = [
        *steps(PF, "14:56:00", ["10.50", "10.50"]),
        *steps(PF, "15:00:30", ["10.50", "10.50", "10.50"]),
    ]
    day = desk(quotes, [item()])
    day.command_at("14:56:01", c.PlaceOrder("code", Symbol("600000"), Side.BUY, 100, Decimal("10.50")))
    day.command_at("15:00:31", c.PlaceOrder("time", Symbol(PF), Side.BUY, 100, Decimal("10.50")))
    day.run()
    assert day.calls() == []
    assert (answers(day)["code"].ok, answers(day)["time"].ok) == (False, False)
    assert answers(day)["code"].field == "BAD_CODE"
    assert answers(day)["time"].field == "OUT_OF_SESSION"
    assert "600000" in answers(day)["code"].text
    assert "15:00:31" in answers(day)["time"].text


def junk(day: LockstepDesk, code: RuleCode, words: str) -> None:
    """From now on the counter gives every order a number and then refuses it."""

    def no(*_arguments: object) -> None:
        raise Refused(refuse(code, words))

    day.terminal._accounts.freeze = no  # type: ignore[method-assign]


@pytest.mark.capability("001-16", "001-17")
def test_001_16_001_17_a_number_is_no_acceptance_the_order_dies_with_its_reason(desk: Make) -> None:
    day = desk(steps(PF, "09:31:00", ["10.50"] * 4), [item()], holdings=[(PF, 500, "9.00")])
    junk(day, RuleCode.INSUFFICIENT_CASH, "差 12.34 元")
    day.command_at("09:31:01", c.PlaceOrder("buy", Symbol(PF), Side.BUY, 100, Decimal("10.50")))
    day.command_at("09:31:04", c.PlaceOrder("sell", Symbol(PF), Side.SELL, 100, Decimal("10.50")))
    day.run()
    assert sides(day) == [BUYS, SELLS]
    rows = day.rows("SELECT side, order_id > 0, status, status_msg FROM orders ORDER BY seq")
    assert [row[:3] for row in rows] == [("BUY", 1, 57), ("SELL", 1, 57)]
    assert all("[260200][可用资金不足]" in message for *_, message in rows)
    last = {news.order.order_id: news.order for news in day.told(OrderNews)}
    assert {int(order.status) for order in last.values()} == {57}


@pytest.mark.capability("001-18")
def test_001_18_an_order_out_of_session_is_refused_explained_and_not_looped(desk: Make) -> None:
    day = desk(steps(PF, "09:31:00", ["10.50", *["10.05"] * 30]), [item()])
    junk(day, RuleCode.OUT_OF_SESSION, "柜台已清算")
    day.run()
    assert len(day.calls()) == 1
    assert day.rows("SELECT state FROM intents") == [("REFUSED",)]
    assert day.decisions() == [("ACTED", "SENT"), ("FAILED", "REFUSED")]
    text = day.report["decisions"][-1]["reasons"][-1]["text"]
    assert "[12313][当前时间不允许此类证券交易]" in text
    assert "现在不是柜台接受委托的时间" in text
    assert any(n.rank is AlarmRank.CARE and "12313" in n.text for n in day.told(AlarmNews))


# the mirror


@pytest.mark.capability("004-19")
def test_004_19_no_answer_and_an_empty_one_do_not_close_what_is_held(desk: Make) -> None:
    """The terminal answers holdings with nothing, later not at all. The desk still holds, and its stop still sells."""
    quotes = steps(PF, "09:31:00", ["10.50", *[""] * 30, *["10.50"] * 10, *["9.40"] * 6])
    day = desk(quotes, [item(zone=None)], holdings=[(PF, 500, "9.00")])
    requests = day.terminal.front._desk
    asked: list[int] = []

    def empty(_request: object) -> Answer:
        asked.append(1)
        return Answer([])

    day.at("09:31:01", lambda: requests._methods.update(queryStockPositions=empty))
    day.at("09:32:15", lambda: day.terminal.faults.never_answer("queryStockPositions"))
    day.at("09:33:06", day.terminal.faults.clear)
    day.run()
    assert asked
    assert "queryStockPositions" in {kind for kind, _, _ in day.terminal.faults.log}
    assert [call["m_nOrderVolume"] for call in day.calls()] == [500]
    assert day.decisions("STOP_LOSS")[0] == ("ACTED", "SENT")


@pytest.mark.capability("004-31")
def test_004_31_the_channel_is_opened_in_order_and_orders_wait_for_the_mirror(desk: Make) -> None:
    """connect, subscribe, then money, orders, fills and holdings; an order given before they answered is refused."""
    day = desk(steps(PF, "09:31:00", ["10.05", "10.05", "10.05"]), [item()])
    composed, early = day.paper.desk, c.PlaceOrder("early", Symbol(PF), Side.BUY, 100, Decimal("10.05"))
    day.watch_requests(
        lambda name, _: (
            composed.loop.call_soon_threadsafe(lambda: composed.loop.create_task(composed.handle(early)))
            if name == "queryStockTrades"
            else None
        )
    )
    day.run()
    names = [call.name for call in day.terminal.call_log]
    queries = ["queryStockAsset", "queryStockOrders", "queryStockTrades", "queryStockPositions"]
    places = [names.index(name) for name in ("connect", "subscribe", *queries[1:], "orderStock")]
    assert places == sorted(places)
    assert not answers(day)["early"].ok
    assert "正在对账" in answers(day)["early"].text
    assert [call["m_strOrderRemark"] for call in day.calls()] == [
        remark for (remark,) in day.rows("SELECT intent_id FROM intents")
    ]


@pytest.mark.capability("000-63")
def test_000_63_one_trace_runs_through_all_stages(desk: Make) -> None:
    """monitor -> trigger -> decision -> interface -> client: each names the one before it."""
    day = desk(steps(PF, "09:31:00", ["10.50", "10.05", "10.05"]), [item()]).run()
    ((signal, item_id),) = day.rows("SELECT signal_id, item_id FROM signals")
    ((of_signal, intent),) = day.rows("SELECT signal_id, intent_id FROM decisions")
    ((also, trigger, order_id),) = day.rows("SELECT signal_id, trigger_key, order_id FROM intents")
    assert (item_id, of_signal, also, trigger) == ("w", signal, signal, "w/ENTRY/20261120")
    assert [call["m_strOrderRemark"] for call in day.calls()] == [intent]
    (order,) = day.terminal.orders(ACCOUNT)
    assert (order.remark, order.order_id) == (intent, order_id)
    assert {(t.remark, t.order_id) for t in day.terminal.trades(ACCOUNT)} == {(intent, order_id)}
    assert day.rows("SELECT DISTINCT remark, order_id FROM trades") == [(intent, order_id)]
