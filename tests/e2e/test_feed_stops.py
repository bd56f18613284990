"""A feed that stops while shares trade: noticed within ten seconds, shown, no trigger on its last prices, and its cure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest

from core.domain.enums import AlarmRank, ItemState
from core.domain.market import Quote, Symbol
from core.domain.watch import QuantConfig, WatchItem
from core.service.news import AlarmNews, FeedNews, FlagsNews, ItemViewsNews
from core.simqmt.market.builtin.market import BuiltinMarket
from tests.fakes.desk import LockstepDesk, steps
from tests.fakes.market import DAY, at

PF = Symbol("600000.SH")
OTHERS = ("600004.SH", "600006.SH", "600007.SH", "600008.SH")
Make = Callable[..., LockstepDesk]


@pytest.fixture
def desk(tmp_path: Path) -> Make:
    return lambda *args, **more: LockstepDesk(tmp_path, *args, with_window=True, **more)


def together(*runs: tuple[str, list[str]]) -> list[Quote]:
    """Five shares that speak at the same moments; PF carries the prices."""
    quotes: list[Quote] = []
    for start, prices in runs:
        own = steps(PF, start, prices, bids=[("9.39", 2_000)])
        beside = [steps(symbol, start, ["10.00"] * len(prices)) for symbol in OTHERS]
        for place in range(len(prices)):
            quotes += [own[place], *(other[place] for other in beside)]
    return quotes


def item(symbol: str, **levels: str) -> WatchItem:
    prices = {name: Decimal(price) for name, price in levels.items()}
    return WatchItem(symbol, Symbol(symbol), quant=QuantConfig(enabled=True), **prices)


def test_a_feed_that_stops_is_noticed_holds_back_triggers_and_is_cured(desk: Make) -> None:
    """The stop waits for a cancel; when that comes the feed has died. It fires with the first new quote, not before."""
    quotes = together(("10:00:00", ["10.80", "10.80", "9.40"]), ("10:01:00", ["9.40"] * 9))
    items = [item(PF, take_profit="10.80", stop_loss="9.50"), *(item(s, stop_loss="5.00") for s in OTHERS)]
    day = desk(quotes, items, holdings=[(PF, 500, "9.00")], latency_ms=20_000)
    day.at("10:00:45", lambda: None)
    day.run()

    alarms = [one for one in day.told(AlarmNews) if one.key == "feed-silent"]
    assert [one.cured for one in alarms] == [False, True]
    assert alarms[0].rank is AlarmRank.ALARM
    stopped = at("10:00:06")
    assert 0 < alarms[0].time.timestamp() * 1000 - stopped <= 11_000, (
        "the clock of the desk ticks once a second"
    )
    assert alarms[1].time.timestamp() * 1000 - at("10:01:00") <= 1_000
    silent = [bool(news.silent) for news in day.told(FeedNews)]
    assert True in silent
    assert silent[-1] is False

    orders = day.calls()
    assert [(call["m_nOrderVolume"], call.time_ms) for call in orders][1:] == [(500, at("10:01:00"))]
    assert day.orders("kind") == [("TAKE_PROFIT",), ("STOP_LOSS",)]
    assert day.decisions("STOP_LOSS")[-1] == ("ACTED", "SENT")
    assert day.told(FlagsNews)


def test_a_holding_is_protected_again_when_quotes_come_again(desk: Make) -> None:
    quotes = together(("10:00:00", ["10.00"] * 3), ("10:01:00", ["10.00"] * 4))
    items = [item(PF, stop_loss="9.50"), *(item(s, stop_loss="5.00") for s in OTHERS)]
    day = desk(quotes, items, holdings=[(PF, 500, "9.00")])
    day.run()
    states = [view.state for news in day.told(ItemViewsNews) for view in news.views if view.symbol == PF]
    told = [state for state, _ in groupby(states)]
    texts = [view.protection_text for news in day.told(ItemViewsNews) for view in news.views]
    assert "行情停更，止损无法判断" in texts
    assert told[-3:] == [ItemState.HOLDING, ItemState.PROTECTION_LOST, ItemState.HOLDING]


def test_lunch_and_quiet_shares_are_no_stopped_feed(desk: Make) -> None:
    quotes = together(("11:29:48", ["10.00"] * 4), ("13:00:00", ["10.00"] * 3))
    quotes += steps(PF, "13:00:09", ["10.00"] * 10)  # four of five rest
    quotes.sort(key=lambda quote: quote.time_ms)
    items = [item(symbol, stop_loss="5.00") for symbol in (PF, *OTHERS)]
    day = desk(quotes, items)
    day.run()
    assert [one for one in day.told(AlarmNews) if one.key == "feed-silent"] == []


def test_subscriptions_that_are_lost_are_said_and_made_again(desk: Make) -> None:
    """The terminal drops its data connection: the desk says so, subscribes again and stops on the next price."""
    quotes = together(("10:00:00", ["10.00"] * 20), ("10:01:00", ["9.40", "9.40", "9.40"]))
    day = desk(quotes, [item(PF, stop_loss="9.50")], holdings=[(PF, 500, "9.00")])
    day.at("10:00:10", lambda: day.terminal.data.disconnect())
    day.run()
    told = [(one.key, one.cured) for one in day.told(AlarmNews) if one.key == "feed"]
    assert told == [("feed", False), ("feed", True)]
    lost = [news for news in day.told(FeedNews) if news.sources[0].text]
    assert any("已断开" in news.sources[0].text for news in lost)
    assert any("已重新订阅" in news.sources[0].text for news in lost)
    assert [call.time_ms for call in day.calls()] == [at("10:01:00")]


class Until(BuiltinMarket):
    """The built-in market of the paper desk, to an end."""

    def __init__(self, start: time, end: str) -> None:
        super().__init__(1, date.fromisoformat(DAY), start)
        self._end_ms = at(end)

    def peek_ms(self) -> int | None:
        next_ms = super().peek_ms()
        return next_ms if next_ms is not None and next_ms <= self._end_ms else None


RESTING = [("600000.SH",), ("301188.SZ",), ("600000.SH", "159985.SZ")]


@pytest.mark.parametrize("symbols", RESTING)
def test_on_paper_one_resting_share_is_enough_to_notice_that_the_feed_stopped(
    tmp_path: Path, symbols: tuple[str, ...]
) -> None:
    """It may rest for a minute by right; the indices that are asked for beside it may not."""
    items = [item(symbol, stop_loss="0.01") for symbol in symbols]
    day = LockstepDesk(tmp_path, Until(time(10, 0), "10:05:00"), items, with_window=True)
    day.at("10:05:30", lambda: None)
    day.run(120)
    alarms = [one for one in day.told(AlarmNews) if one.key == "feed-silent"]
    assert [one.cured for one in alarms] == [False]
    assert 0 < alarms[0].time.timestamp() * 1000 - at("10:05:00") <= 10_000


def test_on_paper_pushes_that_stop_while_the_service_goes_on_are_noticed_too(tmp_path: Path) -> None:
    """The client answers newer quotes than it pushes: said as a lost subscription, and the answers are used."""
    items = [item("600000.SH", stop_loss="0.01")]
    day = LockstepDesk(tmp_path, Until(time(10, 0), "10:05:30"), items, with_window=True)
    day.at("10:05:00", lambda: day.terminal.faults.stop_feed())
    day.run(120)
    alarms = [one for one in day.told(AlarmNews) if one.key.startswith("feed")]
    assert alarms
    assert alarms[0].rank is AlarmRank.ALARM
    assert 0 < alarms[0].time.timestamp() * 1000 - at("10:05:00") <= 10_000


def test_on_paper_no_part_of_an_ordinary_day_is_a_stopped_feed(tmp_path: Path) -> None:
    """Auctions, the morning, lunch, the close and the evening, with one resting share."""
    items = [item("600000.SH", stop_loss="0.01")]
    day = LockstepDesk(tmp_path, Until(time(9, 10), "15:31:00"), items, with_window=True)
    day.run(240)
    assert [one for one in day.told(AlarmNews) if one.key.startswith("feed")] == []
