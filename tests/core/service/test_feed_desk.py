"""What the desk subscribes to, and what it gives up again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from core.domain.enums import FeedState, Side
from core.domain.market import Symbol
from core.domain.watch import WatchItem
from core.exchange.calendar import MAINLAND
from core.exchange.user_days import parse_user_days, with_user_days
from core.service import commands as c
from core.service.news import CommandAnswered, InstrumentsNews, OrderNews
from core.service.sources import QuotePlan
from tests.fakes.feeds import HandFeed
from tests.fakes.market import instrument, quote
from tests.fakes.real_desk import RealDesk

A, B, C = Symbol("600000.SH"), Symbol("000001.SZ"), Symbol("300750.SZ")
ITEMS = [WatchItem("a", A), WatchItem("b", B), WatchItem("c", C)]


def remove(desk: RealDesk, *item_ids: str) -> CommandAnswered:
    return desk.command(lambda command_id: c.SaveItems(command_id, (), item_ids))


def started(desk: RealDesk) -> HandFeed:
    """The feed, with a quote of every symbol told."""
    desk.hand.known = {symbol: instrument(symbol, "10.00") for symbol in (A, B, C)}
    now = desk.clock.now_ms()
    desk.act(lambda: desk.hand.be(FeedState.LIVE))
    desk.act(lambda: desk.hand.tell(*(quote(symbol, now, "10.00") for symbol in (A, B, C))))
    return desk.hand


def test_a_removed_symbol_is_given_up_and_asked_for_again_when_it_comes_back(tmp_path: Path) -> None:
    with RealDesk(tmp_path, ITEMS, QuotePlan(), by_hand="手动") as desk:
        hand, board = started(desk), desk.desk.service.parts.board
        assert list(hand.symbols) == [A, B, C]
        assert remove(desk, "b", "c").ok
        desk.until(lambda: list(hand.symbols) == [A])
        assert (board.watched, board.quote(B)) == (1, None)
        answer = desk.command(lambda command_id: c.SaveItems(command_id, (WatchItem("b2", B),)))
        assert answer.ok
        assert (list(hand.symbols), board.watched) == ([A, B], 2)


def test_a_source_that_hangs_holds_no_edit_back(tmp_path: Path) -> None:
    with RealDesk(tmp_path, ITEMS, QuotePlan(), by_hand="手动") as desk:
        hand = started(desk)
        desk.act(lambda: setattr(hand, "slow", asyncio.Event()))
        assert remove(desk, "b").ok
        desk.until(lambda: list(hand.symbols) == [A, C])
        answer = desk.command(lambda command_id: c.SaveItems(command_id, (ITEMS[1],)))
        assert answer.ok
        desk.until(lambda: list(hand.symbols) == [A, C, B])


def test_a_symbol_with_an_order_on_its_way_keeps_its_quotes(tmp_path: Path) -> None:
    """The order still waits at an exchange that a removed row must not blind."""
    with RealDesk(tmp_path, ITEMS, QuotePlan(), by_hand="手动") as desk:
        hand = started(desk)
        answer = desk.command(lambda i: c.PlaceOrder(i, B, Side.BUY, 100, Decimal("9.50")))
        assert answer.ok
        desk.until(lambda: [one for one in desk.told(OrderNews) if not one.order.status.is_final])
        assert remove(desk, "b", "c").ok
        desk.until(lambda: list(hand.symbols) == [A, B])
        (order,) = {one.order.order_id for one in desk.told(OrderNews)}
        assert desk.command(lambda i: c.CancelOrder(i, order)).ok
        desk.until(lambda: [one for one in desk.told(OrderNews) if one.order.status.is_final])
        edited = replace(ITEMS[0], note="x")
        assert desk.command(lambda i: c.SaveItems(i, (edited,))).ok
        desk.until(lambda: list(hand.symbols) == [A])


def test_a_security_that_the_source_cannot_name_is_shown_by_our_list(tmp_path: Path) -> None:
    with RealDesk(tmp_path, ITEMS[:2], QuotePlan(), by_hand="手动") as desk:
        nameless = replace(instrument(A, "10.00"), name=A)
        desk.hand.known = {A: nameless, B: replace(instrument(B, "10.00"), name="我的名字")}
        answer = desk.command(lambda i: c.SaveItems(i, (WatchItem("c", C),)))
        assert answer.ok
        shown = {one.symbol: one.name for news in desk.told(InstrumentsNews) for one in news.instruments}
        assert (shown[A], shown[B]) == ("浦发银行", "我的名字")
        assert desk.desk.service.parts.account.instruments[A] == nameless, "rules go by what the source says"


def test_the_paper_exchange_keeps_the_days_of_the_desk(tmp_path: Path) -> None:
    days = with_user_days(MAINLAND, parse_user_days("2027 全年\n"))
    with RealDesk(tmp_path, ITEMS, QuotePlan(calendar=days), by_hand="手动") as desk:
        assert desk.terminal.calendar is days
