"""What a batch leaves out, and what it never leaves out."""

from __future__ import annotations

from dataclasses import replace

from core.domain.decision import ItemView
from core.domain.enums import AlarmRank, ItemState, OrderStatus, Period
from core.domain.market import Bar, Symbol
from core.service import news as n
from desktop.condense import condense
from tests.fakes.records import MOMENT, asset, item, order, position, trade

BAR = Bar(Symbol("600000.SH"), Period.M1, 60_000, 1, 2, 1, 2, 100, 200.0)


def view(item_id: str, state: ItemState) -> ItemView:
    return ItemView(item_id, Symbol("600000.SH"), state, "", "", 0, 0, None)


def alarm(key: str) -> n.AlarmNews:
    return n.AlarmNews(key, AlarmRank.CARE, "t", "x", MOMENT)


def test_of_news_that_replace_each_other_the_newest_stays() -> None:
    first = n.PositionsNews((position("600000.SH", 100),))
    last = n.PositionsNews((position("600000.SH", 200),))
    money = n.AssetNews(asset("5"))
    assert condense([first, n.AssetNews(asset("1")), alarm("a"), last, money]) == [alarm("a"), last, money]


def test_orders_fills_decisions_and_alarms_all_stay_in_order() -> None:
    given: list[n.News] = [
        n.OrderNews(order(1, OrderStatus.REPORTED), "自动", "D1"),
        n.OrderNews(order(1, OrderStatus.SUCCEEDED, traded=1000), "自动", "D1"),
        n.TradeNews(trade("t1", 1, 100), "自动"),
        n.TradeNews(trade("t2", 1, 900), "自动"),
        alarm("a"),
        alarm("a"),
        n.CommandAnswered("w1", True),
        n.CommandAnswered("w2", True),
    ]
    assert condense(given) == given


def test_a_growing_bar_is_told_once_and_a_finished_one_too() -> None:
    grown, following = replace(BAR, close=3), replace(BAR, time_ms=120_000)
    given = [n.BarUpdated(BAR), n.BarUpdated(grown), n.BarUpdated(following)]
    assert condense(given) == [n.BarUpdated(grown), n.BarUpdated(following)]


def test_states_of_items_come_together_and_not_past_a_new_watchlist() -> None:
    watching, done = view("a", ItemState.WATCHING), view("a", ItemState.DONE)
    other = view("b", ItemState.HOLDING)
    items = n.ItemsNews((item(item_id="a"),))
    told = condense(
        [n.ItemViewsNews((watching,)), n.ItemViewsNews((other,)), items, n.ItemViewsNews((done,))]
    )
    assert told == [n.ItemViewsNews((watching, other)), items, n.ItemViewsNews((done,))]
