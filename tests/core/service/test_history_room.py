"""The past of a desk on MiniQMT: shown as it is, kept for ex-rights days, adjusted when wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.clock import ManualClock
from core.domain.enums import Adjust, Period
from core.domain.market import SHANGHAI, Bar, Symbol, datetime_to_ms
from core.errors import BrokerError, UserError
from core.lanes import Lane
from core.market.failover import FeedSwitch
from core.market.public.records import RightsFactor
from core.market.xtdata.feed import XtdataFeed
from core.ports import NoActivity
from core.service.history_room import HistoryRoom
from core.service.sources import QuotePlan, QuoteRoom, SourceKind
from tests.fakes.market import at

A, B = Symbol("600000.SH"), Symbol("600001.SH")


def bar(day: int, close: int) -> Bar:
    stamp = datetime_to_ms(datetime(2026, 11, day, 15, tzinfo=SHANGHAI))
    return Bar(A, Period.D1, stamp, close, close, close, close, 1_000, close * 1.0)


class Told(XtdataFeed):
    """Answers with given bars; nothing of a vendor is touched."""

    told: Sequence[Bar] = ()

    async def bars(self, symbol: Symbol, period: Period, count: int) -> list[Bar]:
        if symbol == B:
            raise BrokerError("MiniQMT 没有 600001.SH 的日线")
        return [one for one in self.told if one.period is period][-count:]


def play(tmp_path: Path, story: Any) -> None:
    async def scenario() -> None:
        loop, clock, lane = (
            asyncio.get_running_loop(),
            ManualClock(at("2026-11-20 10:00:00")),
            Lane("x", NoActivity()),
        )
        room = QuoteRoom(QuotePlan((SourceKind.XTDATA,)), lane, NoActivity(), loop, clock)
        feed = Told(lane, NoActivity(), loop, clock, "MiniQMT")
        feed.told = [bar(17, 10_000), bar(18, 10_100), bar(19, 10_200)]
        switch = FeedSwitch(feed, clock=clock, loop=loop)
        try:
            await story(HistoryRoom(tmp_path / "bars", room, switch, clock), room)
        finally:
            await switch.close()
            await room.close()
            lane.close()

    asyncio.run(scenario())


def test_days_are_shown_and_their_last_close_is_known(tmp_path: Path) -> None:
    async def story(history: HistoryRoom, room: QuoteRoom) -> None:
        del room
        shown = await history.bars(A, Period.D1, 2, Adjust.NONE)
        assert [one.close for one in shown] == [10_100, 10_200]
        found = await history.closes([A], date(2026, 11, 20))
        last = found[A].last
        assert last is not None
        assert (last.day, last.price) == (date(2026, 11, 19), Decimal("10.20"))

    play(tmp_path, story)


def test_one_symbol_without_history_leaves_the_others_compared(tmp_path: Path) -> None:
    async def story(history: HistoryRoom, room: QuoteRoom) -> None:
        del room
        found = await history.closes([B, A], date(2026, 11, 20))
        assert found[A].last is not None
        assert B not in found
        with pytest.raises(UserError, match="600001"):
            await history.closes([B], date(2026, 11, 20))

    play(tmp_path, story)


def test_adjusted_prices_keep_todays_or_the_first_days(tmp_path: Path) -> None:
    """On the 19th one share became two: the price of before counts half, or that of after double."""

    async def story(history: HistoryRoom, room: QuoteRoom) -> None:
        async def factors(*_: object, **__: object) -> tuple[RightsFactor, ...]:
            return (
                RightsFactor(A, date(2026, 11, 19), Decimal(1)),
                RightsFactor(A, date(1900, 1, 1), Decimal(2)),
            )

        room.downloads.run = factors  # type: ignore[method-assign,assignment]
        forward = await history.bars(A, Period.D1, 3, Adjust.FORWARD)
        assert [one.close for one in forward] == [5_000, 5_050, 10_200]
        backward = await history.bars(A, Period.D1, 3, Adjust.BACKWARD)
        assert [one.close for one in backward] == [10_000, 10_100, 20_400]

    play(tmp_path, story)
